# SPDX-License-Identifier: BSD-3-Clause
"""How many rows an answer may have (DALI 1.1 §3.4.4)."""

from dataclasses import dataclass

from vo.dali.parameters import Parameters

__all__ = ["RowLimits", "row_limit"]


@dataclass(frozen=True)
class RowLimits:
    """What a service gives unasked, and what it gives at most.

    Parameters
    ----------
    default
        Rows where MAXREC is not given.
    hard
        Rows whatever MAXREC says.
    """

    default: int
    hard: int

    def __post_init__(self) -> None:
        if not 0 < self.default <= self.hard:
            raise ValueError("the default of MAXREC lies between 1 and its hard limit")


def row_limit(parameters: Parameters, limits: RowLimits) -> int:
    """Read MAXREC and keep it within the limits; 0 asks for the description alone.

    Raises
    ------
    UsageError
        It is no such number.
    """
    asked = parameters.count("MAXREC")
    return limits.default if asked is None else min(asked, limits.hard)
