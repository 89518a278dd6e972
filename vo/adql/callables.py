# SPDX-License-Identifier: BSD-3-Clause
"""Writes functions, aggregates, CAST and CASE."""

from abc import abstractmethod
from dataclasses import replace

from vo.adql import tree, units
from vo.adql.advice import near_misses
from vo.adql.errors import ErrorCode
from vo.adql.functions import STANDARD, Function, Parameter
from vo.adql.naming import Scope
from vo.adql.resolved import Expression
from vo.adql.shapes import SQLShape
from vo.adql.signatures import FUNCTIONS
from vo.adql.values import Values
from vo.adql.valuetypes import Type, common_type, storage_of
from vo.tables import Field, Frame

__all__ = ["Functions"]

WITH_AGGREGATES = {"SELECT", "HAVING", "ORDER BY"}
CASTS = {
    "SMALLINT": Type.SHORT,
    "INTEGER": Type.INT,
    "BIGINT": Type.LONG,
    "REAL": Type.FLOAT,
    "DOUBLE PRECISION": Type.DOUBLE,
    "CHAR": Type.TEXT,
    "VARCHAR": Type.TEXT,
    "TIMESTAMP": Type.TIMESTAMP,
}
STORED = {
    Parameter.DOUBLE: "float8",
    Parameter.INTEGER: "int4",
    Parameter.BIGINT: "int8",
    Parameter.TEXT: "text",
    Parameter.TIMESTAMP: "timestamp",
    Parameter.ARRAY: "float8[]",
}
NUMBERS = {Parameter.DOUBLE, Parameter.INTEGER, Parameter.BIGINT, Parameter.NUMBER}


