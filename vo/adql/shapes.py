# SPDX-License-Identifier: BSD-3-Clause
"""Shapes in a query: constants, or made of SQL for each row.

In SQL a shape of any kind is a float8[] of parts, each a kind (0 point, 1 circle, 2 polygon), the count of its numbers
and the numbers, in degrees; migration 0003 has the functions for it. What a query gives out is DALI's array instead.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from vo.sky import MOC, Box, Circle, Point, Polygon, Range, Region
from vo.sky.vectors import directions_of
from vo.tables import Datatype

__all__ = [
    "BoxShape",
    "CircleShape",
    "ColumnShape",
    "Constant",
    "Coordinate",
    "Nowhere",
    "PointShape",
    "PolygonShape",
    "SQLShape",
    "Shape",
    "relations_of",
]

Storage = tuple[Datatype, str, str]
KINDS = {"point": 0, "circle": 1, "polygon": 2}
SIZES = {"point": "2", "circle": "3"}


@dataclass(frozen=True)
class Coordinate:
    """A number of a shape: its SQL as double precision, and its value if that is known.

    Parameters
    ----------
    column
        The name of the column, if it is nothing but one; `relation` is the SQL alias of its table.
    """

    sql: str
    value: float | None = None
    column: str = ""
    relation: str = ""


@dataclass(frozen=True)
class Constant:
    """A region that is known."""

    region: Region

    @property
    def storage(self) -> Storage:
        """VOTable's datatype, arraysize and xtype."""
        return (Datatype.CHAR, "*", "moc") if isinstance(self.region, MOC) else _storage(_kind(self.region))

    @property
    def array(self) -> str:
        """The shape as DALI's array of degrees, a MOC as text, in SQL."""
        if isinstance(self.region, MOC):
            return "'29/" + ",".join(f"{low}-{high - 1}" for low, high in self.region.ranges.tolist()) + "'"
        return _array(_numbers(self.region))

    @property
    def parts(self) -> str:
        """The shape for the functions of the database, in SQL."""
        numbers = _numbers(self.region)
        return _array([KINDS[_kind(self.region)], len(numbers), *numbers])


@dataclass(frozen=True)
class Nowhere:
    """A shape without any place, such as a circle of negative radius."""

    kind: str
    array: str = "NULL::float8[]"
    parts: str = "NULL::float8[]"

    @property
    def storage(self) -> Storage:
        """VOTable's datatype, arraysize and xtype."""
        return _storage(self.kind)


@dataclass(frozen=True)
class _Made(ABC):
    """A shape whose numbers are SQL."""

    kind = ""

    @property
    def storage(self) -> Storage:
        """VOTable's datatype, arraysize and xtype."""
        return _storage(self.kind)

    @property
    @abstractmethod
    def array(self) -> str:
        """The shape as DALI's array of degrees, in SQL."""

    @property
    def parts(self) -> str:
        """The shape for the functions of the database, in SQL."""
        return f"adql_part({KINDS[self.kind]}, {self.array})"


@dataclass(frozen=True)
class PointShape(_Made):
    """A place."""

    ra: Coordinate
    dec: Coordinate
    kind = "point"

    @property
    def array(self) -> str:
        """The shape as DALI's array of degrees, in SQL."""
        return f"adql_array({self.ra.sql}, {self.dec.sql})"


@dataclass(frozen=True)
class CircleShape(_Made):
    """A circle."""

    centre: PointShape
    radius: Coordinate
    kind = "circle"

    @property
    def array(self) -> str:
        """The shape as DALI's array of degrees, in SQL."""
        return f"adql_array({self.centre.ra.sql}, {self.centre.dec.sql}, {self.radius.sql})"


@dataclass(frozen=True)
class BoxShape(_Made):
    """A box; it is given out as a polygon."""

    centre: PointShape
    width: Coordinate
    height: Coordinate
    kind = "polygon"

    @property
    def array(self) -> str:
        """The shape as DALI's array of degrees, in SQL."""
        return f"adql_box({self.centre.ra.sql}, {self.centre.dec.sql}, {self.width.sql}, {self.height.sql})"


@dataclass(frozen=True)
class PolygonShape(_Made):
    """A polygon."""

    corners: tuple[PointShape, ...]
    kind = "polygon"

    @property
    def array(self) -> str:
        """The shape as DALI's array of degrees, in SQL."""
        return f"adql_array({', '.join(f'{corner.ra.sql}, {corner.dec.sql}' for corner in self.corners)})"


@dataclass(frozen=True)
class SQLShape(_Made):
    """A shape that a function gives, as DALI's array or as text."""

    sql: str
    form: str

    @property
    def storage(self) -> Storage:
        """VOTable's datatype, arraysize and xtype."""
        return (Datatype.CHAR, "*", "adql:REGION") if self.form in {"text", "moc"} else _storage(self.form)

    @property
    def array(self) -> str:
        """The shape as it is stored."""
        return self.sql

    @property
    def parts(self) -> str:
        """The shape for the functions of the database, in SQL."""
        return f"adql_region({self.sql})" if self.form not in KINDS else f"adql_part({KINDS[self.form]}, {self.sql})"


@dataclass(frozen=True)
class ColumnShape(SQLShape):
    """A column of shapes."""

    relation: str
    column: str


Shape = Constant | Nowhere | PointShape | CircleShape | BoxShape | PolygonShape | SQLShape


def relations_of(shape: Shape) -> frozenset[str]:
    """Give the relations that a shape's numbers are columns of; none if any of them is something else."""
    match shape:
        case ColumnShape():
            return frozenset(filter(None, [shape.relation]))
        case PointShape():
            numbers = [shape.ra, shape.dec]
        case CircleShape():
            numbers = [shape.centre.ra, shape.centre.dec, shape.radius]
        case BoxShape():
            numbers = [shape.centre.ra, shape.centre.dec, shape.width, shape.height]
        case PolygonShape():
            numbers = [number for corner in shape.corners for number in (corner.ra, corner.dec)]
        case _:
            return frozenset()
    if any(number.value is None and not number.relation for number in numbers):
        return frozenset()
    return frozenset(number.relation for number in numbers if number.relation)


def _storage(kind: str) -> Storage:
    return Datatype.DOUBLE, SIZES.get(kind, "*"), kind


def _kind(region: Region) -> str:
    match region:
        case Point():
            return "point"
        case Circle():
            return "circle"
        case _:
            return "polygon"


def _numbers(region: Region) -> list[float]:
    match region:
        case Point():
            return [region.ra, region.dec]
        case Circle():
            return [region.ra, region.dec, region.radius]
        case Polygon():
            return [float(value) for value in np.ravel(region.vertices)]
        case Box():
            ra, dec = directions_of(region.outline)
            return [float(value) for value in np.ravel(np.stack([ra, dec], axis=1))]
        case Range():
            return _corners_of_range(region)
        case MOC():
            raise ValueError("A MOC is compared with positions and footprints; it is no polygon")


def _corners_of_range(region: Range) -> list[float]:
    """Give corners along the edge of a range, a degree apart, so that its parallels are followed."""
    steps = max(2, math.ceil(region.ra_width) + 1)
    east = [(region.ra_min + region.ra_width * step / (steps - 1)) % 360 for step in range(steps)]
    lower = [number for ra in east for number in (ra, region.dec_min)]
    upper = [number for ra in reversed(east) for number in (ra, region.dec_max)]
    return lower + upper


def _array(numbers: list[float]) -> str:
    return "'{" + ",".join(repr(float(number)) for number in numbers) + "}'::float8[]"
