# SPDX-License-Identifier: BSD-3-Clause
"""What can be searched: the columns as the database describes them, and the parameters beside them."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["PARAMETERS", "ColumnType", "SearchColumn", "SearchColumns", "SearchParameter"]


class ColumnType(StrEnum):
    """What a column's values are, and so how they are written and compared."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    MJD = "mjd"
    DATE = "date"
    TIME = "time"
    BOOLEAN = "boolean"
    KEYWORD = "keyword"


@dataclass(frozen=True)
class SearchColumn:
    """One column that can be constrained, sorted by and put out.

    Parameters
    ----------
    name
        Its name in answers, in ``sort`` and in ``columns``.
    parameter
        The parameter by which it is constrained; its name but for those in `PARAMETERS`.
    label, description, unit, ucd, utype, group, choices
        As in the catalogue's ``ColumnFacts``.
    """

    name: str
    parameter: str
    type: ColumnType
    label: str
    description: str
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SearchParameter:
    """A parameter of an address that is no column's own name.

    Parameters
    ----------
    label, description
        For forms, help pages and OpenAPI.
    example
        A value that works.
    columns
        The columns it constrains; several mean that any of them may match. Empty for
        parameters that say where, whose or how.
    type
        How its values are written, where it constrains columns.
    """

    name: str
    label: str
    description: str
    example: str
    columns: tuple[str, ...] = ()
    type: ColumnType | None = None


PARAMETERS = (
    SearchParameter("target", "Target", "Name of an object; it is resolved to a position.", "M31"),
    SearchParameter(
        "ra", "RA", "ICRS right ascension: degrees or hours as 10:23:45.6; a range constrains the centre.", "10.68"
    ),
    SearchParameter("dec", "Dec", "ICRS declination: degrees or -12:34:56; a range constrains the centre.", "41.27"),
    SearchParameter(
        "radius", "Radius", "Radius around target or position; degrees, or with d, m (arcmin) or s (arcsec).", "10m"
    ),
    SearchParameter("width", "Width", "Width of a box around target or position, along RA on the sky.", "0.5"),
    SearchParameter("height", "Height", "Height of that box.", "30m"),
    SearchParameter(
        "pos",
        "Shape",
        "A shape in the words of DALI: CIRCLE, POLYGON, RANGE, BOX or POINT, in degrees, or MOC.",
        "CIRCLE 10.7 41.3 0.5",
    ),
    SearchParameter(
        "night",
        "Night",
        "Local date at the start of the night, or a range of them.",
        "2014-08-01..2014-08-05",
        ("caldat",),
        ColumnType.DATE,
    ),
    SearchParameter(
        "date",
        "Time",
        "Time (UTC) within which an exposure was running, at least in part; ISO or MJD.",
        "2014-08-01T03:00..2014-08-01T05:00",
        ("t_min", "t_max"),
        ColumnType.TIME,
    ),
    SearchParameter(
        "release",
        "Data release",
        "When the bytes become public.",
        "..2015-12-31",
        ("data_release",),
        ColumnType.TIME,
    ),
    SearchParameter("object", "Object", "Target as the observer wrote it.", "*Cyg*", ("target",), ColumnType.TEXT),
    SearchParameter(
        "filename",
        "File name",
        "Name of the file, the archive's or the original one.",
        "c4d_1403*",
        ("archive_filename", "original_filename"),
        ColumnType.TEXT,
    ),
    SearchParameter(
        "filter",
        "Filter",
        "Filter as written, or the short name of its band.",
        "g,r",
        ("filter", "band"),
        ColumnType.TEXT,
    ),
    SearchParameter("collection", "Collection", "Name of a collection.", "decaps"),
    SearchParameter("mine", "My data", "1 for the data of your own programs only.", "1"),
    SearchParameter("sort", "Sort by", "A column; with - before it the highest comes first.", "-t_min"),
    SearchParameter("limit", "Rows", "Rows on a page; in CSV and VOTable: rows at most.", "100"),
    SearchParameter("after", "Page", "Key of a page, as a result gave it.", ""),
    SearchParameter(
        "columns", "Columns", "Columns to put out, separated by commas; 'all' for all.", "archive_filename,ra,dec"
    ),
    SearchParameter("count", "Count", "'exact' counts to the end, however many there are.", "exact"),
    SearchParameter("format", "Format", "html, json, csv or votable.", "csv"),
)


class SearchColumns:
    """All columns that can be searched, by name and by parameter."""

    def __init__(self, columns: tuple[SearchColumn, ...]) -> None:
        self._by_name = {column.name: column for column in columns}
        self._parameters = {parameter.name: parameter for parameter in PARAMETERS}

    def __iter__(self) -> Iterator[SearchColumn]:
        return iter(self._by_name.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> SearchColumn:
        return self._by_name[name]

    def groups(self) -> dict[str, list[SearchColumn]]:
        """Give the columns under their headings, in the order of the catalogue."""
        grouped: dict[str, list[SearchColumn]] = {}
        for column in self:
            grouped.setdefault(column.group, []).append(column)
        return grouped

    def canonical(self, parameter: str) -> str | None:
        """Give the name under which a constraint on `parameter` is kept; None when there is no such parameter."""
        known = self._parameters.get(parameter)
        if known is not None and known.columns:
            return known.columns[0] if len(known.columns) == 1 else known.name
        return parameter if parameter in self._by_name else None

    def constrained(self, name: str) -> tuple[SearchColumn, ...]:
        """Give the columns that a constraint of this canonical name is on; any of them may match."""
        known = self._parameters.get(name)
        if known is not None and len(known.columns) > 1:
            return tuple(self._by_name[column] for column in known.columns)
        return (self._by_name[name],)

    def type_of(self, name: str) -> ColumnType:
        """Give how values of a constraint of this canonical name are written."""
        known = self._parameters.get(name)
        if known is not None and len(known.columns) > 1 and known.type is not None:
            return known.type
        return self._by_name[name].type

    def parameter_of(self, name: str) -> str:
        """Give the parameter that writes a constraint of this canonical name."""
        return self._by_name[name].parameter if name in self._by_name else name

    def near(self, parameter: str) -> str | None:
        """Give the parameter that was perhaps meant."""
        known = [*self._parameters, *self._by_name]
        found = difflib.get_close_matches(parameter.lower(), known, n=1)
        return found[0] if found else None
