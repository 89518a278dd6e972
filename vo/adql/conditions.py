# SPDX-License-Identifier: BSD-3-Clause
"""Writes conditions."""

from abc import abstractmethod
from datetime import datetime, timedelta

from vo.adql import tree
from vo.adql.errors import ErrorCode
from vo.adql.naming import Scope
from vo.adql.neartests import NearTests
from vo.adql.resolved import Expression
from vo.adql.shapes import Coordinate, SQLShape
from vo.adql.tables import Written
from vo.adql.valuetypes import Type, common_type, type_of

__all__ = ["Conditions"]

MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
# What a comparison of CONTAINS with 0 or 1 says: that it is so, or that it is not.
SAYS = {("=", 1): True, ("<>", 0): True, (">", 0): True, (">=", 1): True}
# Which part of the rows an equality and a comparison leave, by guess.
EQUAL, RANGE = 1e-3, 0.3
_MJD_ZERO = datetime(1858, 11, 17)  # noqa: DTZ001 -- scales differ by less than what is told
DENIES = {("=", 0), ("<>", 1), ("<", 1), ("<=", 0)}


class Conditions(NearTests):
    """The translator's floor of conditions."""

    @abstractmethod
    def subquery(self, query: tree.Query, scope: Scope) -> Written:
        """Write a query within one."""

    def condition(self, node: tree.Condition, scope: Scope) -> str:
        """Write a condition."""
        return self._condition(node, scope, is_positive=True, is_sure=False)

    def sure_condition(self, node: tree.Condition, scope: Scope) -> str:
        """Write a condition that every row must meet; the scope learns what may be joined by place."""
        return self._condition(node, scope, is_positive=True, is_sure=True)

    def _condition(self, node: tree.Condition, scope: Scope, *, is_positive: bool, is_sure: bool) -> str:
        match node:
            case tree.And():
                terms = [self._condition(term, scope, is_positive=is_positive, is_sure=is_sure) for term in node.terms]
                return f"({' AND '.join([*self.entries(node, scope), *terms] if is_positive else terms)})"
            case tree.Or():
                terms = [self._condition(term, scope, is_positive=is_positive, is_sure=False) for term in node.terms]
                return f"({' OR '.join(terms)})"
            case tree.Not():
                return f"(NOT {self._condition(node.operand, scope, is_positive=not is_positive, is_sure=False)})"
            case tree.Comparison():
                written = self._comparison(node, scope, is_positive=is_positive, is_sure=is_sure)
                return self.helped(node, written, scope) if is_positive else written
            case tree.Exists():
                return f"EXISTS ({self.subquery(node.query, scope).sql})"
            case _:
                written = self._predicate(node, scope, is_sure=is_sure)
                return self.helped(node, written, scope) if is_positive else written

    def _predicate(self, node: tree.Condition, scope: Scope, *, is_sure: bool) -> str:
        no = "NOT " if getattr(node, "is_not", False) else ""
        match node:
            case tree.Between():
                parts = [self._operand(part, scope) for part in (node.operand, node.low, node.high)]
                for part in parts[1:]:
                    self._check_comparable(parts[0], part)
                if is_sure and not node.is_not:
                    self._narrow(scope, parts[0], parts[1], RANGE * RANGE)
                return f"({parts[0].sql} {no}BETWEEN {parts[1].sql} AND {parts[2].sql})"
            case tree.InList():
                operand = self._operand(node.operand, scope)
                values = [self._operand(value, scope) for value in node.values]
                for value in values:
                    self._check_comparable(operand, value)
                if is_sure and not node.is_not:
                    self._narrow(scope, operand, values[0], min(1.0, EQUAL * len(values)))
                return f"({operand.sql} {no}IN ({', '.join(value.sql for value in values)}))"
            case tree.InQuery():
                return self._in_query(node, scope, no)
            case tree.Like():
                return self._like(node, scope, no)
            case tree.IsNull():
                return f"({self._operand(node.operand, scope).sql} IS {no}NULL)"
        raise self.refused(node, "This is no condition", ErrorCode.SYNTAX)

    def _narrow(self, scope: Scope, one: Expression, other: Expression, part: float) -> None:
        """Guess which part of a table a condition on one of its columns leaves, as the database itself does."""
        for column, value in ((one, other), (other, one)):
            if column.source is not None and not value.loose:
                scope.narrow(column.source.alias, part)

    def _in_query(self, node: tree.InQuery, scope: Scope, no: str) -> str:
        operand, written = self._operand(node.operand, scope), self.subquery(node.query, scope)
        if len(written.columns) != 1:
            message = f"A subquery after IN gives one column, and this gives {len(written.columns)}"
            raise self.refused(node.query, message, ErrorCode.ARGUMENTS)
        given = type_of(written.columns[0].field)
        if common_type(operand.type, given) is None:
            message = f"{self.written(operand.node)} is {operand.type.word}, and this query gives {given.word}"
            raise self.refused(node.query, message)
        return f"({operand.sql} {no}IN ({written.sql}))"

    def _operand(self, node: tree.Value, scope: Scope) -> Expression:
        made = self.value(node, scope)
        scope.loose.extend(made.loose)
        scope.is_grouped = scope.is_grouped or made.is_aggregate
        return made

    def _like(self, node: tree.Like, scope: Scope, no: str) -> str:
        sides = [self._operand(side, scope) for side in (node.operand, node.pattern)]
        for side in sides:
            if side.type.is_number or side.type is Type.BOOLEAN:
                raise self.refused(side.node, f"LIKE compares texts, and this is {side.type.word}")
        texts = [side.sql if side.type in {Type.TEXT, Type.NULL} else f"{side.sql}::text" for side in sides]
        return f"({texts[0]} {no}{'ILIKE' if node.is_caseless else 'LIKE'} {texts[1]})"

    def _comparison(self, node: tree.Comparison, scope: Scope, *, is_positive: bool, is_sure: bool) -> str:
        left, right = self._operand(node.left, scope), self._operand(node.right, scope)
        for one, other, sign in ((left, right, node.operator), (right, left, MIRRORED[node.operator])):
            written = self._sky_comparison(node, one, sign, other, scope, is_positive=is_positive, is_sure=is_sure)
            if written is not None:
                for code, message in self.findings:
                    self.note(node, code, message)
                self.findings.clear()
                return written
        self._check_comparable(left, right)
        if is_sure:
            self._narrow(scope, left, right, EQUAL if node.operator == "=" else RANGE)
        sides = [self._as_boolean(one, other) for one, other in ((left, right), (right, left))]
        return f"({sides[0]} {node.operator} {sides[1]})"

    def _sky_comparison(
        self,
        node: tree.Comparison,
        one: Expression,
        sign: str,
        other: Expression,
        scope: Scope,
        *,
        is_positive: bool,
        is_sure: bool,
    ) -> str | None:
        """Write CONTAINS and INTERSECTS compared with 0 or 1, and DISTANCE below a limit."""
        try:
            if one.test is not None and other.constant in {0, 1}:
                if (sign, other.constant) in SAYS:
                    return self.sky_condition(one.test, scope, is_positive=is_positive, is_sure=is_sure)
                if (sign, other.constant) in DENIES:
                    return f"(NOT {self.sky_condition(one.test, scope, is_positive=False, is_sure=False)})"
            if one.distance is not None and other.type.is_number and sign in {"<", "<="} and is_positive:
                if sign == "<" and other.constant is not None and other.constant <= 0:
                    return None
                column = other.origin.name if other.origin is not None else ""
                relation = other.source.alias if other.source is not None and column else ""
                limit = Coordinate(other.double, other.constant, column, relation)
                near, far = one.distance.one, one.distance.other
                return self.near(near, far, limit, scope, is_positive=is_positive, is_sure=is_sure)
        except (ValueError, TypeError) as exc:
            raise self.refused(node, str(exc), ErrorCode.GEOMETRY) from exc
        return None

    def _as_boolean(self, value: Expression, other: Expression) -> str:
        """Write 1 and 0 as what a column of truth values is compared with."""
        if other.type is Type.BOOLEAN and value.constant in {0, 1}:
            return "true" if value.constant else "false"
        return value.sql

    def _check_comparable(self, one: Expression, other: Expression) -> None:
        if Type.SHAPE in {one.type, other.type}:
            self._check_shapes(one, other)
            return
        if common_type(one.type, other.type) is not None:
            return
        for value, against in ((one, other), (other, one)):
            if value.type is Type.BOOLEAN:
                if against.constant in {0, 1} or isinstance(against.node, tree.Text):
                    return
                raise self.refused(against.node, "A truth value is compared with 1, 0, 'true' or 'false'")
        for value, against in ((one, other), (other, one)):
            if value.type.is_number:
                self._refuse_text(value, against)
                return
        message = f"{self.written(one.node)} is {one.type.word} and {self.written(other.node)} is {other.type.word}"
        raise self.refused(other.node, message)

    def _check_shapes(self, one: Expression, other: Expression) -> None:
        """Refuse shapes that are compared, but for those kept as text with a text."""
        for value, against in ((one, other), (other, one)):
            is_written = isinstance(value.shape, SQLShape) and value.shape.form == "text"
            if is_written and against.type in {Type.TEXT, Type.NULL}:
                return
        raise self.refused(one.node, "Shapes are compared by CONTAINS and INTERSECTS")

    def _refuse_text(self, number: Expression, text: Expression) -> None:
        """Refuse a number compared with what is none; a text that reads as a number is one."""
        if isinstance(text.node, tree.Text):
            if number.origin is not None and _is_number(text.node.value):
                return
            message = f"This is text, and {self.written(number.node)} is a number"
            days = _mjd_of(text.node.value) if number.unit == "d" else ""
            if days:
                message += f" of days; as a modified Julian date the text is {days}"
            raise self.refused(text.node, message, suggestion=days)
        if text.type is Type.TEXT and number.constant is not None:
            quoted = f"'{self.written(number.node)}'"
            message = f"{self.written(text.node)} is text; to compare it, write {quoted}"
            raise self.refused(number.node, message, suggestion=quoted)
        message = f"{self.written(number.node)} is a number and {self.written(text.node)} is {text.type.word}"
        raise self.refused(text.node, message)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _mjd_of(text: str) -> str:
    """Give the modified Julian date of a time in ISO 8601, for people; empty for any other text."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return f"{(time.replace(tzinfo=None) - _MJD_ZERO) / timedelta(days=1):.9g}"
