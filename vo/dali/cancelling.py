# SPDX-License-Identifier: BSD-3-Clause
"""Stopping work that another thread is at."""

import threading
from collections.abc import Callable

from vo.dali.faults import CancelledError

__all__ = ["Cancellation"]


class Cancellation:
    """Tells work under way to stop; may be told before, during and after it, and more than once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self._is_cancelled = False

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told."""
        return self._is_cancelled

    def attach(self, stop: Callable[[], None]) -> None:
        """Call `stop` when it is told; at once if it was already.

        Parameters
        ----------
        stop
            Safe to call from another thread, and when the work is over.
        """
        with self._lock:
            self._stops.append(stop)
            is_late = self._is_cancelled
        if is_late:
            stop()

    def cancel(self) -> None:
        """Tell all that is attached, once."""
        with self._lock:
            stops = [] if self._is_cancelled else list(self._stops)
            self._is_cancelled = True
        for stop in stops:
            stop()

    def check(self) -> None:
        """Leave the work if it was told.

        Raises
        ------
        CancelledError
            It was.
        """
        if self._is_cancelled:
            raise CancelledError("This was stopped before it was done.")
