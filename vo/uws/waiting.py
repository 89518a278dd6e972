# SPDX-License-Identifier: BSD-3-Clause
"""Long polls: WAIT holds an answer back until the job moves (UWS 1.1 §2.2.1.2)."""

import threading
import time
from collections.abc import Callable

from vo.uws.job import Job
from vo.uws.phases import ACTIVE
from vo.uws.ports import JobStore

__all__ = ["JobWaiting"]

# Seconds between looks: short ones first, so that a small job is told of at once.
_FIRST = 0.05
_LONGEST = 1.0
_GROWTH = 1.5


class JobWaiting:
    """Waits for jobs, for a time that is bounded and with bounded numbers.

    Between two looks at one indexed row nothing is held but the thread of the request. Who comes
    when all places are taken is answered at once, which the standard allows.

    Parameters
    ----------
    longest
        Seconds, whatever WAIT says.
    places
        Waiting requests at a time in this process; fewer than it has threads.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        longest: float = 45.0,
        places: int = 8,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._longest = longest
        self._places = threading.BoundedSemaphore(places)
        self._sleep = sleep
        self._monotonic = monotonic

    def wait(self, job: Job, seconds: float) -> None:
        """Return when the job has left its phase, is gone, or the time is up.

        Parameters
        ----------
        seconds
            As WAIT says; less than 0 for as long as may be.
        """
        if job.phase not in ACTIVE or seconds == 0 or not self._places.acquire(blocking=False):
            return
        try:
            self._look(job, self._monotonic() + (self._longest if seconds < 0 else min(seconds, self._longest)))
        finally:
            self._places.release()

    def _look(self, job: Job, end: float) -> None:
        pause = _FIRST
        while True:
            left = end - self._monotonic()
            if left <= 0:
                return
            self._sleep(min(pause, left))
            status = self._store.status(job.job_id)
            if status is None or status.phase is not job.phase:
                return
            pause = min(pause * _GROWTH, _LONGEST)
