# SPDX-License-Identifier: BSD-3-Clause
"""The index of footprints, for conditions of queries on the regions of files.

A condition on places is no leakproof one, and would be tried after the rules about rows, without
its index. So it becomes a list of keys, made by a sub-query that sees what the caller may see, and an equality.
"""

from dataclasses import dataclass

from archive.db.healpix import footprint_question
from vo.adql import RegionIndex
from vo.sky import Region

__all__ = ["FootprintIndex"]


@dataclass(frozen=True)
class FootprintIndex:
    """The outlines of a file's HDUs, in the place of the one region that a column tells of it.

    Parameters
    ----------
    column
        Its name in queries.
    """

    column: str

    def meets(self, region: Region, relation: str) -> str:
        """Give the condition that the outlines share a place with a region."""
        finder, arguments = footprint_question(region)
        return (
            f"{relation}.product_key = ANY (ARRAY(SELECT i.product_key FROM tap_inner.places i"  # noqa: S608
            f" WHERE i.footprint_set_id = ANY (tap_inner.sets_{finder}({arguments}))))"
        )

    def meets_regions(self, other: RegionIndex, theirs: str, relation: str) -> str | None:
        """Give the condition that the outlines share a place with those of another file."""
        if not isinstance(other, FootprintIndex):
            return None
        met = f"tap_inner.products_meeting({theirs}.product_key)"
        return f"{relation}.product_key = ANY (ARRAY(SELECT unnest({met})))"

    def holds(self, ra: str, dec: str, relation: str) -> str:
        """Give the condition that the outlines hold a position."""
        # A sub-query of its own is asked once for a position, and counts as a value: so the index is used.
        return f"{relation}.product_key = ANY (ARRAY(SELECT unnest(tap_inner.products_at({ra}, {dec}))))"
