# SPDX-License-Identifier: BSD-3-Clause
"""What a query would cost, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from vo.adql import Note
from vo.tap.limits import TapLimits
from vo.tap.ports import Plan

__all__ = ["Estimate", "estimated"]

_QUICK = 2.0
_FEW = 20_000


@dataclass(frozen=True)
class Estimate:
    """What is expected of a query.

    Parameters
    ----------
    rows
        That will be given, at most as many as may be.
    matched
        That there are.
    time_class
        ``quick`` (a second or two), ``short`` (within the synchronous limit), ``long``, or
        ``unknown``.
    reasons
        Why, in words for whoever wrote the query.
    """

    rows: int
    matched: int
    time_class: str
    uses_index: bool
    reasons: tuple[str, ...]

    @property
    def is_small(self) -> bool:
        """Whether it should be over in a moment, with rows that do not take long to hand over either."""
        return self.time_class == "quick" and self.rows <= _FEW


def estimated(plan: Plan, limit: int, notes: Sequence[Note], limits: TapLimits) -> Estimate:
    """Put what the database expects into words."""
    reasons = [f"The index {name} is used." for name in plan.indexes]
    reasons += [f"{name} is read from end to end, about {rows} rows." for name, rows in plan.scans]
    if plan.seconds is not None and plan.seconds > limits.sync_seconds:
        reasons.append(
            f"It may take longer than the {limits.sync_seconds:g} s of synchronous queries; send it asynchronously."
        )
    return Estimate(
        rows=min(plan.rows, limit),
        matched=plan.rows,
        time_class=_time_class(plan.seconds, limits),
        uses_index=bool(plan.indexes) or any(note.code == "index" for note in notes),
        reasons=(*reasons, *(note.message for note in notes)),
    )


def _time_class(seconds: float | None, limits: TapLimits) -> str:
    if seconds is None:
        return "unknown"
    if seconds <= _QUICK:
        return "quick"
    return "short" if seconds <= limits.sync_seconds else "long"
