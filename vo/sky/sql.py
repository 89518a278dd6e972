# SPDX-License-Identifier: BSD-3-Clause
"""Regions as SQL text: index conditions and exact tests, for PostgreSQL.

All numbers are literals, for two reasons: the planner then knows how many rows to expect, and
COPY takes no parameters. The ``sky_…`` functions are those of the archive's migrations.
"""

import math
from collections.abc import Sequence

import numpy as np

from vo.sky.bands import SEAM, Range
from vo.sky.circles import Circle, Point
from vo.sky.faces import MAX_ORDER
from vo.sky.mocs import MOC
from vo.sky.parse import Region
from vo.sky.polygons import Box, Polygon
from vo.sky.vectors import TOLERANCE, Floats, Ints, settled, vectors_of
from vo.sky.zuniq import LAST_ORDER, ends_of, keys_around, larger_cells

__all__ = [
    "cells_arguments",
    "exact_outline",
    "exact_point",
    "few_cells_arguments",
    "outline_literal",
    "point_condition",
    "ranges_condition",
]

ARCMINUTE = math.radians(1 / 60)
NOTHING = "false"

NEAR = 16
"""Cells so near on the curve are on one part of the sky, hardly wider than two."""


def ranges_condition(ranges: Ints, column: str) -> str:
    """Give the condition that an order-29 cell number lies in half-open ranges."""
    if len(ranges) == 0:
        return NOTHING
    return "(" + " OR ".join(f"{column} BETWEEN {low} AND {high - 1}" for low, high in ranges.tolist()) + ")"


def cells_arguments(ranges: Ints) -> str:
    """Give three SQL arrays for a function: keys, lower ends and upper ends of cells that share places with ranges."""
    return ", ".join(map(_array, (larger_cells(ranges), *ends_of(ranges).T.tolist())))


def few_cells_arguments(order: int, cells: Sequence[int]) -> str:
    """Give the same for a few cells of one order, in less time."""
    keys = sorted({key for cell in cells for key in keys_around(order, cell)})
    if order >= LAST_ORDER:
        return f"{_array(keys)}, '{{}}', '{{}}'"
    # The keys of all cells inside a cell lie around its own. Neighbours on the curve are one range with what is
    # between them, since a database looks up one range faster than two.
    size = 1 << (2 * (MAX_ORDER - order))
    first, last = min(cells), max(cells)
    ends = [(first, last)] if last - first < NEAR else [(cell, cell) for cell in cells]
    lows, highs = [2 * low * size + 1 for low, _ in ends], [2 * (high + 1) * size - 1 for _, high in ends]
    return f"{_array(keys)}, {_array(lows)}, {_array(highs)}"


def _array(keys: Sequence[int]) -> str:
    return "'{" + ",".join(map(str, keys)) + "}'"


def point_condition(region: Region, *, hpx29: str, ra: str, dec: str) -> str:
    """Give the condition that a position lies in a region: ranges for the index, and the exact test.

    Parameters
    ----------
    hpx29, ra, dec
        SQL of the columns: the order-29 cell, degrees ICRS.
    """
    return f"({ranges_condition(region.cover(), hpx29)} AND {exact_point(region, ra=ra, dec=dec, hpx29=hpx29)})"


def exact_point(region: Region, *, ra: str, dec: str, hpx29: str = "") -> str:
    """Give the exact condition alone; without `hpx29` the cell is reckoned where a MOC asks for it."""
    match region:
        case Point():
            return _within(Circle(region.ra, region.dec, 0.0), ra, dec)
        case Circle():
            exact = _within(region, ra, dec)
            if not hpx29:
                return exact
            core = region.core()
            return f"({ranges_condition(core, hpx29)} OR {exact})" if len(core) else exact
        case Polygon() | Box():
            return f"sky_outline_holds({outline_literal(region.outline)}, {ra}, {dec})"
        case Range():
            return _between(region, ra, dec)
        case MOC():
            return f"{hpx29 or f'adql_hpx29({ra}, {dec})'} <@ {_multirange(region)}"


def _within(circle: Circle, ra: str, dec: str) -> str:
    radius = math.radians(circle.radius) + TOLERANCE
    if circle.radius >= 180:
        return f"({ra} IS NOT NULL)"
    # Columns may hold numbers so small that their products underflow, which PostgreSQL takes for an error.
    off_zero = f"({dec} + 1e-20)"
    lat, east = math.radians(circle.dec), f"radians({ra} - {_number(max(circle.ra, 1e-20))})"
    if radius <= ARCMINUTE:
        north = f"radians({dec} - {_number(circle.dec if abs(circle.dec) > 1e-20 else 1e-20)})"
        return (
            f"(sin({north} / 2) ^ 2 + {_number(math.cos(lat))} * cos(radians({off_zero}))"
            f" * sin({east} / 2) ^ 2 <= {_number(math.sin(radius / 2) ** 2)})"
        )
    return (
        f"(sin(radians({off_zero})) * {_number(math.sin(lat))} + cos(radians({off_zero})) * {_number(math.cos(lat))}"
        f" * cos({east}) >= {_number(math.cos(radius))})"
    )


def _between(band: Range, ra: str, dec: str) -> str:
    dec_test = f"{dec} BETWEEN {_number(band.dec_min - SEAM)} AND {_number(band.dec_max + SEAM)}"
    if band.ra_width >= 360:
        return f"({dec_test})"
    offset = f"({ra} - {_number(band.ra_min)} + {_number(SEAM)})"
    ra_test = f"{offset} - 360 * floor({offset} / 360) <= {_number(band.ra_width + 2 * SEAM)}"
    return f"({dec_test} AND ({ra_test} OR abs({dec}) >= {_number(90 - SEAM)}))"


def exact_outline(region: Region, vertices: str) -> str:
    """Give the exact condition alone, for the SQL of an outline: ``float8[]``, x y z x y z …, anticlockwise."""
    match region:
        case Point() | Circle():
            radius = (math.radians(region.radius) if isinstance(region, Circle) else 0.0) + TOLERANCE
            x, y, z = (_number(value) for value in vectors_of(region.ra, region.dec))
            return f"sky_outline_reaches({vertices}, {x}, {y}, {z}, {_number(radius)})"
        case Polygon() | Box():
            return f"sky_outlines_meet({vertices}, {outline_literal(region.outline)})"
        case Range():
            bounds = settled(np.array([region.ra_min, region.ra_width, region.dec_min, region.dec_max]))
            return f"sky_outline_meets_range({vertices}, {', '.join(_number(value) for value in bounds)})"
        case MOC():
            return f"sky_outline_meets_moc({vertices}, {_multirange(region)})"


def outline_literal(outline: Floats) -> str:
    """Write an outline as an SQL array."""
    return "'{" + ",".join(repr(float(value)) for value in np.ravel(outline)) + "}'::float8[]"


def _multirange(moc: MOC) -> str:
    return "'{" + ",".join(f"[{low},{high})" for low, high in moc.ranges.tolist()) + "}'::int8multirange"


def _number(value: float) -> str:
    # In brackets, since two minus signs in a row begin an SQL comment.
    return f"({float(value) if abs(value) > 1e-99 else 0.0!r}::float8)"
