# SPDX-License-Identifier: BSD-3-Clause
"""Covers: short lists of order-29 cell ranges that are sure to hold a region.

How fine a cover is follows measurements: each range costs a database some 10 microseconds, so
that 8 to 10 ranges are best for small regions and 15 to 30 for large ones, never above 40.
"""

import math
from collections.abc import Callable

import numpy as np

from vo.sky.healpix import MAX_ORDER, cell_centres, cell_radius, cell_size, children, ranges_of_cells, thin_ranges
from vo.sky.native import cone_cells, cone_ranges
from vo.sky.vectors import TOLERANCE, Bools, Floats, Ints, chord_squared, vector_of

__all__ = ["MAX_RANGES", "cone_core", "cone_cover", "cover_of", "grown"]

MAX_RANGES = 40
SMALL = math.radians(1.0)
LARGE = math.radians(4.0)

WIDE = 30.0
"""Degrees; from here on covers start with the whole sky (mocpy 0.21 leaves parts of circles near 180° out)."""

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
    if radius >= WIDE:
        centre = vector_of(ra, dec)
        return cover_of(lambda centres, more: _is_near(centres, centre, size + more), ra, dec, radius)
    # Cell side over radius.
    fineness = 0.5 if size < SMALL else 0.25 if size < LARGE else 0.125
    return thin_ranges(cone_ranges(_order_for(fineness * size), ra, dec, grown(radius)), MAX_RANGES)


def grown(radius: float) -> float:
    """Give a radius (degrees) with a margin that keeps what lies on the rim to the last digit."""
    return radius * (1 + 1e-9) + math.degrees(2 * TOLERANCE)


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
    if radius >= WIDE:
        order, cells = 0, np.arange(12)
    else:
        order = _order_for(0.5 * size)
        cells = cone_cells(order, ra, dec, grown(radius))
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
