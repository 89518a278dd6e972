# SPDX-License-Identifier: BSD-3-Clause
"""The log of a night."""

from datetime import date

from archive.db.browsing import NightLogStore
from archive.db.session import Database
from archive.domain.access import Caller
from archive.domain.browsing import NightLog
from archive.domain.clock import Clock
from archive.errors import NotFoundError

__all__ = ["NightService"]


class NightService:
    """Tells what was observed in a night at a telescope."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def log(self, caller: Caller, caldat: str, telescope: str) -> NightLog:
        """Give the log of a night, of what the caller may know.

        Parameters
        ----------
        caldat
            Local date at the start of the night, as YYYY-MM-DD.

        Raises
        ------
        NotFoundError
            It is no date, or nothing is known of that night.
        """
        try:
            day = date.fromisoformat(caldat)
        except ValueError as exc:
            raise NotFoundError("A night is written as its date, such as 2014-08-01.") from exc
        with self._database.begin() as uow:
            found = NightLogStore(uow).log(day, telescope, caller, self._clock())
        if found is None:
            raise NotFoundError(f"Nothing is known of the night of {day} at {telescope}.")
        return found
