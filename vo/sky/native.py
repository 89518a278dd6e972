# SPDX-License-Identifier: BSD-3-Clause
"""Cells of circles, from the compiled parts of mocpy and cdshealpix.

A cover takes them 10 microseconds; their Python parts, which check units, take ten times as long.
"""

import math

import numpy as np
from cdshealpix import cdshealpix
from mocpy import mocpy

from vo.sky.vectors import Ints

__all__ = ["cell_at", "cone_cells", "cone_ranges"]


def cone_ranges(order: int, ra: float, dec: float, radius: float) -> Ints:
    """Give sorted half-open order-29 ranges of the cells of one order that may meet a circle; all in degrees."""
    index = mocpy.from_cone(ra % 360, dec, radius, np.uint8(order), delta_depth=np.uint8(0))
    try:
        ranges: Ints = mocpy.to_ranges(index).astype(np.int64)
    finally:
        mocpy.drop(index)
    return ranges


def cone_cells(order: int, ra: float, dec: float, radius: float) -> Ints:
    """Give the cells of one order that may meet a circle, all in degrees."""
    lon, lat, size = math.radians(ra % 360), math.radians(dec), math.radians(radius)
    cells, _, _ = cdshealpix.cone_search(np.uint8(order), np.uint8(0), lon, lat, size, True)  # noqa: FBT003
    found: Ints = cells.astype(np.int64)
    return found


def cell_at(order: int, ra: float, dec: float) -> int:
    """Give the cell of a place in degrees, which on the edge of two may be either."""
    return int(cone_cells(order, ra, dec, 0.0)[0])
