# SPDX-License-Identifier: BSD-3-Clause
"""The holdings at a glance, counted now and then."""

import threading
import time
from datetime import timedelta

from archive.db.browsing import OverviewStore
from archive.db.session import Database
from archive.domain.browsing import Overview
from archive.domain.clock import Clock

__all__ = ["OverviewService"]

_SHORTEST = timedelta(seconds=5)
_SHARE = 100


class OverviewService:
    """Counts what everybody may know of, and keeps the numbers for a while.

    Notes
    -----
    Numbers are kept for a hundred times as long as the counting took, so that it costs at most
    a hundredth of one connection's time; meanwhile one request counts anew, the others get the last numbers.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._counting = threading.Lock()
        self._last: Overview | None = None
        self._keep = _SHORTEST

    def overview(self) -> Overview:
        """Give the holdings at a glance; the same for every caller."""
        last = self._last
        if last is None:
            with self._counting:
                return self._last or self._count()
        if self._clock() < last.counted + self._keep or not self._counting.acquire(blocking=False):
            return last
        try:
            return self._count()
        finally:
            self._counting.release()

    def _count(self) -> Overview:
        began = time.monotonic()
        with self._database.begin() as uow:
            found = OverviewStore(uow).overview(self._clock())
        self._keep = max(_SHORTEST, timedelta(seconds=_SHARE * (time.monotonic() - began)))
        self._last = found
        return found
