# SPDX-License-Identifier: BSD-3-Clause
"""Galaxies, clusters and nebulae by their NGC, IC, Messier and other names, from the OpenNGC database."""

import math
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from archive.domain.search import ResolvedName

__all__ = ["OpenNGC"]

_MESSIER = re.compile(r"(?:M|MESSIER)\s*0*(\d{1,3})")
_NUMBERED = re.compile(r"(NGC|IC)\s*0*(\d{1,4})\s*([A-Z]?)")
_CATALOGUES = re.compile(r"(PGC|UGC|LBN|MCG|ESO|CL|MEL|C|B|H|HCG|IRAS|2MASX|SDSS|MWSC|CED)\s*(.+)")
_SHORT = {"LMC": "LARGE MAGELLANIC CLOUD", "SMC": "SMALL MAGELLANIC CLOUD"}
_SELECT = (
    "SELECT o.name, o.ra, o.dec, t.typedesc, o.messier, o.ngc, o.ic, o.type "
    "FROM objects o JOIN objTypes t ON t.type = o.type "
)


class _Record(NamedTuple):
    name: str
    ra: float | None
    dec: float | None
    type: str
    messier: str
    ngc: str
    ic: str
    code: str


class OpenNGC:
    """The database file of the package ``pyongc`` (OpenNGC by M. Verga, CC-BY-SA-4.0)."""

    resolver = "OpenNGC"

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, name: str) -> ResolvedName | None:
        """Give the position of an object; None when the name is not there."""
        asked = " ".join(name.upper().split())
        asked = _SHORT.get(asked, asked)
        with closing(self._open()) as base:
            row = next(self._rows(base, asked), None)
            # A record that only points elsewhere has the number of the other one.
            for _ in range(3):
                if row is None or row.code != "Dup":
                    break
                row = self._pointed_at(base, row)
        if row is None or row.ra is None or row.dec is None:
            return None
        return ResolvedName(_shown(row), math.degrees(row.ra), math.degrees(row.dec), self.resolver, row.type)

    def names(self) -> list[str]:
        """Give the common names and the Messier numbers, for suggestions."""
        with closing(self._open()) as base:
            common = [row[0] for row in base.execute("SELECT commonnames FROM objects WHERE commonnames != ''")]
            messier = [row[0] for row in base.execute("SELECT DISTINCT messier FROM objects WHERE messier != ''")]
        return [name for names in common for name in names.split(",")] + [f"M{int(number)}" for number in messier]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._path.as_uri()}?mode=ro&immutable=1", uri=True)

    def _rows(self, base: sqlite3.Connection, asked: str) -> Iterator[_Record]:
        for clause, values in _clauses(asked):
            yield from (_Record(*row) for row in base.execute(f"{_SELECT} {clause}", values))

    def _pointed_at(self, base: sqlite3.Connection, row: _Record) -> _Record | None:
        for prefix, number in (("M", row.messier), ("NGC", row.ngc), ("IC", row.ic)):
            if number:
                found = next(self._rows(base, f"{prefix} {number.split(',')[0]}"), None)
                if found is not None and found.name != row.name:
                    return found
        return None


def _clauses(asked: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the ways in which a name may be in the database, likeliest first."""
    messier = _MESSIER.fullmatch(asked)
    if messier:
        number = f"{int(messier[1]):03d}"
        yield "WHERE o.messier = ? OR o.name = ?", (number, f"M{number}")
    numbered = _NUMBERED.fullmatch(asked)
    if numbered:
        yield "WHERE o.name = ?", (f"{numbered[1]}{int(numbered[2]):04d}{numbered[3]}",)
    if _CATALOGUES.fullmatch(asked):
        yield "JOIN objIdentifiers i ON i.name = o.name WHERE upper(i.identifier) = ?", (_padded(asked),)
    # Common names are one text with commas, so that the name is looked for between two of them.
    yield "WHERE instr(',' || upper(o.commonnames) || ',', ',' || ? || ',') > 0", (asked,)


def _padded(asked: str) -> str:
    """Write a name as the database does: no space after the catalogue's, PGC and UGC with leading zeros."""
    plain = asked.replace(" ", "")
    found = re.fullmatch(r"(PGC|UGC|C|B|MEL)0*(\d+)([A-Z]?)", plain)
    if found is None:
        return plain
    width = {"PGC": 6, "UGC": 5, "C": 3, "B": 3, "MEL": 3}[found[1]]
    return f"{found[1]}{found[2]:0>{width}}{found[3]}"


def _shown(row: _Record) -> str:
    """Give a name as people write it."""
    if row.messier:
        return f"M {int(row.messier)}"
    found = re.fullmatch(r"(NGC|IC)0*(\d+)(.*)", row.name)
    return f"{found[1]} {found[2]}{found[3]}" if found else row.name
