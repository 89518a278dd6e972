# SPDX-License-Identifier: BSD-3-Clause
"""The telescope schedule, read from a table that a time allocation office gives out."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from archive.db.programs import ProgramFacts, ProgramStore
from archive.db.schedules import ScheduleStore
from archive.db.session import Database
from archive.errors import InvalidInputError

__all__ = ["ScheduleImport", "ScheduleService"]

NEEDED = ("telescope", "date", "propid")


@dataclass
class ScheduleImport:
    """What came of an import.

    Parameters
    ----------
    added, known
        Lines that told something new, and lines that were here already.
    errors
        Line number, the heading being 1, and what is wrong with it.
    """

    added: int = 0
    known: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Slot:
    telescope: str
    caldat: date
    instrument: str
    program: ProgramFacts


class ScheduleService:
    """Imports schedules."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def import_csv(self, lines: Iterable[str]) -> ScheduleImport:
        """Read a table of ``telescope, date, propid`` and, if given, ``title, pi, affiliation, instrument``.

        Sound lines are kept also where others are not; the same table again changes nothing.

        Raises
        ------
        InvalidInputError
            A needed column is missing.
        """
        reader = csv.DictReader(lines)
        columns = {name.strip().lower() for name in reader.fieldnames or ()}
        missing = [name for name in NEEDED if name not in columns]
        if missing:
            raise InvalidInputError({"file": f"the columns {', '.join(missing)} are missing"})
        done = ScheduleImport()
        with self._database.begin() as uow:
            programs, schedule = ProgramStore(uow), ScheduleStore(uow)
            for row in reader:
                slot = _slot_of(row)
                if isinstance(slot, str):
                    done.errors.append((reader.line_num, slot))
                    continue
                program = programs.ensure(slot.program)
                if schedule.add(slot.telescope, slot.caldat, slot.instrument, program.id):
                    done.added += 1
                else:
                    done.known += 1
        return done


def _slot_of(row: Mapping[str | None, str | list[str] | None]) -> _Slot | str:
    """Read a line, or say what is wrong with it."""
    if None in row:
        return "there are more values than columns"
    given = {str(name).strip().lower(): value.strip() for name, value in row.items() if isinstance(value, str)}
    empty = [name for name in NEEDED if not given.get(name)]
    if empty:
        return f"{', '.join(empty)} is empty"
    if any("\0" in value for value in given.values()):
        return "there is a NUL character"
    try:
        caldat = date.fromisoformat(given["date"])
    except ValueError:
        return f"{given['date']!r} is no date; write it as 2014-01-31"
    program = ProgramFacts(
        given["propid"],
        pi=given.get("pi", ""),
        title=given.get("title", ""),
        affiliation=given.get("affiliation", ""),
    )
    return _Slot(given["telescope"].lower(), caldat, given.get("instrument", "").lower(), program)
