# SPDX-License-Identifier: BSD-3-Clause
"""Conditions on places, as SQL that always finds its index (docs/decisions/0002-footprint-cells.md).

The forms are few on purpose. Literal ranges joined by OR and arrays made by a sub-query never
turn into a sequential scan when an estimate goes wrong; joins to lists of ranges did. What goes
into the text is numbers alone, made by ``vo/sky``.
"""
# ruff: noqa: S608

import math

from sqlalchemy import Boolean, ColumnElement, any_, literal_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from archive.db.schema import ProductRow
from vo.sky import MOC, Box, Circle, Point, Polygon, Range, Region
from vo.sky.cover import cone_cells
from vo.sky.faces import MAX_ORDER, cell_at
from vo.sky.filing import middle_of_outline
from vo.sky.sql import cells_arguments, exact_outline, few_cells_arguments, outline_literal, point_condition
from vo.sky.vectors import TOLERANCE, Floats

__all__ = ["footprint_question", "footprint_sets_meeting", "footprints_meeting", "overlaps", "position_within"]

SMALL = 0.1
"""Degrees."""

COARSE_ORDER = 9
"""Small circles are covered by cells 6.9 arcminutes wide."""


def overlaps(region: Region) -> ColumnElement[bool]:
    """Give the condition that a product's footprint, or its position where it has none, meets a region.

    Returns
    -------
    ColumnElement
        On `ProductRow`; exact.
    """
    ids = literal_column(
        "ARRAY(SELECT p.id FROM product p"
        f" WHERE p.footprint_set_id = ANY (ARRAY({footprint_sets_meeting(region)}))"
        " UNION ALL SELECT p.id FROM product p WHERE p.footprint_set_id IS NULL"
        f" AND {point_condition(region, hpx29='p.hpx29', ra='p.ra', dec='p.dec')})",
        ARRAY(BigInteger),
    )
    return ProductRow.id == any_(ids)


def position_within(region: Region, *, hpx29: str = "hpx29", ra: str = "ra", dec: str = "dec") -> ColumnElement[bool]:
    """Give the condition that a row's own position lies in a region, for any table with these columns.

    Parameters
    ----------
    hpx29, ra, dec
        SQL names of the columns: order-29 cell, degrees ICRS.
    """
    return literal_column(point_condition(region, hpx29=hpx29, ra=ra, dec=dec), Boolean)


def footprint_sets_meeting(region: Region) -> str:
    """Give the SQL that selects the footprint sets that meet a region."""
    return f"SELECT DISTINCT f.set_id FROM {footprints_meeting(region)}"


def footprints_meeting(region: Region) -> str:
    """Give what follows FROM to have the footprints (``f.id``, ``f.set_id``) that meet a region, exactly."""
    match region:
        case Point():
            return _around(few_cells_arguments(MAX_ORDER, [cell_at(region.ra, region.dec)]), region.vector, TOLERANCE)
        case Circle():
            radius = math.radians(region.radius) + TOLERANCE
            return _around(_coarse_cells(region), region.vector, radius)
        case Polygon() | Box():
            middle = middle_of_outline(region.outline)
            return (
                f"sky_footprints_meeting({cells_arguments(region.cover())}, {outline_literal(region.outline)},"
                f" {_numbers(*middle.place.tolist(), middle.core, middle.reach)}, {str(middle.is_convex).lower()}) AS f"
            )
        case Range() | MOC():
            near = f"sky_footprints_filed({cells_arguments(region.cover())})"
            exact = exact_outline(region, "vertices")
            return f"(SELECT id, set_id FROM footprint WHERE id = ANY ({near}) AND {exact}) AS f"


def footprint_question(region: Region) -> tuple[str, str]:
    """Give which of the four questions a region asks of the outlines, and the SQL of its arguments.

    Returns
    -------
    str, str
        ``around`` a place, ``meeting`` an outline, ``in_range`` or ``in_moc``; each begins with the cells.
    """
    match region:
        case Range() | MOC():
            # What the exact test takes, beside the outline.
            what = exact_outline(region, "vertices").partition("(vertices, ")[2].removesuffix(")")
            return "in_range" if isinstance(region, Range) else "in_moc", f"{cells_arguments(region.cover())}, {what}"
        case _:
            called = footprints_meeting(region).removesuffix(") AS f")
            name, _, arguments = called.partition("(")
            return name.removeprefix("sky_footprints_"), arguments


def _coarse_cells(circle: Circle) -> str:
    """Cover a circle; a small one by few cells, since those on file are hardly ever smaller."""
    if circle.radius >= SMALL:
        return cells_arguments(circle.cover())
    cells = cone_cells(COARSE_ORDER, circle.ra, circle.dec, circle.radius)
    return few_cells_arguments(COARSE_ORDER, cells.tolist())


def _around(cells: str, vector: Floats, radius: float) -> str:
    return f"sky_footprints_around({cells}, {_numbers(*vector.tolist(), radius)}) AS f"


def _numbers(*values: float) -> str:
    # In quotes they are read as what the function takes; bare, each would be a decimal first.
    return ", ".join(f"'{value!r}'" for value in values)
