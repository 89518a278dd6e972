# SPDX-License-Identifier: BSD-3-Clause
"""The one reader of searches: parameters in, a query out, all that is wrong collected by field."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from archive.domain.search.angles import parse_angle, parse_dec, parse_ra
from archive.domain.search.columns import ColumnType, SearchColumns
from archive.domain.search.criteria import KEYWORD_PREFIX, Constraint, Place, SearchCriteria
from archive.domain.search.page import DEFAULT_COLUMNS, MAX_LIMIT, OutputFormat, PageRequest, SearchQuery, SortOrder
from archive.domain.search.values import MAX_LENGTH, MAX_LIST, parse_value
from archive.errors import InvalidInputError

__all__ = ["parse_criteria", "parse_query"]

DEFAULT_RADIUS = 0.1
MAX_CONSTRAINTS = 50
_PLACE = ("target", "ra", "dec", "radius", "width", "height", "pos")
_PAGE = ("sort", "limit", "after", "columns", "count", "format")
# Operators, lists and ranges: then ra and dec constrain the centre's own columns.
_CONSTRAINS = re.compile(r"^[<>!]|\.\.|,|^null$", re.IGNORECASE)
# A plain keyword, or the words of a HIERARCH one.
_KEYWORD = re.compile(r"[A-Z0-9_-]{1,8}|[A-Z0-9_-]{1,70}( [A-Z0-9_.-]{1,70}){1,10}", re.ASCII)


def parse_query(params: Mapping[str, Sequence[str]], columns: SearchColumns) -> SearchQuery:
    """Read a search and how its answer shall look.

    Parameters
    ----------
    params
        All values of each parameter; empty ones count as not given, as forms send them.

    Raises
    ------
    InvalidInputError
        With every field that cannot be used.
    """
    reader = _Reader(params, columns)
    criteria = reader.criteria()
    query = SearchQuery(criteria, reader.page(), reader.output_columns(), reader.format())
    reader.check()
    return query


def parse_criteria(params: Mapping[str, Sequence[str]], columns: SearchColumns) -> SearchCriteria:
    """Read what is asked for, as `parse_query` does."""
    return parse_query(params, columns).criteria


class _Reader:
    def __init__(self, params: Mapping[str, Sequence[str]], columns: SearchColumns) -> None:
        self._columns = columns
        self._errors: dict[str, str] = {}
        self._params: dict[str, list[str]] = {}
        for name, values in params.items():
            given = [value.strip() for value in values if value.strip()]
            if any(_has_control(value) for value in [name, *given]):
                self._wrong(_printable(name), "control characters cannot be searched for")
            elif given:
                self._params[name] = given

    def check(self) -> None:
        if self._errors:
            raise InvalidInputError(self._errors)

    def criteria(self) -> SearchCriteria:
        constraints: dict[tuple[str, bool], list[Constraint]] = {}
        keywords: dict[tuple[str, bool], list[Constraint]] = {}
        for name, values in self._params.items():
            if name in _PAGE or name in {"collection", "mine"} or self._is_place(name):
                continue
            if name.lower().startswith(KEYWORD_PREFIX):
                self._collect(keywords, self._keyword(name), name, values, ColumnType.KEYWORD)
                continue
            canonical = self._columns.canonical(name)
            if canonical is None or name == "target":
                near = self._columns.near(name)
                self._wrong(
                    _printable(name), "there is no such parameter" + (f"; did you mean {near}?" if near else "")
                )
            else:
                self._collect(constraints, canonical, name, values, self._columns.type_of(canonical))
        found = tuple(part for parts in constraints.values() for part in parts)
        found_keywords = tuple(part for parts in keywords.values() for part in parts)
        if len(found) + len(found_keywords) > MAX_CONSTRAINTS:
            self._wrong("query", f"a search has at most {MAX_CONSTRAINTS} constraints")
        return SearchCriteria(self._place(), found, found_keywords, self._collections(), self._is_mine())

    def page(self) -> PageRequest:
        count = self._one("count")
        if count not in {None, "exact"}:
            self._wrong("count", "the only word here is 'exact'")
        return PageRequest(self._sort(), self._limit(), self._one("after") or "", is_exact_count=count == "exact")

    def output_columns(self) -> tuple[str, ...]:
        names = [name.strip() for value in self._params.get("columns", []) for name in value.split(",") if name.strip()]
        if not names:
            return DEFAULT_COLUMNS
        if names == ["all"]:
            return tuple(column.name for column in self._columns)
        for name in names:
            if name not in self._columns:
                self._no_column("columns", name)
        return tuple(dict.fromkeys(names))

    def format(self) -> OutputFormat | None:
        text = self._one("format")
        if text is None or text.lower() in list(OutputFormat):
            return None if text is None else OutputFormat(text.lower())
        self._wrong("format", f"{text[:40]} is not known; write one of {', '.join(OutputFormat)}")
        return None

    def _collect(
        self,
        collected: dict[tuple[str, bool], list[Constraint]],
        canonical: str | None,
        name: str,
        values: list[str],
        kind: ColumnType,
    ) -> None:
        """Join alternatives of one column into one constraint; comparisons and negations stand alone."""
        if canonical is None:
            return
        choices = self._columns[canonical].choices if canonical in self._columns else ()
        for value in values:
            try:
                reading = parse_value(value, kind, choices)
            except ValueError as exc:
                self._wrong(name, str(exc))
                continue
            parts = collected.setdefault((canonical, reading.must_hold), [])
            made = Constraint(canonical, reading.terms, reading.is_negated)
            if parts and not reading.must_hold:
                made = Constraint(canonical, tuple(dict.fromkeys(parts.pop().terms + made.terms)))
            if len(made.terms) > MAX_LIST:
                self._wrong(name, f"a list has at most {MAX_LIST} items")
            parts.append(made)

    def _keyword(self, name: str) -> str | None:
        keyword = " ".join(name[len(KEYWORD_PREFIX) :].upper().split()).removeprefix("HIERARCH ")
        if _KEYWORD.fullmatch(keyword):
            return keyword
        self._wrong(
            _printable(name),
            "a FITS keyword has up to 8 of the characters A-Z 0-9 _ -, or is the words of a HIERARCH one",
        )
        return None

    def _is_place(self, name: str) -> bool:
        if name in {"ra", "dec"}:
            return not _CONSTRAINS.search(self._params[name][0])
        return name in _PLACE

    def _place(self) -> Place | None:
        given = {name: self._one(name) for name in _PLACE if name in self._params and self._is_place(name)}
        ways = [way for way in ("target", "ra", "dec", "pos") if way in given]
        if not ways:
            for name in given:
                self._wrong(name, "give a target or a position (ra and dec), too")
            return None
        if "pos" in given:
            return self._shape(given)
        if "target" in given and len(ways) > 1:
            self._wrong("target", "give a target or a position (ra and dec), not both")
            return None
        for name, other in (("ra", "dec"), ("dec", "ra"), ("width", "height"), ("height", "width")):
            if name in given and other not in given:
                self._wrong(other, f"with {name} give {other}, too")
        return self._around(given)

    def _shape(self, given: Mapping[str, str | None]) -> Place | None:
        text = given["pos"] or ""
        if len(given) > 1:
            self._wrong("pos", "give a shape, or a target, or a position; not several")
            return None
        return self._checked(Place(shape=text), "pos")

    def _around(self, given: Mapping[str, str | None]) -> Place | None:
        ra = self._read("ra", given, parse_ra)
        dec = self._read("dec", given, parse_dec)
        radius = self._read("radius", given, partial(parse_angle, name="radius", most=180, may_be_zero=True))
        width = self._read("width", given, partial(parse_angle, name="width"))
        height = self._read("height", given, partial(parse_angle, name="height", most=180))
        if "width" in given or "height" in given:
            if "radius" in given:
                self._wrong("radius", "give a radius, or width and height of a box, not both")
            if width is None or height is None:
                return None
        elif radius is None:
            radius = DEFAULT_RADIUS
        if "target" in given:
            return Place(target=given["target"] or "", radius=radius, width=width, height=height)
        if ra is None or dec is None:
            return None
        return self._checked(Place(ra=ra, dec=dec, radius=radius, width=width, height=height), "ra")

    def _checked(self, place: Place, field: str) -> Place | None:
        try:
            place.region()
        except ValueError as exc:
            self._wrong(field, str(exc))
            return None
        return place

    def _read(self, name: str, given: Mapping[str, str | None], read: Callable[[str], float]) -> float | None:
        text = given.get(name)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError as exc:
            self._wrong(name, str(exc))
            return None

    def _collections(self) -> tuple[str, ...]:
        names = [name.strip() for value in self._params.get("collection", []) for name in value.split(",")]
        if len(names) > MAX_LIST or any(len(name) > MAX_LENGTH for name in names):
            self._wrong("collection", f"at most {MAX_LIST} collections can be named")
        return tuple(dict.fromkeys(name for name in names if name))

    def _is_mine(self) -> bool:
        text = (self._one("mine") or "no").lower()
        if text not in {"1", "yes", "true", "on", "0", "no", "false"}:
            self._wrong("mine", "write 1 for your own data, or leave it out")
        return text in {"1", "yes", "true", "on"}

    def _sort(self) -> SortOrder:
        text = self._one("sort")
        if text is None:
            return SortOrder()
        order = SortOrder(text.removeprefix("-"), is_descending=text.startswith("-"))
        if not order.column:
            self._wrong("sort", "a column is missing after the -")
        elif order.column not in self._columns:
            self._no_column("sort", order.column)
        return order

    def _limit(self) -> int | None:
        text = self._one("limit")
        if text is None:
            return None
        if text.isascii() and text.isdecimal() and len(text) < 12 and int(text) > 0:
            return int(text)
        self._wrong("limit", f"write a number of rows from 1 on; a page has at most {MAX_LIMIT}")
        return None

    def _one(self, name: str) -> str | None:
        values = self._params.get(name)
        if not values:
            return None
        if len(set(values)) > 1:
            self._wrong(name, "it is given more than once")
        elif len(values[0]) > MAX_LENGTH * 10:
            self._wrong(name, f"it has more than {MAX_LENGTH * 10} characters")
        return values[0]

    def _no_column(self, field: str, name: str) -> None:
        near = self._columns.near(name)
        hint = f"; did you mean {near}?" if near is not None and near in self._columns else ""
        self._wrong(field, f"there is no column {_printable(name)}{hint}")

    def _wrong(self, field: str, why: str) -> None:
        self._errors.setdefault(field, why)


def _has_control(text: str) -> bool:
    return any(unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\r\n" for character in text)


def _printable(text: str) -> str:
    shown = "".join(character if character.isprintable() else "�" for character in text)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