class Functions(Values):
    """The translator's floor of functions."""

    @abstractmethod
    def condition(self, node: tree.Condition, scope: Scope) -> str:
        """Write a condition."""

    @abstractmethod
    def sky_call(self, node: tree.Call, scope: Scope) -> Expression:
        """Write a function of the sky."""

    @abstractmethod
    def shape_argument(self, value: Expression, kind: Parameter, name: str) -> str:
        """Write a shape as the argument of a function."""

    @abstractmethod
    def shape_call(self, node: tree.Call, row: Function, given: list[Expression]) -> Expression:
        """Write a function whose shape follows from its arguments."""

    def worded(self, node: tree.Value, scope: Scope) -> Expression:
        """Write what begins with a word and a parenthesis."""
        match node:
            case tree.Call():
                return self._call(node, scope)
            case tree.Aggregate():
                return self._aggregate(node, scope)
            case tree.Cast():
                return self._cast(node, scope)
            case tree.Case():
                return self._case(node, scope)
        raise self.refused(node, "This is no value", ErrorCode.SYNTAX)

    def _call(self, node: tree.Call, scope: Scope) -> Expression:
        if node.name == "COALESCE":
            return self._coalesce(node, scope)
        if node.name == "IN_UNIT":
            return self._in_unit(node, scope)
        row = STANDARD.get(node.name)
        if row is not None:
            return self._function(node, row, scope)
        if node.name in FUNCTIONS:
            return self.sky_call(node, scope)
        rows = self.functions.get(node.name)
        if rows is None:
            likely = near_misses(node.name, {*self.functions, *(name.lower() for name in FUNCTIONS)})
            hint = f"; is it {' or '.join(likely)}?" if likely else ""
            place = replace(node, end=node.start + len(node.name))
            message = f"There is no function {node.name[:80]}{hint}"
            raise self.refused(place, message, ErrorCode.UNKNOWN_FUNCTION, "".join(likely[:1]))
        count = len(node.arguments)
        fitting = [row for row in rows if row.fewest <= count <= len(row.parameters)]
        return self._function(node, fitting[0] if fitting else rows[0], scope)

    def _function(self, node: tree.Call, row: Function, scope: Scope) -> Expression:
        count = len(node.arguments)
        if not row.fewest <= count <= len(row.parameters):
            how = row.signature or f"{row.name} takes {row.fewest}"
            raise self.refused(node, f"{row.name} does not take {count} arguments: {how}", ErrorCode.ARGUMENTS)
        given = [self.value(argument, scope) for argument in node.arguments]
        if row.is_aggregate:
            self._check_aggregate(node, given, scope)
        if row.fold is not None or row.result.form == "as given":
            return self.shape_call(node, row, given)
        texts = [self._argument(value, kind, row) for value, kind in zip(given, row.parameters, strict=False)]
        sql = row.template.replace("{*}", ", ".join(texts)) if "{*}" in row.template else row.template.format(*texts)
        result = row.result
        kind = result.type or (given[0].type if given[0].type.is_number else Type.DOUBLE)
        made = self.derived(node, sql, kind, *given)
        if row.is_aggregate:
            made.loose, made.is_aggregate = (), True
        made.unit = given[0].unit if result.keeps_unit and given else result.unit
        made.ucd = given[0].ucd if result.keeps_unit and given else result.ucd
        if result.form:
            made.shape = SQLShape(sql, result.form)
        elif result.arraysize:
            made.details = Field("", result.datatype, arraysize=result.arraysize, unit=result.unit, ucd=result.ucd)
        return made

    def _argument(self, value: Expression, kind: Parameter, row: Function) -> str:
        if kind is Parameter.SHAPE or kind is Parameter.POINT:
            return self.shape_argument(value, kind, row.name)
        is_fit = value.type is Type.NULL or kind is Parameter.ANY or (value.type.is_number if kind in NUMBERS else True)
        if not is_fit or (value.type is Type.SHAPE and kind is not Parameter.ANY and kind is not Parameter.TEXT):
            raise self.refused(value.node, f"{row.name} needs a number here, and this is {value.type.word}")
        stored = STORED.get(kind)
        if stored is None or (value.type is not Type.TEXT and storage_of(value.type)[3] == stored):
            return value.sql
        return f"{value.sql}::{stored}"

    def _check_aggregate(self, node: tree.Node, given: list[Expression], scope: Scope) -> None:
        name = getattr(node, "name", "")
        if scope.clause not in WITH_AGGREGATES:
            message = f"{name} cannot stand in {scope.clause}; conditions on groups stand in HAVING"
            raise self.refused(node, message, ErrorCode.GROUPING)
        if any(value.is_aggregate for value in given):
            raise self.refused(node, f"{name} cannot hold another such function", ErrorCode.GROUPING)

    def _aggregate(self, node: tree.Aggregate, scope: Scope) -> Expression:
        groups, scope.groups = scope.groups, None
        given = self.value(node.argument, scope) if node.argument else None
        scope.groups = groups
        self._check_aggregate(node, [given] if given else [], scope)
        distinct = "DISTINCT " if node.is_distinct else ""
        if node.name == "COUNT":
            inner = given.sql if given else "*"
            return Expression(f"count({distinct}{inner})", Type.LONG, node, ucd="meta.number", is_aggregate=True)
        if given is None:
            raise self.refused(node, f"{node.name} needs a column", ErrorCode.ARGUMENTS)
        made = Expression("", given.type, node, unit=given.unit, is_aggregate=True)
        if node.name in {"MIN", "MAX"}:
            if given.type in {Type.BOOLEAN, Type.SHAPE, Type.ARRAY}:
                raise self.refused(given.node, f"{node.name} cannot order {given.type.word}")
            made.sql = f"{node.name.lower()}({given.sql})"
            made.ucd = f"{given.ucd};stat.{node.name.lower()}" if given.ucd else ""
            made.frame = _shared_frame([given])
            return made
        self.need_number(given, node.name)
        if node.name == "SUM" and given.type.is_integer:
            made.sql, made.type = f"sum({distinct}{given.sql})::int8", Type.LONG
        else:
            made.sql, made.type = f"{node.name.lower()}({distinct}{given.double})", Type.DOUBLE
        if node.name == "AVG":
            made.ucd = f"{given.ucd};stat.mean" if given.ucd else ""
            made.frame = _shared_frame([given])
        return made

    def _together(self, node: tree.Node, values: list[Expression], what: str) -> Type:
        kind = Type.NULL
        for value in values:
            found = common_type(kind, value.type)
            if found is None:
                message = f"{what} gives either {kind.word} or {value.type.word}; they must be of one kind"
                raise self.refused(value.node if value.node.end else node, message)
            kind = found
        return kind

    def _coalesce(self, node: tree.Call, scope: Scope) -> Expression:
        given = [self.value(argument, scope) for argument in node.arguments]
        kind = self._together(node, given, "COALESCE")
        made = self.derived(node, f"coalesce({', '.join(value.sql for value in given)})", kind, *given)
        first = given[0]
        made.unit, made.ucd = first.unit, first.ucd
        if kind is Type.SHAPE and first.shape is not None:
            made.shape = SQLShape(made.sql, first.shape.storage[2] or "text")
        elif first.origin is not None and first.type is kind:
            made.details = replace(first.origin, description="", frame=_shared_frame(given))
        return made

    def _in_unit(self, node: tree.Call, scope: Scope) -> Expression:
        inner = self.value(node.arguments[0], scope)
        self.need_number(inner, "IN_UNIT")
        target = node.arguments[1]
        wanted = target.value if isinstance(target, tree.Text) else ""
        if not inner.unit:
            raise self.refused(inner.node, "IN_UNIT needs a value whose unit is known", ErrorCode.UNIT)
        try:
            factor = units.factor(inner.unit, wanted)
        except ValueError as exc:
            raise self.refused(target, str(exc), ErrorCode.UNIT) from exc
        made = self.derived(node, f"({inner.double} * {factor!r}::float8)", Type.DOUBLE, inner)
        made.unit, made.ucd = wanted, inner.ucd
        return made

    def _cast(self, node: tree.Cast, scope: Scope) -> Expression:
        inner = self.value(node.operand, scope)
        kind = CASTS.get(node.type_name)
        if kind is None:
            return self._cast_to_shape(node, inner)
        if inner.type in {Type.SHAPE, Type.ARRAY} and kind is not Type.TEXT:
            raise self.refused(inner.node, f"{inner.type.word} cannot be cast to {node.type_name}")
        if (inner.type is Type.TIMESTAMP and kind.is_number) or (kind is Type.TIMESTAMP and inner.type.is_number):
            raise self.refused(inner.node, f"{inner.type.word} cannot be cast to {node.type_name}")
        stored = storage_of(kind)[3]
        sql = inner.sql
        if inner.type is Type.BOOLEAN and kind.is_number:
            sql = f"{sql}::int4"
        if node.length is not None:
            stored = f"varchar({max(1, min(node.length, 10_485_760))})"
        made = self.derived(node, f"CAST({sql} AS {stored})", kind, inner)
        if kind.is_number and inner.type.is_number:
            made.unit, made.ucd = inner.unit, inner.ucd
        return made

    def _cast_to_shape(self, node: tree.Cast, inner: Expression) -> Expression:
        form = node.type_name.lower()
        if inner.type is Type.SHAPE and inner.shape is not None and inner.shape.storage[2] == form:
            made = self.derived(node, inner.shape.array, Type.SHAPE, inner)
            made.shape = inner.shape
            return made
        if inner.type not in {Type.TEXT, Type.NULL}:
            message = f"Only text such as '12.3 45.6' can be cast to {node.type_name}"
            raise self.refused(inner.node, message)
        made = self.derived(node, f"adql_numbers({inner.sql}::text)", Type.SHAPE, inner)
        made.shape = SQLShape(made.sql, form)
        return made

    def _case(self, node: tree.Case, scope: Scope) -> Expression:
        words, parts = ["CASE"], []
        before = len(scope.loose)
        if node.operand is not None:
            parts.append(self.value(node.operand, scope))
            words.append(parts[0].sql)
        results = []
        for test, value in node.branches:
            if isinstance(test, tree.Condition):
                words.append(f"WHEN {self.condition(test, scope)}")
            elif isinstance(test, tree.Value):
                parts.append(self.value(test, scope))
                words.append(f"WHEN {parts[-1].sql}")
            results.append(self.value(value, scope))
            words.append(f"THEN {results[-1].sql}")
        if node.otherwise is not None:
            results.append(self.value(node.otherwise, scope))
            words.append(f"ELSE {results[-1].sql}")
        kind = self._together(node, results, "CASE")
        made = self.derived(node, f"({' '.join(words)} END)", kind, *parts, *results)
        if all(result.unit == results[0].unit for result in results):
            made.unit = results[0].unit
        # What its conditions name belongs to the value, which may be grouped by, or stand in an aggregate.
        made.loose += tuple(scope.loose[before:])
        del scope.loose[before:]
        return made


def _shared_frame(values: list[Expression]) -> Frame | None:
    """Give the frame of columns that are all in one."""
    frames = {value.origin.frame if value.origin else value.frame for value in values}
    return frames.pop() if len(frames) == 1 else None
