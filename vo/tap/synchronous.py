# SPDX-License-Identifier: BSD-3-Clause
"""Queries that are answered at once, as many at a time as may be."""

from collections.abc import Callable
from typing import Generic, TypeVar

from vo.dali import Cancellation
from vo.tap.admission import Admission
from vo.tap.estimate import Estimate
from vo.tap.limits import TapLimits
from vo.tap.request import TapRequest
from vo.tap.service import TapAnswer, TapService

__all__ = ["SyncQueries"]

C = TypeVar("C")


class SyncQueries(Generic[C]):
    """The synchronous door: a service, and who may come in."""

    def __init__(self, *, service: TapService[C], admission: Admission[C], limits: TapLimits) -> None:
        self._service = service
        self._admission = admission
        self._limits = limits

    def answer(self, caller: C, request: TapRequest, seconds: float | None = None) -> TapAnswer:
        """Run a query; give its answer, which is to be closed, when its first rows are there.

        Parameters
        ----------
        seconds
            Until the last row; None for the limit of the service.
        """
        place = self._admission.enter(caller)
        try:
            answer = self._service.run(
                caller,
                request,
                Cancellation(),
                seconds=self._limits.stream_seconds if seconds is None else seconds,
                first_seconds=self._limits.sync_seconds,
                admit=place.take,
            )
        except BaseException:
            place.leave()
            raise
        return TapAnswer(answer.media_type, answer.filename, answer, _both(answer.close, place.leave), answer.status)

    def estimate(self, caller: C, request: TapRequest) -> Estimate:
        """Tell what a query would cost, which is a small question."""
        place = self._admission.enter(caller)
        try:
            place.take(lambda: True)
            return self._service.estimate(caller, request, Cancellation())
        finally:
            place.leave()


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def act() -> None:
        try:
            first()
        finally:
            second()

    return act
