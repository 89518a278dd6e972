# SPDX-License-Identifier: BSD-3-Clause
"""How many queries may be under way at a time: of one caller, and of all; small ones are not kept out by long ones."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from vo.dali import TooManyError

__all__ = ["Admission", "CallerCount", "CallerSlots", "LocalCount", "Place"]

C_contra = TypeVar("C_contra", contravariant=True)
R = TypeVar("R")

_LOOK = 0.02


class Place(Protocol):
    """The place of one query."""

    def take(self, is_small: Callable[[], bool]) -> float | None:
        """Let the query run; give the seconds that it may take here, None for no such limit.

        Parameters
        ----------
        is_small
            Whether the query should be over in a moment; asked only where that matters.

        Raises
        ------
        TooManyError
            All together have too many.
        """

    def leave(self) -> None:
        """Make room for the next; more than once without harm."""


class Admission(Protocol[C_contra]):
    """Lets queries in."""

    def enter(self, caller: C_contra) -> Place:
        """Let a caller in with one more query.

        Raises
        ------
        TooManyError
            The caller has too many.
        """


class CallerCount(Protocol):
    """Counts what each caller has under way."""

    def take(self, key: str, most: int) -> Callable[[], None] | None:
        """Count one more; give what is to be called once when it is over, None if there are so many already."""


class LocalCount:
    """Counts what is under way in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()

    def take(self, key: str, most: int) -> Callable[[], None] | None:
        """Count one more."""
        with self._lock:
            if self._under_way[key] >= most:
                return None
            self._under_way[key] += 1
        return lambda: self._give_back(key)

    def _give_back(self, key: str) -> None:
        with self._lock:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]


class CallerSlots(Generic[C_contra]):
    """The places of one process, some of them kept for small queries.

    What is let into a place that is kept may hold it for some seconds only, whatever was expected of it. So
    such a place is soon free again, and a small query waits for it if need be.

    Parameters
    ----------
    key_of
        By what callers are told apart: a name, or an address for those without.
    per_caller
        Queries of one caller at a time, as `count` counts them.
    together, kept
        Queries of this process at a time: of any kind, and further ones that are small.
    small_seconds
        That a small query may take in a place that is kept, and that it waits for one at most.
    waiting, patience
        How many more may wait for a place, and for how many seconds those that are not small or are one too many of
        their caller's. Most queries take milliseconds: who sends some at once is better served late than refused.
    """

    def __init__(
        self,
        *,
        key_of: Callable[[C_contra], str],
        per_caller: int,
        together: int,
        kept: int = 1,
        small_seconds: float = 10.0,
        waiting: int = 0,
        patience: float = 1.0,
        count: CallerCount | None = None,
    ) -> None:
        self._key_of = key_of
        self._per_caller = per_caller
        self._count = count or LocalCount()
        self._small_seconds = small_seconds
        self._changed = threading.Condition()
        self._free = together
        self._kept = kept
        # Who waits holds a thread, so not all may.
        self._may_wait = waiting
        self._patience = patience

    def enter(self, caller: C_contra) -> "_Place":
        """Let a caller in, now or when another query of theirs ends soon."""
        key = self._key_of(caller)
        leave = self._count.take(key, self._per_caller)
        if leave is None:
            with self._changed:
                leave = self._waited(lambda: self._count.take(key, self._per_caller), self._patience)
        if leave is None:
            raise TooManyError(
                f"You have {self._per_caller} queries running, which is as many as may be. Please wait for one to "
                "end, or send the query to be done asynchronously.",
                retry_after=5,
            )
        return _Place(self, leave)

    def take(self, is_small: Callable[[], bool]) -> tuple[Callable[[], None], float | None]:
        """Take any place; give what gives it back, and the seconds for which one has it."""
        with self._changed:
            found = self._any()
        if found is None:
            may_have_kept = is_small()
            seconds = self._small_seconds if may_have_kept else self._patience
            with self._changed:
                take = self._any_or_kept if may_have_kept else self._any
                found = take() or self._waited(take, seconds)
        if found is None:
            raise TooManyError(
                "The service is busy with other queries. Please try again soon, or send this one to be done "
                "asynchronously.",
                retry_after=10,
            )
        return found

    def _any(self) -> tuple[Callable[[], None], float | None] | None:
        if not self._free:
            return None
        self._free -= 1
        return self._free_one, None

    def _any_or_kept(self) -> tuple[Callable[[], None], float | None] | None:
        found = self._any()
        if found is None and self._kept:
            self._kept -= 1
            found = self._free_kept, self._small_seconds
        return found

    def _waited(self, take: Callable[[], R | None], seconds: float) -> R | None:
        """Wait until something can be taken; None if that takes too long, or too many wait already."""
        if not self._may_wait:
            return None
        self._may_wait -= 1
        try:
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                # What ends in another process wakes nobody here.
                self._changed.wait(min(left, _LOOK))
                found = take()
                if found is not None:
                    return found
            return None
        finally:
            self._may_wait += 1

    def left(self) -> None:
        """Tell those who wait that a query is over."""
        with self._changed:
            self._changed.notify_all()

    def _free_one(self) -> None:
        with self._changed:
            self._free += 1

    def _free_kept(self) -> None:
        with self._changed:
            self._kept += 1


class _Place:
    """A caller's place."""

    def __init__(self, slots: CallerSlots[C_contra], leave: Callable[[], None]) -> None:
        self._slots = slots
        self._lock = threading.Lock()
        self._leaving = [leave]

    def take(self, is_small: Callable[[], bool]) -> float | None:
        """Let the query run."""
        leave, seconds = self._slots.take(is_small)
        self._leaving.append(leave)
        return seconds

    def leave(self) -> None:
        """Make room for the next."""
        with self._lock:
            leaving, self._leaving = self._leaving, []
        for leave in leaving:
            leave()
        self._slots.left()
