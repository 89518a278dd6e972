# SPDX-License-Identifier: BSD-3-Clause
"""Other ways to files, by the texts of columns that no index has as they are."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from json import dumps

from archive.db.schema import LONG_DAYS
from vo.adql import Column, Lookup, Nearness

__all__ = ["HeaderIndex", "addressed", "ending", "of_collection", "of_program"]

_ROUNDING = 0.001

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,300})(\.[0-9]{1,300})?")


def of_program(column: Column, name: str) -> Column:
    """Describe a column that tells of a file's program, and is not told of all: of its few rows first."""
    return replace(column, lookup=Lookup("tap_inner.known_programs", "program_key", name))


def of_collection(column: Column) -> Column:
    """Describe a column of telescope and instrument, which a minus joins; either may hold one."""

    def parts(text: str) -> list[tuple[tuple[str, str], tuple[str, str]]]:
        at = [place for place, letter in enumerate(text[:200]) if letter == "-"]
        return [(("facility_name", text[:place]), ("instrument_name", text[place + 1 :])) for place in at]

    return replace(column, composed=parts)


def addressed(column: Column, sign: str) -> Column:
    """Describe a column of addresses that end in a sign and the file's id."""

    def parts(text: str) -> list[tuple[tuple[str, str]]]:
        return [(("public_id", text.rpartition(sign)[2]),)]

    return replace(column, composed=parts)


def ending(column: Column) -> Column:
    """Describe the end of an exposure, which is near its start but for few."""
    return replace(column, near=Nearness("t_min", LONG_DAYS + _ROUNDING, "is_long_key"))


@dataclass(frozen=True)
class HeaderIndex:
    """The index of the headers, whose keywords and values a table gives one by one."""

    name: str
    value: str

    def has(self, name: str, value: str, relation: str, quote: Callable[[str], str]) -> str | None:
        """Give the condition that a header has a keyword with a value, which is told as text."""
        if value.startswith(("[", "{")):
            # A list may be written in more ways than one.
            return None
        values = [dumps(value)]
        if _NUMBER.fullmatch(value) or value in {"true", "false"}:
            values.append(value)
        held = [f"{relation}.header_key @> {quote(f'{{{dumps(name)}: {one}}}')}::jsonb" for one in values]
        return f"({' OR '.join(held)})"
