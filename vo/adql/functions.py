# SPDX-License-Identifier: BSD-3-Clause
"""Functions as rows: what is not declared here, or by the service, does not exist."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from vo.adql.valuetypes import Type
from vo.sky import Region
from vo.tables import Datatype

__all__ = ["STANDARD", "Function", "Parameter", "Result"]


class Parameter(Enum):
    """What an argument must be, and the type that PostgreSQL is told."""

    DOUBLE = "DOUBLE"
    INTEGER = "INTEGER"
    BIGINT = "BIGINT"
    TEXT = "VARCHAR"
    TIMESTAMP = "TIMESTAMP"
    SHAPE = "REGION"
    POINT = "POINT"
    NUMBER = "NUMERIC"
    ARRAY = "DOUBLE[]"
    ANY = "ANY"


@dataclass(frozen=True)
class Result:
    """What a function gives.

    Parameters
    ----------
    type
        None for that of the first argument.
    form
        Of shapes: ``point``, ``circle``, ``polygon``, ``text``, or ``as given`` for that of the argument.
    arraysize, datatype
        Of arrays.
    """

    type: Type | None
    unit: str = ""
    ucd: str = ""
    keeps_unit: bool = False
    form: str = ""
    arraysize: str = ""
    datatype: Datatype = Datatype.DOUBLE


@dataclass(frozen=True)
class Function:
    """A function.

    Parameters
    ----------
    template
        Its SQL, with ``{0}``, ``{1}`` … for the arguments; ``{*}`` is all of them. It is trusted.
    least
        How many arguments must be there; by default all.
    signature
        How TAPRegExt declares it, such as ``f(a DOUBLE, b INTEGER) -> DOUBLE``; empty for functions of the standard.
    is_aggregate
        Whether it makes one value of many rows.
    fold
        Makes a region of the one argument, a text written out; it raises `ValueError` with a public message.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    template: str
    least: int | None = None
    signature: str = ""
    description: str = ""
    is_aggregate: bool = False
    fold: Callable[[str], Region] | None = None

    @property
    def fewest(self) -> int:
        """How many arguments must be there."""
        return len(self.parameters) if self.least is None else self.least


_ANGLE = Result(Type.DOUBLE)
_SAME = Result(Type.DOUBLE, keeps_unit=True)
_ONE = (Parameter.DOUBLE,)
_TWO = (Parameter.DOUBLE, Parameter.DOUBLE)

STANDARD = {
    row.name: row
    for row in (
        Function("ABS", (Parameter.NUMBER,), Result(None, keeps_unit=True), "abs({0})"),
        Function("CEILING", _ONE, _SAME, "ceil({0})"),
        Function("FLOOR", _ONE, _SAME, "floor({0})"),
        Function("DEGREES", _ONE, Result(Type.DOUBLE, unit="deg"), "degrees({0})"),
        Function("RADIANS", _ONE, Result(Type.DOUBLE, unit="rad"), "radians({0})"),
        Function("EXP", _ONE, _ANGLE, "exp({0})"),
        # PostgreSQL's log has the base 10.
        Function("LOG", _ONE, _ANGLE, "ln({0})"),
        Function("LOG10", _ONE, _ANGLE, "log({0})"),
        Function("MOD", _TWO, _SAME, "adql_mod({0}, {1})"),
        Function("PI", (), _ANGLE, "pi()"),
        Function("POWER", _TWO, _ANGLE, "power({0}, {1})"),
        Function("RAND", (Parameter.INTEGER,), _ANGLE, "random()", least=0),
        Function("ROUND", (Parameter.DOUBLE, Parameter.INTEGER), _SAME, "adql_round({*})", least=1),
        Function("TRUNCATE", (Parameter.DOUBLE, Parameter.INTEGER), _SAME, "adql_truncate({*})", least=1),
        Function("SQRT", _ONE, _ANGLE, "sqrt({0})"),
        Function("ACOS", _ONE, _ANGLE, "acos({0})"),
        Function("ASIN", _ONE, _ANGLE, "asin({0})"),
        Function("ATAN", _ONE, _ANGLE, "atan({0})"),
        Function("ATAN2", _TWO, _ANGLE, "atan2({0}, {1})"),
        Function("COS", _ONE, _ANGLE, "cos({0})"),
        Function("COT", _ONE, _ANGLE, "cot({0})"),
        Function("SIN", _ONE, _ANGLE, "sin({0})"),
        Function("TAN", _ONE, _ANGLE, "tan({0})"),
        Function("LOWER", (Parameter.TEXT,), Result(Type.TEXT), "lower({0})"),
        Function("UPPER", (Parameter.TEXT,), Result(Type.TEXT), "upper({0})"),
    )
}
