# SPDX-License-Identifier: BSD-3-Clause
"""Multi-order coverage maps: any set of HEALPix cells (MOC 2.0)."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vo.sky.cover import MAX_RANGES
from vo.sky.faces import MAX_ORDER
from vo.sky.healpix import hpx29, merge_ranges, thin_ranges
from vo.sky.vectors import Bools, Ints

__all__ = ["MOC"]

ITEM = re.compile(r"(?:(?P<order>\d{1,2})/)?(?:(?P<low>\d+)(?:-(?P<high>\d+))?)?")


@dataclass(frozen=True, eq=False)
class MOC:
    """A set of cells.

    Parameters
    ----------
    ranges
        Half-open ranges of order-29 cells, ``(n, 2)``; they are sorted and merged here.

    Raises
    ------
    ValueError
        A cell lies outside the sky.
    """

    ranges: Ints

    def __post_init__(self) -> None:
        given = np.array(self.ranges, dtype=np.int64).reshape(-1, 2)
        if len(given) and (given.min() < 0 or given.max() > 12 << 58):
            raise ValueError("A MOC names cells that do not exist")
        merged = merge_ranges(given)
        merged.setflags(write=False)
        object.__setattr__(self, "ranges", merged)

    @classmethod
    def from_text(cls, text: str) -> "MOC":
        """Read the ASCII form, ``3/1,3-4 6/77`` (MOC 2.0 §4.3.2).

        Raises
        ------
        ValueError
            It is of another form, or names cells that do not exist.
        """
        order: int | None = None
        found: list[tuple[int, int]] = []
        for item in text.replace(",", " ").split():
            match = ITEM.fullmatch(item)
            if match is None or item.endswith("-"):
                raise ValueError(f"A MOC is written like 3/1-4 6/77, not {item[:40]}")
            if match["order"] is not None:
                order = int(match["order"])
            if order is None or order > MAX_ORDER:
                raise ValueError(f"A MOC's cells have an order of 0 to {MAX_ORDER} before them, like 6/77")
            if match["low"] is not None:
                found.append(_cells(order, match["low"], match["high"]))
        if not found:
            raise ValueError("A MOC needs at least one cell, like 6/77")
        return cls(np.array(found, dtype=np.int64))

    def cover(self) -> Ints:
        """Give at most 40 sorted half-open ranges of order-29 cells that hold the MOC."""
        return thin_ranges(self.ranges, MAX_RANGES)

    def contains(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Bools:
        """Whether positions (degrees) are in one of the cells."""
        return self.contains_cells(hpx29(ra, dec))

    def contains_cells(self, cells: Ints) -> Bools:
        """Whether order-29 cells belong to it."""
        if len(self.ranges) == 0:
            return np.zeros(len(cells), dtype=bool)
        place = np.searchsorted(self.ranges[:, 0], cells, side="right") - 1
        held: Bools = (place >= 0) & (cells < self.ranges[np.maximum(place, 0), 1])
        return held


def _cells(order: int, low: str, high: str | None) -> tuple[int, int]:
    first, last = int(low), int(high or low)
    if not first <= last < 12 * 4**order:
        raise ValueError(f"Order {order} has no cells {low}-{high or low}"[:120])
    shift = 2 * (MAX_ORDER - order)
    return first << shift, (last + 1) << shift
