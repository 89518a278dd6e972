# SPDX-License-Identifier: BSD-3-Clause
"""What a query would cost, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from vo.adql import Note
from vo.tap.limits import TapLimits
from vo.tap.ports import Plan

__all__ = ["COUNTED_ROWS", "COUNTED_SECONDS", "Estimate", "counted", "estimated"]

COUNTED_ROWS, COUNTED_SECONDS = 10_000, 2.0
"""How far rows are counted where no estimate may be told."""

_QUICK = 2.0
_FEW = 20_000


@dataclass(frozen=True)
class Estimate:
    """What is expected of a query.

    Parameters
    ----------
    rows
        That will be given, at most as many as may be; None where nobody can say.
    matched
        That there are; `is_more` tells that there are more.
    time_class
        ``quick`` (a second or two), ``short`` (within the synchronous limit), ``long``, or
        ``unknown``.
    reasons
        Why, in words for whoever wrote the query.
    """

    rows: int | None
    matched: int | None
    time_class: str
    uses_index: bool
    reasons: tuple[str, ...]
    is_more: bool = False

    @property
    def is_small(self) -> bool:
        """Whether it should be over in a moment, with rows that do not take long to hand over either."""
        return self.time_class == "quick" and self.rows is not None and self.rows <= _FEW


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


def counted(number: int | None, limit: int, notes: Sequence[Note]) -> Estimate:
    """Tell what came of counting the rows, as far as `COUNTED_ROWS`.

    Parameters
    ----------
    number
        Of the rows, at most one more than are counted; None if that took longer than `COUNTED_SECONDS`.

    Notes
    -----
    What the planner expects comes from statistics of all rows. Where some are hidden, any number or choice of its,
    however coarse, would tell of them to one who asks with care: is there anything under this name, at this place?
    """
    why = "since an estimate could tell of files that only others may know of."
    how = f"Its rows were counted, to {COUNTED_ROWS} and for {COUNTED_SECONDS:g} s at most, {why}"
    reasons = (how, *(note.message for note in notes))
    uses_index = any(note.code == "index" for note in notes)
    if number is None:
        return Estimate(None, None, "unknown", uses_index, reasons)
    if number > COUNTED_ROWS:
        return Estimate(min(COUNTED_ROWS, limit), COUNTED_ROWS, "unknown", uses_index, reasons, is_more=True)
    return Estimate(min(number, limit), number, "quick", uses_index, reasons)


def _time_class(seconds: float | None, limits: TapLimits) -> str:
    if seconds is None:
        return "unknown"
    if seconds <= _QUICK:
        return "quick"
    return "short" if seconds <= limits.sync_seconds else "long"
