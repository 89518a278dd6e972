# SPDX-License-Identifier: BSD-3-Clause
"""Conditions on places, as SQL that always finds its index (docs/decisions/0002-footprint-cells.md).

The forms are few on purpose. Literal ranges joined by OR and arrays made by a sub-query never
turn into a sequential scan when an estimate goes wrong; joins to lists of ranges did. What goes
into the text is numbers alone, made by ``vo/sky``.
"""
# ruff: noqa: S608

from sqlalchemy import Boolean, ColumnElement, any_, literal_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from archive.db.schema import ProductRow
from vo.sky import Region
from vo.sky.sql import cells_condition, outline_condition, point_condition

__all__ = ["footprint_condition", "footprint_sets_meeting", "overlaps", "position_within"]


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
    return f"SELECT DISTINCT f.set_id FROM footprint f WHERE {footprint_condition(region)}"


def footprint_condition(region: Region) -> str:
    """Give the SQL condition, on the table ``footprint`` under the name ``f``, that an outline meets a region."""
    cells = cells_condition(region.cover(), "c.zuniq")
    return (
        f"f.id = ANY (ARRAY(SELECT DISTINCT c.footprint_id FROM footprint_cell c WHERE {cells}))"
        f" AND {outline_condition(region, 'f')}"
    )
