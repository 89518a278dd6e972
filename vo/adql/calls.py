# SPDX-License-Identifier: BSD-3-Clause
"""Reads functions: what stands between a name and its closing parenthesis."""

import re
from abc import ABC, abstractmethod

from vo.adql import tree
from vo.adql.advice import near_misses
from vo.adql.cursor import Cursor
from vo.adql.errors import ErrorCode
from vo.adql.signatures import CONSTRUCTORS, FUNCTIONS, Kind, Signature, kind_of
from vo.adql.tokens import NUMBER, STRING, Token
from vo.adql.words import Extension

__all__ = ["FRAMES", "Calls"]

FRAMES = ("ICRS", "FK5", "FK4", "J2000", "B1950", "GALACTIC", "ECLIPTIC", "UNKNOWNFRAME")
_PLACES = "BARYCENTER|GEOCENTER|HELIOCENTER|LSR|TOPOCENTER|RELOCATABLE|UNKNOWNREFPOS"
_SYSTEM = re.compile(
    rf"\s*(?:(?:{'|'.join(FRAMES)})\b\s*)?(?:(?:{_PLACES})\b\s*)?(?:CARTESIAN[23]|SPHERICAL2)?\s*", re.IGNORECASE
)
_WHOLE_TYPES = {"SMALLINT", "INTEGER", "BIGINT", "REAL", "TIMESTAMP", "POINT", "CIRCLE", "POLYGON"}
_TYPES = "SMALLINT, INTEGER, BIGINT, REAL, DOUBLE PRECISION, CHAR(n), VARCHAR(n), TIMESTAMP, POINT, CIRCLE, POLYGON"
# Words that other databases have taught, read as what they mean.
_SYNONYMS = {
    "INT": "INTEGER",
    "INT2": "SMALLINT",
    "INT4": "INTEGER",
    "INT8": "BIGINT",
    "FLOAT": "DOUBLE PRECISION",
    "FLOAT4": "REAL",
    "FLOAT8": "DOUBLE PRECISION",
    "TEXT": "VARCHAR",
    "VARCHAR2": "VARCHAR",
}
_ALL_TYPES = (*_WHOLE_TYPES, *_SYNONYMS, "DOUBLE", "CHAR", "VARCHAR")
_SHAPES_WANTED = {name for name, found in FUNCTIONS.items() if found.kinds[0] is Kind.SHAPE}


