# SPDX-License-Identifier: BSD-3-Clause
"""Rows of products as a table: the usual layout, or the columns that were asked for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import quote

from archive.domain.search import (
    DEFAULT_COLUMNS,
    ColumnType,
    ProductSummary,
    ResultPage,
    SearchColumn,
    SearchColumns,
    SortOrder,
)
from archive.web.sidebar import link
from archive.web.wording import (
    bytes_in_words,
    dec_in_words,
    mjd_in_words,
    number_in_words,
    ra_in_words,
    time_in_words,
)

__all__ = [
    "Access",
    "Cell",
    "HeadLink",
    "Heading",
    "Row",
    "Table",
    "present_access",
    "present_files",
    "present_table",
    "value_in_words",
]

Params = Mapping[str, Sequence[str]]

_NUMBERS = {ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.MJD}


@dataclass(frozen=True)
class HeadLink:
    """A column's name at the head of a table.

    Parameters
    ----------
    sort
        Address of the same results, ordered by this column; empty where they cannot be.
    order
        ``ascending``, ``descending`` or nothing, as ``aria-sort`` has it.
    """

    label: str
    unit: str
    description: str
    sort: str
    order: str


@dataclass(frozen=True)
class Heading:
    """The head of a column of the table, which may hold two of the catalogue's."""

    links: tuple[HeadLink, ...]
    order: str
    css: str


@dataclass(frozen=True)
class Cell:
    """One value; `note` stands below it, smaller."""

    text: str
    css: str = ""
    href: str = ""
    note: str = ""
    note_href: str = ""
    title: str = ""


@dataclass(frozen=True)
class Access:
    """Whether the caller may have the bytes.

    Parameters
    ----------
    download
        Address of the bytes; empty where they are not to be had.
    """

    words: str
    tone: str
    detail: str
    download: str


@dataclass(frozen=True)
class Row:
    """One product."""

    public_id: str
    name: str
    href: str
    thumbnail: str
    cells: tuple[Cell, ...]
    access: Access
    size: str


@dataclass(frozen=True)
class Table:
    """A page of products."""

    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class _Layout:
    """A column of a layout: which of the catalogue's it shows (name, label, unit), and how its cell is made."""

    columns: tuple[tuple[str, str, str], ...]
    cell: Callable[[ProductSummary], Cell]
    css: str = ""


def present_table(
    result: ResultPage, pictured: Collection[str], params: Params, columns: SearchColumns, now: datetime
) -> Table:
    """Lay out a page of products.

    Parameters
    ----------
    pictured
        Public ids of those that have a preview to show.
    params
        Of the search, without the key of the page.
    """
    asked = result.query.columns
    layout = _USUAL if asked == DEFAULT_COLUMNS else tuple(_plain(columns[name]) for name in asked)
    order = result.query.page.sort
    return Table(
        headings=tuple(_heading(part, columns, order, params) for part in layout),
        rows=tuple(_row(found, layout, pictured, now) for found in result.rows),
    )


def present_files(
    rows: Sequence[ProductSummary], pictured: Collection[str], columns: SearchColumns, now: datetime
) -> Table:
    """Lay out the files of one observation, which have much in common."""
    return Table(
        headings=tuple(_heading(part, columns, None, {}) for part in _OF_ONE_OBSERVATION),
        rows=tuple(_row(found, _OF_ONE_OBSERVATION, pictured, now) for found in rows),
    )


def present_access(
    *, public_id: str, may_read: bool, is_held: bool, release: datetime | None, size: int | None, now: datetime
) -> Access:
    """Tell whether the caller may have the bytes, and when everybody may."""
    is_public = release is not None and release <= now
    until = f"until {release:%Y-%m-%d}" if release else "no release date"
    if not is_held:
        return Access("public" if is_public else "proprietary", "", "not held here", "")
    if not may_read:
        return Access("proprietary", "warn", until, "")
    download = f"/data/{public_id}"
    if is_public:
        return Access("public", "good", bytes_in_words(size), download)
    return Access("yours", "good", until, download)


