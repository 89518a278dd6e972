# SPDX-License-Identifier: BSD-3-Clause
"""Observing programs."""

from archive.db.browsing import ProgramReportStore
from archive.db.session import Database
from archive.domain.access import Caller
from archive.domain.browsing import ProgramReport
from archive.domain.clock import Clock
from archive.errors import NotFoundError

__all__ = ["ProgramService"]


class ProgramService:
    """Tells of a program and of what was observed for it."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def known(self, caller: Caller, text: str) -> str | None:
        """Give the id of the program that `text` names; None when the caller knows of none."""
        with self._database.begin() as uow:
            return ProgramReportStore(uow).known(text, caller, self._clock())

    def report(self, caller: Caller, propid: str) -> ProgramReport:
        """Give a program, with counts of what the caller may know.

        Raises
        ------
        NotFoundError
            There is none of this id that the caller may know of.
        """
        now = self._clock()
        with self._database.begin() as uow:
            store = ProgramReportStore(uow)
            found = store.report(propid, caller, now)
            near = () if found else store.near(propid, caller, now)
        if found is None:
            raise NotFoundError(f"There is no program {propid}.", near)
        return found