class Calls(Cursor, ABC):
    """The parser's floor of functions."""

    @abstractmethod
    def value(self) -> tree.Value:
        """Read a value."""

    def call(self, token: Token) -> tree.Value:
        """Read the rest of a standard function whose name was read."""
        signature = FUNCTIONS[token.what]
        if signature.is_new:
            self.needs_new(token, token.what)
        first = self.at + 1
        arguments = self.arguments(f"the argument of {signature.example}")
        call = tree.Call(token.what, arguments, start=token.start, end=self.last_end)
        if token.what in CONSTRUCTORS:
            self._check_constructor(call, signature)
        else:
            self._check_count(call, signature, len(arguments))
            self._check_kinds(call, signature)
        self._check_literals(call, first)
        return call

    def user_call(self, token: Token) -> tree.Value:
        """Read the rest of a function of the service whose name was read."""
        arguments = self.arguments("an argument")
        return tree.Call(token.text.lower(), arguments, start=token.start, end=self.last_end)

    def arguments(self, wanted: str) -> tuple[tree.Value, ...]:
        """Read values in parentheses."""
        self.open()
        self.deeper()
        found: list[tree.Value] = []
        if self.what != ")":
            found.append(self.value())
            while self.take(","):
                found.append(self.value())
                if len(found) > self.limits.list_values:
                    raise self.refused(
                        found[-1], f"At most {self.limits.list_values} arguments are read", ErrorCode.LIMIT
                    )
        elif "argument of" in wanted and not wanted.endswith("()") and "RAND()" not in wanted:
            raise self.refused(self.token, f"Here is missing {wanted}", ErrorCode.ARGUMENTS)
        self.close(")")
        self.depth -= 1
        return tuple(found)

    def aggregate(self, token: Token) -> tree.Value:
        """Read the rest of COUNT, SUM, AVG, MIN, MAX."""
        self.open()
        self.deeper()
        argument: tree.Value | None = None
        is_distinct = False
        if token.what == "COUNT" and self.what == "*":
            self.step()
        else:
            is_distinct = self.what == "DISTINCT"
            if self.what in {"DISTINCT", "ALL"}:
                self.step()
            argument = self.value()
            if self.what == ",":
                raise self.refused(self.token, f"{token.what} has one argument", ErrorCode.ARGUMENTS)
            if token.what in {"SUM", "AVG"} and kind_of(argument) in {Kind.TEXT, Kind.SHAPE}:
                raise self.refused(argument, f"{token.what} needs numbers", ErrorCode.TYPE)
        self.close(")")
        self.depth -= 1
        return tree.Aggregate(token.what, argument, is_distinct, start=token.start, end=self.last_end)

    def cast(self, token: Token) -> tree.Value:
        """Read the rest of CAST(value AS type)."""
        self.needs_new(token, "CAST")
        self.open()
        self.deeper()
        operand = self.value()
        self.expect("AS")
        kind = self.step()
        name, length = kind.text.upper(), None
        name = _SYNONYMS.get(name, name)
        if name == "DOUBLE":
            self.take("PRECISION")
            name = "DOUBLE PRECISION"
        elif name in {"CHAR", "VARCHAR"}:
            if self.what == "(":
                self.open()
                length = self.whole_number(name)
                self.close()
        elif name not in _WHOLE_TYPES and name != "DOUBLE PRECISION":
            likely = "".join(near_misses(name, _ALL_TYPES)[:1])
            raise self.refused(
                kind, f"CAST knows no {kind.text[:60] or 'such type'}; there are {_TYPES}", ErrorCode.TYPE, likely
            )
        self.close()
        self.depth -= 1
        return tree.Cast(operand, name, length, start=token.start, end=self.last_end)

    def case(self, token: Token) -> tree.Value:
        """Read the rest of CASE."""
        self.needs(Extension.CASE, token, "CASE", "")
        self.deeper()
        operand = None if self.what == "WHEN" else self.value()
        branches: list[tuple[tree.Node, tree.Value]] = []
        while self.take("WHEN"):
            test = self.condition() if operand is None else self.value()
            self.expect("THEN")
            branches.append((test, self.value()))
        if not branches:
            raise self.unexpected("WHEN")
        otherwise = self.value() if self.take("ELSE") else None
        self.expect("END")
        self.depth -= 1
        return tree.Case(operand, tuple(branches), otherwise, start=token.start, end=self.last_end)

    @abstractmethod
    def condition(self) -> tree.Condition:
        """Read a condition."""

    def _check_count(self, call: tree.Call, signature: Signature, count: int) -> None:
        if signature.least <= count <= signature.most and not (call.name == "DISTANCE" and count == 3):
            return
        raise self.refused(
            call, f"{call.name} does not take {count} arguments: {signature.example}", ErrorCode.ARGUMENTS
        )

    def _check_kinds(self, call: tree.Call, signature: Signature) -> None:
        if call.name in {"CONTAINS", "INTERSECTS"}:
            for argument in call.arguments:
                if isinstance(argument, tree.Call) and argument.name == "COALESCE":
                    message = f"COALESCE may give shapes of any kind, and {call.name} must know which"
                    raise self.refused(argument, message, ErrorCode.TYPE)
        for place, argument in enumerate(call.arguments):
            wanted = signature.kinds[min(place, len(signature.kinds) - 1)]
            given = kind_of(argument)
            is_lone = isinstance(argument, tree.Number | tree.Null)
            if wanted in {given, Kind.ANY} or given is Kind.ANY or (is_lone and wanted is Kind.TEXT):
                continue
            raise self.refused(argument, f"{call.name} needs {wanted.value} here, not {given.value}", ErrorCode.TYPE)

    def _check_literals(self, call: tree.Call, first: int) -> None:
        """Check arguments that must be written out; `first` is the token after the opening parenthesis."""
        name, arguments = call.name, call.arguments
        if name in {"ROUND", "TRUNCATE"} and len(arguments) == 2 and not _is_signed_integer(arguments[1]):
            raise self.refused(
                arguments[1], f"The digits of {name} are a whole number written out", ErrorCode.ARGUMENTS
            )
        if name == "RAND" and arguments and not (isinstance(arguments[0], tree.Number) and arguments[0].is_integer):
            raise self.refused(arguments[0], "The seed of RAND is a whole number written out", ErrorCode.ARGUMENTS)
        if name in {"IN_UNIT", "REGION"} and not isinstance(arguments[-1], tree.Text):
            what = "unit" if name == "IN_UNIT" else "region"
            raise self.refused(
                arguments[-1], f"The {what} in {name} is a text written out, in quotes", ErrorCode.ARGUMENTS
            )
        if name in {"IN_UNIT", "REGION"} and self.tokens[first].what == STRING == self.tokens[first - 1].what:
            raise self.unexpected(NUMBER)

    def _check_constructor(self, call: tree.Call, signature: Signature) -> None:
        """Check a coordinate system, if there is one, and coordinates."""
        arguments = call.arguments
        has_system = bool(arguments) and isinstance(arguments[0], tree.Text | tree.Null)
        if has_system and isinstance(arguments[0], tree.Text) and not _SYSTEM.fullmatch(arguments[0].value):
            message = f"'{arguments[0].value[:60]}' is no coordinate system; leave it out, or write 'ICRS'"
            raise self.refused(arguments[0], message, ErrorCode.ARGUMENTS, "'ICRS'")
        if self.version == "2.0" and not has_system:
            first = arguments[0] if arguments else call
            raise self.refused(
                first, f"ADQL 2.0 wants a coordinate system first: {call.name}('ICRS', …)", ErrorCode.VERSION
            )
        rest = arguments[1:] if has_system else arguments
        for argument in rest:
            if kind_of(argument) is Kind.TEXT or (kind_of(argument) is Kind.SHAPE and call.name == "POINT"):
                raise self.refused(argument, f"{call.name} needs a number here: {signature.example}", ErrorCode.TYPE)
        if call.name == "POLYGON":
            self._check_corners(call, rest)
        else:
            self._check_count(call, signature, len(rest))

    def _check_corners(self, call: tree.Call, rest: tuple[tree.Value, ...]) -> None:
        numbers = [argument for argument in rest if kind_of(argument) is Kind.NUMBER]
        shapes = [argument for argument in rest if kind_of(argument) is Kind.SHAPE]
        if numbers and shapes:
            raise self.refused(
                shapes[0], "The corners of a POLYGON are all points, or all pairs of numbers", ErrorCode.TYPE
            )
        if len(rest) < 3 or (numbers and (len(rest) % 2 or len(rest) < 6)):
            message = f"A POLYGON needs RA and Dec of at least three corners: {FUNCTIONS['POLYGON'].example}"
            raise self.refused(call, message, ErrorCode.ARGUMENTS)


def _is_signed_integer(value: tree.Value) -> bool:
    if isinstance(value, tree.Unary) and value.operator in "+-":
        value = value.operand
    return isinstance(value, tree.Number) and value.is_integer
