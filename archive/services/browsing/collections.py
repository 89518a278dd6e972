# SPDX-License-Identifier: BSD-3-Clause
"""Collections: surveys and high-level science products."""

import difflib

from archive.db.browsing import CollectionReportStore
from archive.db.session import Database
from archive.domain.access import Caller
from archive.domain.browsing import CollectionReport, CollectionSummary
from archive.domain.clock import Clock
from archive.errors import NotFoundError

__all__ = ["CollectionService"]


class CollectionService:
    """Tells of collections and of what they hold."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def collections(self, caller: Caller) -> tuple[CollectionSummary, ...]:
        """Give all collections, with counts of what the caller may know."""
        with self._database.begin() as uow:
            return CollectionReportStore(uow).summaries(caller, self._clock())

    def report(self, caller: Caller, name: str) -> CollectionReport:
        """Give one collection.

        Raises
        ------
        NotFoundError
            There is none of this name.
        """
        with self._database.begin() as uow:
            store = CollectionReportStore(uow)
            found = store.report(name, caller, self._clock())
            names = store.names() if found is None else ()
        if found is None:
            raise NotFoundError(f"There is no collection {name}.", difflib.get_close_matches(name, names, n=3))
        return found
