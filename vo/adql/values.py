# SPDX-License-Identifier: BSD-3-Clause
"""Writes values: columns, literals, arithmetic, functions."""

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from vo.adql import tree, units
from vo.adql.context import Context
from vo.adql.errors import ErrorCode
from vo.adql.naming import Named, Scope
from vo.adql.resolved import Expression
from vo.adql.shapes import ColumnShape
from vo.adql.valuetypes import SHAPE_XTYPES, Type, common_type, type_of

__all__ = ["Values"]

INT4, INT8 = 1 << 31, 1 << 63
LARGEST = 1e300
FOLDED: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class Values(Context, ABC):
    """The translator's floor of values."""

    @abstractmethod
    def worded(self, node: tree.Value, scope: Scope) -> Expression:
        """Write what begins with a word and a parenthesis."""

    def value(self, node: tree.Value, scope: Scope) -> Expression:
        """Write a value."""
        made = self._value(node, scope)
        # Some functions name their arguments more than once, and so do functions of functions.
        if len(made.sql) > self.limits.sql:
            raise self.refused(node, "This is too long for the database once it is written out", ErrorCode.LIMIT)
        if made.loose and scope.groups is not None and made.sql in scope.groups:
            made.loose = ()
        return made

    def _value(self, node: tree.Value, scope: Scope) -> Expression:
        match node:
            case tree.ColumnName():
                return self.column(node, scope.find(node))
            case tree.Number():
                return self._number(node)
            case tree.Text():
                return Expression(self.quote(node.value), Type.TEXT, node)
            case tree.Null():
                return Expression("NULL", Type.NULL, node, unit=None)
            case tree.Unary():
                return self._signed(node, scope)
            case tree.Binary():
                return self._binary(node, scope)
            case _:
                return self.worded(node, scope)

    def column(self, node: tree.Node, named: Named) -> Expression:
        """Write a column that was found."""
        field, source = named.column.field, named.source
        kind = type_of(field)
        self.reach += named.column.reach
        if self.reach > self.limits.reach:
            message = "The subqueries of this query are made of one another too often"
            raise self.refused(node, message, ErrorCode.LIMIT)
        if source is not None and source.table is not None:
            self.columns_used[source.table.full_name, field.name] = None
        loose = () if named.is_outer else (node,)
        made = Expression(named.sql, kind, node, field, source, unit=field.unit, ucd=field.ucd, loose=loose)
        if kind is Type.SHAPE:
            relation = source.alias if source is not None else ""
            made.shape = ColumnShape(named.sql, SHAPE_XTYPES[field.xtype.lower()], relation, field.name)
        return made

    def _number(self, node: tree.Number) -> Expression:
        if node.is_integer and len(node.text) < 25 and int(node.text) < INT8:
            exact = int(node.text)
            return Expression(str(exact), Type.INT if exact < INT4 else Type.LONG, node, unit=None, constant=exact)
        number = float(node.text)
        if math.isinf(number):
            raise self.refused(node, f"{node.text[:60]} is larger than any number of double precision")
        return Expression(f"{number!r}::float8", Type.DOUBLE, node, unit=None, constant=number)

    def _signed(self, node: tree.Unary, scope: Scope) -> Expression:
        inner = self.value(node.operand, scope)
        self.need_number(inner, node.operator)
        if node.operator == "+":
            return replace(inner, node=node)
        if node.operator == "~":
            self._need_integer(inner, "~")
            return self.derived(node, f"(~ {inner.sql})", inner.type, inner)
        constant = None if inner.constant is None else -inner.constant
        made = self.derived(node, f"(- {inner.sql})", inner.type, inner)
        return replace(made, constant=constant, unit=inner.unit, ucd=inner.ucd)

    def derived(self, node: tree.Node, sql: str, kind: Type, *parts: Expression) -> Expression:
        """Make a value of others."""
        loose = tuple(name for part in parts for name in part.loose)
        return Expression(sql, kind, node, loose=loose, is_aggregate=any(part.is_aggregate for part in parts))

    def need_number(self, value: Expression, what: str) -> None:
        """Refuse what is no number."""
        if not (value.type.is_number or value.type is Type.NULL):
            raise self.refused(value.node, f"{what} needs a number, and this is {value.type.word}")

    def _need_integer(self, value: Expression, what: str) -> None:
        if not (value.type.is_integer or value.type is Type.NULL):
            raise self.refused(value.node, f"{what} needs a whole number; CAST(… AS BIGINT) makes one")

    def _binary(self, node: tree.Binary, scope: Scope) -> Expression:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        sign = node.operator
        if sign == "||":
            texts = [side.sql if side.type is Type.TEXT else f"{side.sql}::text" for side in (left, right)]
            return self.derived(node, f"({texts[0]} || {texts[1]})", Type.TEXT, left, right)
        for side in (left, right):
            self.need_number(side, sign)
        if sign in {"&", "|", "^"}:
            for side in (left, right):
                self._need_integer(side, sign)
        kind = common_type(left.type, right.type) or Type.DOUBLE
        if not kind.is_number or (kind is Type.FLOAT and left.type is not right.type):
            kind = Type.DOUBLE
        if sign == "%" and not kind.is_integer:
            made = self.derived(node, f"adql_mod({left.double}, {right.double})", Type.DOUBLE, left, right)
        else:
            made = self.derived(node, f"({left.sql} {'#' if sign == '^' else sign} {right.sql})", kind, left, right)
        self._describe_sum(node, made, left, right)
        if left.constant is not None and right.constant is not None and sign in FOLDED:
            self._fold(node, made, left.constant, right.constant)
        return made

    def _describe_sum(self, node: tree.Binary, made: Expression, left: Expression, right: Expression) -> None:
        """Give the unit of a reckoned value where a rule tells it; numbers as such have none to multiply with."""
        sign = node.operator
        if left.unit is None and right.unit is None:
            made.unit = None
        elif sign in {"+", "-"}:
            if left.unit is None or right.unit is None or left.unit == right.unit:
                made.unit = right.unit if left.unit is None else left.unit
                made.ucd = left.ucd if left.ucd == right.ucd else ""
        elif sign in {"*", "/"} and left.unit and right.unit:
            made.unit = (units.multiplied if sign == "*" else units.divided)(left.unit, right.unit)

    def _fold(self, node: tree.Binary, made: Expression, left: float, right: float) -> None:
        if node.operator == "/" and right == 0:
            return
        is_whole = made.type.is_integer
        if node.operator == "/" and is_whole:
            result: float = int(abs(left) // abs(right)) * (1 if (left < 0) is (right < 0) else -1)
            if left % right:
                message = f"{self.written(node)} is a division of whole numbers and gives {result}"
                self.note(node, "integer-division", message)
        else:
            result = FOLDED[node.operator](left, right)
        if abs(result) < LARGEST:
            made.constant = result
