# SPDX-License-Identifier: BSD-3-Clause
"""What may stand where, as far as the text tells: kinds of values, arguments of the standard functions."""

from dataclasses import dataclass
from enum import Enum

from vo.adql import tree

__all__ = ["CONSTRUCTORS", "FUNCTIONS", "Kind", "Signature", "kind_of"]


class Kind(Enum):
    """What a value is; names of columns and functions of the service may be anything."""

    ANY = "a value"
    NUMBER = "a number"
    TEXT = "text"
    SHAPE = "a shape on the sky"


@dataclass(frozen=True)
class Signature:
    """The arguments of a standard function.

    Parameters
    ----------
    example
        How it is written.
    kinds
        What the arguments must be; the last counts for all that follow.
    is_new
        Whether ADQL 2.0 has not got it.
    """

    example: str
    least: int
    most: int
    kinds: tuple[Kind, ...] = (Kind.NUMBER,)
    result: Kind = Kind.NUMBER
    is_new: bool = False


ONE_NUMBER = ("ABS", "CEILING", "DEGREES", "EXP", "FLOOR", "LOG", "LOG10", "RADIANS", "SQRT")
ANGLES = ("ACOS", "ASIN", "ATAN", "COS", "COT", "SIN", "TAN")

CONSTRUCTORS = frozenset({"POINT", "CIRCLE", "BOX", "POLYGON"})
"""They may name a coordinate system first; ADQL 2.0 requires it."""

_SHAPE, _ANY = (Kind.SHAPE,), (Kind.ANY,)
FUNCTIONS: dict[str, Signature] = {
    **{name: Signature(f"{name}(x)", 1, 1) for name in ONE_NUMBER + ANGLES},
    "ATAN2": Signature("ATAN2(y, x)", 2, 2),
    "MOD": Signature("MOD(x, y)", 2, 2),
    "PI": Signature("PI()", 0, 0),
    "POWER": Signature("POWER(x, y)", 2, 2),
    "RAND": Signature("RAND() or RAND(seed)", 0, 1),
    "ROUND": Signature("ROUND(x, digits)", 1, 2),
    "TRUNCATE": Signature("TRUNCATE(x, digits)", 1, 2),
    "LOWER": Signature("LOWER(text)", 1, 1, (Kind.TEXT,), Kind.TEXT, is_new=True),
    "UPPER": Signature("UPPER(text)", 1, 1, (Kind.TEXT,), Kind.TEXT, is_new=True),
    "COALESCE": Signature("COALESCE(a, b, …)", 1, 1000, _ANY, Kind.ANY, is_new=True),
    "IN_UNIT": Signature("IN_UNIT(x, 'unit')", 2, 2, (Kind.NUMBER, Kind.TEXT), is_new=True),
    "AREA": Signature("AREA(shape)", 1, 1, _SHAPE),
    "BOX": Signature("BOX(ra, dec, width, height)", 3, 4, _ANY, Kind.SHAPE),
    "CENTROID": Signature("CENTROID(shape)", 1, 1, _SHAPE, Kind.SHAPE),
    "CIRCLE": Signature("CIRCLE(ra, dec, radius)", 2, 3, _ANY, Kind.SHAPE),
    "CONTAINS": Signature("CONTAINS(inner, outer)", 2, 2, _SHAPE),
    "COORD1": Signature("COORD1(point)", 1, 1, _SHAPE),
    "COORD2": Signature("COORD2(point)", 1, 1, _SHAPE),
    "COORDSYS": Signature("COORDSYS(shape)", 1, 1, _SHAPE, Kind.TEXT),
    "DISTANCE": Signature("DISTANCE(point, point) or DISTANCE(ra, dec, ra, dec)", 2, 4, _ANY),
    "INTERSECTS": Signature("INTERSECTS(shape, shape)", 2, 2, _SHAPE),
    "POINT": Signature("POINT(ra, dec)", 2, 2, _ANY, Kind.SHAPE),
    "POLYGON": Signature("POLYGON(ra1, dec1, ra2, dec2, ra3, dec3, …)", 3, 5000, _ANY, Kind.SHAPE),
    "REGION": Signature("REGION('CIRCLE 10 20 1')", 1, 1, (Kind.TEXT,), Kind.SHAPE),
}


def kind_of(value: tree.Node) -> Kind:
    """Tell what a value is sure to be by its form."""
    match value:
        case tree.Number():
            return Kind.NUMBER
        case tree.Text():
            return Kind.TEXT
        case tree.Unary():
            return Kind.NUMBER
        case tree.Binary():
            return Kind.TEXT if value.operator == "||" else Kind.NUMBER
        case tree.Call() if value.name in FUNCTIONS:
            return FUNCTIONS[value.name].result
        case tree.Aggregate() if value.name in {"COUNT", "SUM", "AVG"}:
            return Kind.NUMBER
        case _:
            return Kind.ANY
