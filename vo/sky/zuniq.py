# SPDX-License-Identifier: BSD-3-Clause
"""Keys of cells of all orders on one line, as MOC libraries write them (zuniq).

The key of a cell is its place on the order-29 curve with a closing one-bit below. So all cells inside a range of
order-29 cells, of whatever order, lie between two keys, and only the few larger cells
around its ends are asked for one by one. Footprints are filed under cells of even orders, which halves that few.
"""

import numpy as np

from vo.sky.faces import MAX_ORDER
from vo.sky.vectors import Ints

__all__ = ["LAST_ORDER", "ORDERS", "ends_of", "keys_around", "larger_cells", "zuniq"]

LAST_ORDER = 14
"""The finest order (13 arcseconds) of cells that footprints are filed under."""

ORDERS = range(0, LAST_ORDER + 1, 2)
"""The orders of such cells."""

SHIFTS = 2 * (MAX_ORDER - np.array(ORDERS))


def zuniq(order: int, cells: Ints) -> Ints:
    """Give the keys of cells of one order."""
    return (2 * cells + 1) << (2 * (MAX_ORDER - order))


def ends_of(ranges: Ints) -> Ints:
    """Give the least and the greatest key, both included, of the cells on file inside order-29 ranges, if any fit."""
    wide = ranges[ranges[:, 1] - ranges[:, 0] >= 1 << (2 * (MAX_ORDER - LAST_ORDER))]
    ends: Ints = 2 * wide + np.array([1, -1])
    return ends


def keys_around(order: int, cell: int) -> list[int]:
    """Give the keys of all cells on file that hold a cell."""
    shifts = (2 * (order - larger) for larger in ORDERS if larger <= order)
    return [(2 * (cell >> shift) + 1) << (2 * (MAX_ORDER - order) + shift) for shift in shifts]


def larger_cells(ranges: Ints) -> Ints:
    """Give the keys of all cells on file that share places with ranges, but for those inside wide ones."""
    ends = (ranges - np.array([0, 1])).reshape(-1, 1)
    keys = np.sort(((2 * (ends >> SHIFTS) + 1) << SHIFTS).ravel())
    is_first = np.ones(len(keys), dtype=bool)
    is_first[1:] = keys[1:] != keys[:-1]
    keys = keys[is_first]
    between = ends_of(ranges)
    if len(between) == 0:
        return keys
    place = np.searchsorted(between[:, 0], keys, side="right") - 1
    listed = (place >= 0) & (keys <= between[np.maximum(place, 0), 1])
    others: Ints = keys[~listed]
    return others
