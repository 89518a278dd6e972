# SPDX-License-Identifier: BSD-3-Clause
"""How many queries a caller may have under way at a time."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from vo.dali import TooManyError

__all__ = ["Admission", "CallerSlots"]

C_contra = TypeVar("C_contra", contravariant=True)


class Admission(Protocol[C_contra]):
    """Lets queries in."""

    def enter(self, caller: C_contra) -> Callable[[], None]:
        """Let one in; give what is to be called when it is over, more than once without harm.

        Raises
        ------
        TooManyError
            The caller, or all together, have too many.
        """


class CallerSlots(Generic[C_contra]):
    """Counts the queries of one process.

    Parameters
    ----------
    key_of
        By what callers are told apart: a name, or an address for those without.
    per_caller, together
        Queries at a time.
    waiting, patience
        How many more may wait for a place of their caller's, and for how many seconds: most queries take
        milliseconds, so that who sends some at once is better served late than refused.
    """

    def __init__(
        self,
        *,
        key_of: Callable[[C_contra], Hashable],
        per_caller: int,
        together: int,
        waiting: int = 0,
        patience: float = 1.0,
    ) -> None:
        self._key_of = key_of
        self._per_caller = per_caller
        self._together = together
        self._patience = patience
        self._places = threading.BoundedSemaphore(waiting) if waiting else None
        self._left = threading.Condition()
        self._under_way: Counter[Hashable] = Counter()

    def enter(self, caller: C_contra) -> Callable[[], None]:
        """Let a query in, now or when another ends soon."""
        key = self._key_of(caller)
        with self._left:
            refusal = self._refusal(key)
            if refusal is not None and self._waited(key):
                refusal = None
            if refusal is not None:
                raise refusal
            self._under_way[key] += 1
        is_over = False

        def leave() -> None:
            nonlocal is_over
            with self._left:
                if is_over:
                    return
                is_over = True
                self._under_way[key] -= 1
                if not self._under_way[key]:
                    del self._under_way[key]
                # Who waits may be of another caller, whom this does not help.
                self._left.notify_all()

        return leave

    def _refusal(self, key: Hashable) -> TooManyError | None:
        if self._under_way[key] >= self._per_caller:
            return TooManyError(
                f"You have {self._per_caller} queries running, which is as many as may be. Please wait for one to "
                "end, or send the query to be done asynchronously.",
                retry_after=5,
            )
        if self._under_way.total() >= self._together:
            return TooManyError("The service is busy with other queries; please try again soon.", retry_after=10)
        return None

    def _waited(self, key: Hashable) -> bool:
        """Wait for a place; tell whether there is one."""
        if self._places is None or not self._places.acquire(blocking=False):
            return False
        try:
            return self._left.wait_for(lambda: self._refusal(key) is None, self._patience)
        finally:
            self._places.release()
