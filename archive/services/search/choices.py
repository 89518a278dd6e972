# SPDX-License-Identifier: BSD-3-Clause
"""Values to choose from in forms, kept for a short while."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from archive.db.search import SearchStore
from archive.db.session import Database
from archive.domain.access import Caller
from archive.domain.clock import Clock
from archive.domain.search import MOST_VALUES

__all__ = ["ChoiceCache"]

_KEEP = timedelta(seconds=60)
_MOST_ENTRIES = 500
_SECONDS = 5.0

# What a caller sees follows from these alone.
_Key = tuple[str, bool, frozenset[int], object]


class ChoiceCache:
    """The values of columns, apart for callers who see different things."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[datetime, tuple[object, ...]]] = OrderedDict()

    def of(self, caller: Caller, column: str) -> tuple[object, ...]:
        """Give the values of a column that the caller may know of."""
        now = self._clock()
        key = (column, caller.is_staff, caller.programs, caller.scopes)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and now < kept[0] + _KEEP:
            return kept[1]
        with self._database.begin() as uow:
            values = tuple(SearchStore(uow, timeout=_SECONDS).choices(caller, column, now, MOST_VALUES))
        with self._lock:
            self._kept[key] = (now, values)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_ENTRIES:
                self._kept.popitem(last=False)
        return values