def value_in_words(column: SearchColumn, value: object) -> str:
    """Write a value of any column."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return time_in_words(value)
    if isinstance(value, date):
        return value.isoformat()
    if column.unit == "byte" and isinstance(value, int):
        return bytes_in_words(value)
    if column.type is ColumnType.MJD and isinstance(value, float):
        return mjd_in_words(value) or number_in_words(value, 11)
    if isinstance(value, float):
        return number_in_words(value, 9 if column.name in {"ra", "dec"} else 6)
    return str(value)


def _heading(part: _Layout, columns: SearchColumns, order: SortOrder | None, params: Params) -> Heading:
    links = []
    current = ""
    for name, label, unit in part.columns:
        sort, state = "", ""
        if order is not None:
            is_current = order.column == name
            following = SortOrder(name, is_descending=is_current and not order.is_descending)
            sort = link("/results", {**params, "sort": [str(following)]})
            state = ("descending" if order.is_descending else "ascending") if is_current else ""
        current = current or state
        links.append(HeadLink(label, unit, columns[name].description, sort, state))
    return Heading(tuple(links), current, part.css)


def _row(found: ProductSummary, layout: Sequence[_Layout], pictured: Collection[str], now: datetime) -> Row:
    is_held, release, size = found["is_held"], found["data_release"], found.values.get("file_size")
    href = f"/file/{found.public_id}"
    return Row(
        public_id=found.public_id,
        name=str(found["archive_filename"]),
        href=href,
        thumbnail=f"{href}/thumbnail.png" if found.public_id in pictured else "",
        cells=tuple(part.cell(found) for part in layout),
        access=present_access(
            public_id=found.public_id,
            may_read=found.may_read,
            is_held=bool(is_held),
            release=release if isinstance(release, datetime) else None,
            size=size if isinstance(size, int) else None,
            now=now,
        ),
        size=bytes_in_words(size) if isinstance(size, int) else "",
    )


def _plain(column: SearchColumn) -> _Layout:
    """Lay out a column as it is."""
    unit = "" if column.unit == "byte" else "UTC" if column.type is ColumnType.MJD else column.unit
    css = "num" if column.type in _NUMBERS else ""

    def cell(found: ProductSummary) -> Cell:
        text = value_in_words(column, found.values.get(column.name))
        return Cell(text, css=f"{css} nowrap".strip(), href=_href(column.name, text, found))

    return _Layout(((column.name, column.label, unit),), cell, css)


def _href(name: str, text: str, found: ProductSummary) -> str:
    if not text:
        return ""
    if name in {"archive_filename", "public_id"}:
        return f"/file/{found.public_id}"
    if name == "obs_id":
        return f"/obs/{quote(text)}"
    if name == "propid":
        return f"/program/{quote(text)}"
    if name == "caldat":
        return f"/night/{text}/{quote(str(found['telescope']), safe='')}"
    return ""


def _text(found: ProductSummary, name: str) -> str:
    value = found.values.get(name)
    return "" if value is None else str(value)


def _number(found: ProductSummary, name: str) -> float | None:
    value = found.values.get(name)
    return float(value) if isinstance(value, int | float) else None


def _file(found: ProductSummary) -> Cell:
    obs_id = _text(found, "obs_id")
    return Cell(
        _text(found, "archive_filename"),
        css="file",
        href=f"/file/{found.public_id}",
        note=obs_id,
        note_href=f"/obs/{quote(obs_id)}" if obs_id else "",
    )


def _night(found: ProductSummary) -> Cell:
    night = _text(found, "caldat")
    return Cell(
        night, css="nowrap", href=_href("caldat", night, found), note=mjd_in_words(_number(found, "t_min"), "%H:%M:%S")
    )


def _program(found: ProductSummary) -> Cell:
    propid = _text(found, "propid")
    return Cell(propid, css="nowrap", href=_href("propid", propid, found), note=_text(found, "pi"))


def _kind(found: ProductSummary) -> Cell:
    return Cell(_text(found, "obs_type"), note=f"{_text(found, 'proc_type')} {_text(found, 'prod_type')}")


def _filter(found: ProductSummary) -> Cell:
    band, written = _text(found, "band"), _text(found, "filter")
    exposure = number_in_words(_number(found, "exptime"), 5)
    short = written if len(written) <= 16 else written.split(" ")[0]
    return Cell(band or short, note=f"{exposure} s" if exposure else "", title=written)


def _target(found: ProductSummary) -> Cell:
    ra, dec = ra_in_words(_number(found, "ra"), 1), dec_in_words(_number(found, "dec"), 0)
    return Cell(_text(found, "target"), css="target", note=f"{ra} {dec}".strip())


def _instrument(found: ProductSummary) -> Cell:
    return Cell(_text(found, "instrument"), note=_text(found, "telescope"))


_FILE = _Layout((("archive_filename", "File", ""), ("obs_id", "observation", "")), _file)
_NAME = _Layout((("archive_filename", "File", ""),), lambda found: replace(_file(found), note="", note_href=""))
_TARGET = _Layout((("target", "Target", ""), ("ra", "RA", ""), ("dec", "Dec", "ICRS")), _target)
_INSTRUMENT = _Layout((("instrument", "Instrument", ""), ("telescope", "telescope", "")), _instrument)
_FILTER = _Layout((("band", "Filter", ""), ("exptime", "exposure", "s")), _filter)
_NIGHT = _Layout((("caldat", "Night", ""), ("t_min", "start", "UTC")), _night)
_KIND = _Layout((("obs_type", "Kind", ""), ("proc_type", "processing", "")), _kind)
_PROGRAM = _Layout((("propid", "Program", ""), ("pi", "PI", "")), _program)
_USUAL = (_FILE, _TARGET, _INSTRUMENT, _FILTER, _NIGHT, _KIND, _PROGRAM)
_OF_ONE_OBSERVATION = (_NAME, _KIND, _TARGET, _FILTER)
