# SPDX-License-Identifier: BSD-3-Clause
"""What is asked for: the terms of one search."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from vo.sky import Box, Circle, Region, parse_region

__all__ = ["KEYWORD_PREFIX", "Constraint", "Operator", "Place", "ResolvedName", "SearchCriteria", "Term", "Value"]

KEYWORD_PREFIX = "kw."

# Values of a term, by the column's type: text, integer, number (MJD too), date, time, yes or no.
Value = str | int | float | bool | date | datetime


class Operator(StrEnum):
    """How a value is compared."""

    EQUAL = "equal"
    LIKE = "like"
    RANGE = "range"
    LESS = "less"
    AT_MOST = "at most"
    MORE = "more"
    AT_LEAST = "at least"
    NULL = "null"


@dataclass(frozen=True)
class Term:
    """One comparison.

    Parameters
    ----------
    value
        What is compared with; the lower end of a range, None where that is open.
        A pattern of LIKE has ``*`` and ``?`` for wildcards.
    high
        The upper end of a range, which belongs to it; None where that is open.
    """

    operator: Operator
    value: Value | None = None
    high: Value | None = None


@dataclass(frozen=True)
class Constraint:
    """What one column must be: any of the terms, or none of them.

    Parameters
    ----------
    column
        Canonical name of a column (`SearchColumns.canonical`), or a FITS keyword where the
        constraint is one of `SearchCriteria.keywords`.
    """

    column: str
    terms: tuple[Term, ...]
    is_negated: bool = False


@dataclass(frozen=True)
class ResolvedName:
    """Where a name lies on the sky, and who said so.

    Parameters
    ----------
    name
        The object's own name in the resolver's words.
    ra, dec
        ICRS, degrees.
    resolver
        Who answered, in words for people.
    type
        What kind of object it is; empty where that is unknown.
    """

    name: str
    ra: float
    dec: float
    resolver: str
    type: str = ""


@dataclass(frozen=True)
class Place:
    """Where to look, as it was asked; all angles in degrees.

    Parameters
    ----------
    target
        A name to resolve; empty for a position or a shape.
    ra, dec
        A position, ICRS; None with a target or a shape.
    radius
        Of a circle around target or position.
    width, height
        Of a box around target or position, instead of the radius.
    shape
        A shape in the words of DALI.
    resolved
        What the name came to; set by the search service.
    """

    target: str = ""
    ra: float | None = None
    dec: float | None = None
    radius: float | None = None
    width: float | None = None
    height: float | None = None
    shape: str = ""
    resolved: ResolvedName | None = None

    def region(self) -> Region:
        """Give the part of the sky that is meant.

        Raises
        ------
        ValueError
            There is no such region, or the target is not resolved yet; with a message for the public.
        """
        if self.shape:
            return parse_region(self.shape)
        ra, dec = (self.resolved.ra, self.resolved.dec) if self.resolved else (self.ra, self.dec)
        if ra is None or dec is None:
            raise ValueError(f"{self.target} has no position yet")
        if self.radius is not None:
            return Circle(ra, dec, self.radius)
        return Box(ra, dec, self.width or 0.0, self.height or 0.0)


@dataclass(frozen=True)
class SearchCriteria:
    """One question to the holdings; all parts must hold.

    Parameters
    ----------
    place
        Where; None for the whole sky.
    constraints
        On columns.
    keywords
        On FITS keywords of any HDU of the file.
    collections
        Names of collections, in any of which a product must be.
    is_mine
        Whether only products of the caller's own programs are meant.
    """

    place: Place | None = None
    constraints: tuple[Constraint, ...] = ()
    keywords: tuple[Constraint, ...] = ()
    collections: tuple[str, ...] = ()
    is_mine: bool = False

    def resolved_to(self, found: ResolvedName) -> "SearchCriteria":
        """Give the same criteria with the target's position known."""
        return self if self.place is None else replace(self, place=replace(self.place, resolved=found))

    def constraints_on(self, column: str) -> tuple[Constraint, ...]:
        """Give the constraints of one canonical name."""
        return tuple(constraint for constraint in self.constraints if constraint.column == column)
