# SPDX-License-Identifier: BSD-3-Clause
"""Keys of cells of all orders on one line, as MOC libraries write them (zuniq).

The key of a cell is its place on the order-29 curve with a closing one-bit below. So all cells inside a range of
order-29 cells, of whatever order, lie between two keys, and only the few larger cells
around its ends are asked for one by one.
"""

import numpy as np

from vo.sky.healpix import MAX_ORDER
from vo.sky.vectors import Ints

__all__ = ["LAST_ORDER", "ends_of", "larger_cells", "wide_ranges", "zuniq"]

LAST_ORDER = 14
"""The finest order (13 arcseconds) of cells that footprints are filed under."""

SHIFTS = 2 * (MAX_ORDER - np.arange(LAST_ORDER + 1))


def zuniq(order: int, cells: Ints) -> Ints:
    """Give the keys of cells of one order."""
    return (2 * cells + 1) << (2 * (MAX_ORDER - order))


def ends_of(ranges: Ints) -> Ints:
    """Give the least and the greatest key, both included, of the cells inside order-29 ranges."""
    return np.stack([2 * ranges[:, 0] + 1, 2 * ranges[:, 1] - 1], axis=1)


def wide_ranges(ranges: Ints) -> Ints:
    """Give the ranges in which a cell of `LAST_ORDER` or larger has room."""
    return ranges[ranges[:, 1] - ranges[:, 0] >= 1 << (2 * (MAX_ORDER - LAST_ORDER))]


def larger_cells(ranges: Ints) -> Ints:
    """Give the keys of all cells to `LAST_ORDER` that share places with ranges, but for those inside wide ones."""
    ends = np.unique(np.concatenate([ranges[:, 0], ranges[:, 1] - 1]))
    keys = np.unique((2 * (ends[:, None] >> SHIFTS) + 1) << SHIFTS)
    between = ends_of(wide_ranges(ranges))
    if len(between) == 0:
        return keys
    place = np.searchsorted(between[:, 0], keys, side="right") - 1
    listed = (place >= 0) & (keys <= between[np.maximum(place, 0), 1])
    others: Ints = keys[~listed]
    return others
