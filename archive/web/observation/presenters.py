# SPDX-License-Identifier: BSD-3-Clause
"""What the pages of a file and of an observation show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from shlex import quote as shell_quote
from urllib.parse import quote

from archive.domain.details import HDUDetail, HeaderCard, ObservationDetail, ProductDetail
from archive.domain.previews import PreviewState, PreviewStatus
from archive.domain.search import ColumnType, SearchColumn, SearchColumns
from archive.web.observation.footprint import Drawing, draw_footprint
from archive.web.search.table import Access, Table, present_access, present_files, value_in_words
from archive.web.sidebar import link
from archive.web.wording import bytes_in_words, dec_in_words, number_in_words, ra_in_words

__all__ = [
    "Fact",
    "FactGroup",
    "FilePage",
    "HDULine",
    "HeaderPage",
    "ObservationPage",
    "present_file",
    "present_header",
    "present_observation",
]

# These have places of their own on the page.
_ELSEWHERE = {"public_id", "archive_filename", "md5", "sha256", "is_held", "abstract", "n_hdu", "s_region"}
# None: the file came in just now, or the watchdog will ask for its preview.
_WAITING = {None, PreviewState.QUEUED, PreviewState.RUNNING}


@dataclass(frozen=True)
class Fact:
    """One value of the catalogue."""

    label: str
    text: str
    unit: str
    description: str
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class FactGroup:
    """Values under one heading."""

    heading: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class HDULine:
    """One HDU of a file."""

    index: int
    name: str
    kind: str
    shape: str
    pixels: str
    detector: str
    position: str


@dataclass(frozen=True)
class FilePage:
    """A file with everything that is known of it.

    Parameters
    ----------
    picture
        Address of the preview; empty where there is none to show.
    no_picture
        Why there is none.
    command
        What fetches the file from a shell, and goes on where it was cut.
    """

    detail: ProductDetail
    name: str
    original: str
    obs_id: str
    access: Access
    size: str
    groups: tuple[FactGroup, ...]
    hdus: tuple[HDULine, ...]
    drawing: Drawing | None
    picture: str
    no_picture: str
    siblings: Table
    command: str
    md5: str
    nearby: str
    region: str


@dataclass(frozen=True)
class ObservationPage:
    """Observations of one id, with their files."""

    obs_id: str
    parts: tuple["ObservationPart", ...]


@dataclass(frozen=True)
class ObservationPart:
    """One observation."""

    detail: ObservationDetail
    night: str
    files: Table
    drawing: Drawing | None
    picture: str


@dataclass(frozen=True)
class HeaderPage:
    """The headers of a file, of which one or all are shown."""

    public_id: str
    name: str
    names: tuple[str, ...]
    chosen: int | None
    shown: tuple[tuple[int, Sequence[HeaderCard]], ...]


def present_file(
    detail: ProductDetail,
    status: PreviewStatus,
    pictured: Collection[str],
    columns: SearchColumns,
    base_url: str,
    now: datetime,
) -> FilePage:
    """Lay out a file."""
    values = detail.values
    size = values.get("file_size")
    size = size if isinstance(size, int) else None
    return FilePage(
        detail=detail,
        name=_text(values, "archive_filename"),
        original=_text(values, "original_filename"),
        obs_id=_text(values, "obs_id"),
        access=present_access(
            public_id=detail.public_id,
            may_read=detail.may_read,
            is_held=detail.is_held,
            release=detail.data_release,
            size=size,
            now=now,
        ),
        size=bytes_in_words(size),
        groups=_groups(values, columns),
        hdus=tuple(_hdu(hdu) for hdu in detail.hdus),
        drawing=draw_footprint(detail.outlines),
        picture=f"/file/{detail.public_id}/preview.png" if status.is_shown else "",
        no_picture=_no_picture(status, is_held=detail.is_held),
        siblings=present_files(detail.siblings, pictured, columns, now),
        command=_command(detail, base_url),
        md5=_text(values, "md5"),
        nearby=_nearby(values),
        region=_text(values, "s_region"),
    )


def present_observation(
    found: Sequence[ObservationDetail], pictured: Collection[str], columns: SearchColumns, now: datetime
) -> ObservationPage:
    """Lay out the observations of one id."""
    return ObservationPage(found[0].obs_id, tuple(_part(detail, pictured, columns, now) for detail in found))


def present_header(detail: ProductDetail, headers: Sequence[Sequence[HeaderCard]], wanted: str) -> HeaderPage:
    """Lay out one header, or all of them.

    Parameters
    ----------
    wanted
        Number of an HDU, or ``all``; anything else is the first.
    """
    chosen: int | None = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else 0
    if wanted == "all":
        chosen = None
    elif chosen is not None and chosen >= len(headers):
        chosen = 0
    names = {hdu.index: hdu.extname or "" for hdu in detail.hdus}
    return HeaderPage(
        public_id=detail.public_id,
        name=_text(detail.values, "archive_filename"),
        names=tuple(names.get(index, "") or ("primary" if index == 0 else "") for index in range(len(headers))),
        chosen=chosen,
        shown=tuple((index, cards) for index, cards in enumerate(headers) if chosen in {None, index}),
    )


def _part(
    detail: ObservationDetail, pictured: Collection[str], columns: SearchColumns, now: datetime
) -> ObservationPart:
    files = present_files(detail.files, pictured, columns, now)
    night = next((_text(one.values, "caldat") for one in detail.files if one.values.get("caldat")), "")
    # A processed image shows the sky best.
    shown = [row for row in reversed(files.rows) if row.thumbnail]
    pictured = {one.public_id for one in detail.files if one.values.get("prod_type") in {"image", "image1", "spectrum"}}
    best = next((row for row in shown if row.public_id in pictured), None)
    return ObservationPart(
        detail, night, files, draw_footprint(detail.outlines), f"{best.href}/preview.png" if best else ""
    )


def _groups(values: Mapping[str, object], columns: SearchColumns) -> tuple[FactGroup, ...]:
    groups = (
        FactGroup(
            heading,
            tuple(
                _fact(column, values)
                for column in members
                if column.name not in _ELSEWHERE and values.get(column.name) not in {None, ""}
            ),
        )
        for heading, members in columns.groups().items()
    )
    return tuple(group for group in groups if group.facts)


def _fact(column: SearchColumn, values: Mapping[str, object]) -> Fact:
    value = values[column.name]
    text = value_in_words(column, value)
    return Fact(
        label=column.label,
        text=text,
        unit="UTC"
        if column.type in {ColumnType.MJD, ColumnType.TIME}
        else ""
        if column.unit == "byte"
        else column.unit,
        description=column.description,
        href=_href(column.name, text, values),
        note=_note(column, value),
    )


def _note(column: SearchColumn, value: object) -> str:
    if not isinstance(value, int | float):
        return ""
    if column.name == "ra":
        return ra_in_words(value)
    if column.name == "dec":
        return dec_in_words(value)
    if column.ucd.startswith("em.wl"):
        return f"{number_in_words(value * 1e9, 4)} nm"
    if column.type is ColumnType.MJD:
        return f"MJD {number_in_words(value, 11)}"
    return ""


def _href(name: str, text: str, values: Mapping[str, object]) -> str:
    if name == "obs_id":
        return f"/obs/{quote(text)}"
    if name == "propid":
        return f"/program/{quote(text)}"
    if name == "caldat":
        return f"/night/{text}/{quote(_text(values, 'telescope'), safe='')}"
    return ""


def _hdu(hdu: HDUDetail) -> HDULine:
    has_position = hdu.ra is not None and hdu.dec is not None
    return HDULine(
        index=hdu.index,
        name=hdu.extname or ("primary" if hdu.index == 0 else ""),
        kind=hdu.kind,
        shape=" × ".join(str(length) for length in hdu.shape),
        pixels="" if hdu.bitpix is None else f"{abs(hdu.bitpix)} bit{' float' if hdu.bitpix < 0 else ''}",
        detector="" if hdu.ccdnum is None else str(hdu.ccdnum),
        position=f"{ra_in_words(hdu.ra)} {dec_in_words(hdu.dec)}" if has_position else "",
    )


def _no_picture(status: PreviewStatus, *, is_held: bool) -> str:
    if not is_held:
        return "No preview: the file is not held here."
    if status.is_proprietary:
        return "The preview is proprietary, as the pixels are."
    if status.state in _WAITING:
        return "The preview is being made; reload this page in a moment to see it."
    return f"No preview: {status.reason}." if status.reason else "There is no preview."


def _command(detail: ProductDetail, base_url: str) -> str:
    # Names come from whoever sent the file; curl takes no name from the server when it resumes.
    name = shell_quote(_text(detail.values, "archive_filename"))
    token = "" if detail.is_public else '-H "Authorization: Bearer $TOKEN" '
    return f"curl -f -C - -o {name} {token}{shell_quote(f'{base_url}/data/{detail.public_id}')}"


def _nearby(values: Mapping[str, object]) -> str:
    ra, dec = values.get("ra"), values.get("dec")
    if not isinstance(ra, float) or not isinstance(dec, float):
        return ""
    return link("/results", {"ra": [f"{ra:.5f}"], "dec": [f"{dec:.5f}"], "radius": ["0.5"]})


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return "" if value is None else str(value)
