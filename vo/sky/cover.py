# SPDX-License-Identifier: BSD-3-Clause
"""Covers: short lists of order-29 cell ranges that are sure to hold a region.

How fine a cover is follows measurements: each range costs a database some 10 microseconds, so
that 8 to 10 ranges are best for small regions and 15 to 30 for large ones, never above 40.
"""

import math
from collections.abc import Callable

import numpy as np

from vo.sky.faces import MAX_ORDER, cell_size, grid_around
from vo.sky.healpix import cell_centres, cell_radius, children, ranges_of_cells, thin_ranges
from vo.sky.vectors import TOLERANCE, Bools, Floats, Ints, chord_squared, vector_of

__all__ = ["MAX_RANGES", "cone_cells", "cone_core", "cone_cover", "cover_of"]

MAX_RANGES = 40
SMALL = math.radians(1.0)
LARGE = math.radians(4.0)

FEW = 4
"""Cells that are not worth a closer look."""

WIDE = 30.0
"""Degrees; from here on covers begin with the whole sky."""

Touches = Callable[[Floats, float], Bools]


def _order_for(size: float) -> int:
    """Give the order whose cells are the largest with sides of at most `size` radians."""
    if size <= cell_size(MAX_ORDER):
        return MAX_ORDER
    return max(0, math.ceil(math.log2(cell_size(0) / size)))


def cone_cover(ra: float, dec: float, radius: float) -> Ints:
    """Cover a circle.

    Parameters
    ----------
    ra, dec, radius
        Degrees.
    """
    size = math.radians(radius)
    # Cell side over radius, and how many ranges.
    fineness, enough = (0.25, 10) if size < SMALL else (0.125, 20) if size < LARGE else (0.125, MAX_RANGES)
    order = _order_for(fineness * size)
    return thin_ranges(ranges_of_cells(order, cone_cells(order, ra, dec, radius)), enough)


def cone_cells(order: int, ra: float, dec: float, radius: float) -> Ints:
    """Give the cells of one order that may come within a circle; not sorted.

    Parameters
    ----------
    ra, dec, radius
        Degrees.

    Notes
    -----
    All that do are among them, which the cones of cdshealpix 0.9 and mocpy 0.21 leave open: they were
    seen to lack one cell in some of 200 circles near the poles or wider than 20 degrees.
    """
    # The margin keeps what lies on the rim to the last digit.
    reach = math.radians(radius) * (1 + 1e-9) + 2 * TOLERANCE
    grid = grid_around(order, ra, dec, reach)
    if grid is not None:
        return grid.cells().ravel() if len(grid) <= FEW else grid.cells_near(ra, dec, reach + cell_radius(order))
    cells, centre = np.arange(12), vector_of(ra, dec)
    for level in range(order + 1):
        cells = children(cells) if level else cells
        cells = cells[_is_near(cell_centres(level, cells), centre, reach + cell_radius(level))]
    return cells


def cone_core(ra: float, dec: float, radius: float) -> Ints:
    """Give the longest ranges of cells that lie wholly within a circle, at most four; none for small circles.

    Parameters
    ----------
    ra, dec, radius
        Degrees.

    Notes
    -----
    Most rows of a large circle lie in these few, and comparing two numbers is cheaper than the exact test.
    """
    size = math.radians(radius)
    if not LARGE <= size < math.radians(WIDE):
        return np.empty((0, 2), dtype=np.int64)
    order = _order_for(0.125 * size)
    cells = cone_cells(order, ra, dec, radius)
    inside = _is_near(cell_centres(order, cells), vector_of(ra, dec), (size - cell_radius(order)) * (1 - 1e-9))
    ranges = ranges_of_cells(order, cells[inside])
    longest = np.argsort(ranges[:, 0] - ranges[:, 1], kind="stable")
    return ranges[longest[:4]]


def cover_of(touches: Touches, ra: float, dec: float, radius: float) -> Ints:
    """Cover a region of any form that lies within a circle.

    Parameters
    ----------
    touches
        Tells for circles (centres as unit vectors, one radius in radians) whether each may touch
        the region; it may say yes too often, never no.
    ra, dec, radius
        Degrees: a circle around the region.
    """
    size = math.radians(radius)
    order = 0 if radius >= WIDE else _order_for(0.5 * size)
    cells = cone_cells(order, ra, dec, radius)
    cells = cells[touches(cell_centres(order, cells), cell_radius(order))]
    ranges = ranges_of_cells(order, cells)
    enough = 16 if size < SMALL else 30
    # The next order has about twice as many ranges.
    while order < MAX_ORDER and len(cells) < 500 and len(ranges) <= enough / 2:
        finer = children(cells)
        finer = finer[touches(cell_centres(order + 1, finer), cell_radius(order + 1))]
        order, cells, ranges = order + 1, finer, ranges_of_cells(order + 1, finer)
    return thin_ranges(ranges, enough)


def _is_near(centres: Floats, centre: Floats, radius: float) -> Bools:
    difference = centres - centre
    near: Bools = np.einsum("nk,nk->n", difference, difference) <= chord_squared(radius) + 1e-15
    return near


def _cells_at(order: int, ranges: Ints) -> Ints:
    shift = 2 * (MAX_ORDER - order)
    return np.concatenate([np.arange(low >> shift, ((high - 1) >> shift) + 1) for low, high in ranges])
