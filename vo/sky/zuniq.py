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

SHIFTS = [2 * (MAX_ORDER - order) for order in ORDERS]


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


def larger_cells(ranges: Ints) -> list[int]:
    """Give the keys, sorted, of all cells on file that lie partly in one of the ranges and partly outside."""
    keys = set()
    for low, high in ranges.tolist():
        for end in (low, high - 1):
            for shift in SHIFTS:
                first, size = end >> shift << shift, 1 << shift
                if low <= first and first + size <= high:
                    break
                keys.add(2 * first + size)
    return sorted(keys)
