# SPDX-License-Identifier: BSD-3-Clause
"""Reads values and conditions, by the strength of their operators.

Values and conditions are read by one method, since a parenthesis does not tell what it opens; each operator then
checks what it got. Nothing is ever read twice, so that the time is that of the length.
"""

from abc import abstractmethod
from typing import cast

from vo.adql import tree
from vo.adql.calls import Calls
from vo.adql.errors import ErrorCode
from vo.adql.signatures import FUNCTIONS, Kind, kind_of
from vo.adql.tokens import NAME, NUMBER, QUOTED, STRING, Token
from vo.adql.words import AGGREGATES, Extension

__all__ = ["Expressions"]

DISJUNCTION, CONJUNCTION, NEGATION, PREDICATE, JOINING, SUM, PRODUCT, SIGN = range(1, 9)
STRENGTH = {
    "OR": DISJUNCTION,
    "AND": CONJUNCTION,
    **dict.fromkeys(("=", "<>", "!=", "<", "<=", ">", ">=", "IS", "LIKE", "ILIKE", "IN", "BETWEEN", "NOT"), PREDICATE),
    **dict.fromkeys(("||", "&", "|", "^"), JOINING),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys("*/%", PRODUCT),
}
COMPARISONS = {"=", "<>", "!=", "<", "<=", ">", ">="}
OF_THE_STANDARD = {"+", "-", "*", "/", "||"}
TESTS = {"CONTAINS", "INTERSECTS"}


class Expressions(Calls):
    """The parser's floor of values and conditions."""

    @abstractmethod
    def subquery(self) -> tree.Query:
        """Read a query in parentheses."""

    def value(self) -> tree.Value:
        """Read a value."""
        found = self._expression(PREDICATE)
        if isinstance(found, tree.Condition):
            raise self.refused(found, "Here stands a value, not a condition")
        return cast("tree.Value", found)

    def condition(self) -> tree.Condition:
        """Read a condition."""
        return self._as_condition(self._expression(0))

    def _expression(self, power: int) -> tree.Node:
        """Read all that binds more strongly than `power`."""
        return self._infix(self._prefix(power), power)

    def _infix(self, left: tree.Node, power: int) -> tree.Node:
        count = 0
        while True:
            strength = STRENGTH.get(self.what, 0)
            if strength <= power:
                return left
            count += 1
            if count > self.limits.depth:
                raise self.refused(
                    self.token, f"More than {self.limits.depth} operators in a row are not read", ErrorCode.LIMIT
                )
            if strength >= JOINING:
                left = self._operation(left, strength)
            elif strength == PREDICATE:
                left = self._predicate(self._as_value(left))
            else:
                left = self._junction(left, strength)

    def _junction(self, left: tree.Node, strength: int) -> tree.Condition:
        word = self.what
        terms = [self._as_condition(left)]
        while self.take(word):
            terms.append(self._as_condition(self._expression(strength)))
            if len(terms) > self.limits.list_values:
                raise self.refused(terms[-1], f"At most {self.limits.list_values} conditions are read", ErrorCode.LIMIT)
        make = tree.And if word == "AND" else tree.Or
        return make(tuple(terms), start=terms[0].start, end=self.last_end)

    def _operation(self, left: tree.Node, strength: int) -> tree.Value:
        sign = self.step()
        if sign.what not in OF_THE_STANDARD:
            self._check_sign(sign)
        begin = self.at
        right = self._expression(strength)
        one, other = self._as_value(left), self._as_value(right)
        if sign.what == "||":
            self._check_joined(one, is_enclosed=self.text[one.start - 1 : one.start] == "(")
            self._check_joined(other, is_enclosed=self.tokens[begin].what == "(")
        else:
            for side in (one, other):
                if kind_of(side) in {Kind.TEXT, Kind.SHAPE}:
                    raise self.refused(
                        side, f"{sign.text} needs numbers, and this is {kind_of(side).value}", ErrorCode.TYPE
                    )
        return tree.Binary(sign.what, one, other, start=one.start, end=self.last_end)

    def _check_sign(self, sign: Token) -> None:
        if sign.what == "%":
            self.needs(Extension.MODULO, sign, "%", "; write MOD(x, y)")
        else:
            self.needs(Extension.BITWISE, sign, sign.what, "; texts are joined by ||" if sign.what == "|" else "")

    def _check_joined(self, side: tree.Value, *, is_enclosed: bool) -> None:
        is_sum = isinstance(side, tree.Unary | tree.Binary) and kind_of(side) is Kind.NUMBER and not is_enclosed
        if is_sum or kind_of(side) is Kind.SHAPE:
            raise self.refused(side, f"|| joins texts, and this is {kind_of(side).value}", ErrorCode.TYPE)

    def _predicate(self, left: tree.Value) -> tree.Condition:
        token = self.step()
        what, start = token.what, left.start
        if what in COMPARISONS:
            right = self._operand()
            return tree.Comparison("<>" if what == "!=" else what, left, right, start=start, end=self.last_end)
        if what == "IS":
            is_not = self.take("NOT")
            self.expect("NULL")
            return tree.IsNull(left, is_not, start=start, end=self.last_end)
        is_not = what == "NOT"
        if is_not:
            token = self.step()
        if token.what == "BETWEEN":
            low = self._operand()
            self.expect("AND")
            return tree.Between(left, low, self._operand(), is_not, start=start, end=self.last_end)
        if token.what in {"LIKE", "ILIKE"}:
            return self._like(left, token, is_not=is_not)
        if token.what == "IN":
            return self._membership(left, is_not=is_not)
        self.at -= 1
        self.what = self.token.what
        raise self.unexpected("IN", "LIKE", "BETWEEN")

    def _operand(self) -> tree.Value:
        return self._as_value(self._expression(PREDICATE))

    def _like(self, left: tree.Value, token: Token, *, is_not: bool) -> tree.Condition:
        if token.what == "ILIKE":
            self.needs_new(token, "ILIKE")
        pattern = self._operand()
        for side in (left, pattern):
            if kind_of(side) in {Kind.NUMBER, Kind.SHAPE} and not isinstance(side, tree.Number):
                raise self.refused(
                    side, f"{token.what} compares texts, and this is {kind_of(side).value}", ErrorCode.TYPE
                )
        return tree.Like(left, pattern, token.what == "ILIKE", is_not, start=left.start, end=self.last_end)

    def _membership(self, left: tree.Value, *, is_not: bool) -> tree.Condition:
        if self.what != "(":
            raise self.unexpected("( after IN")
        if self._opens_query():
            query = self.subquery()
            return tree.InQuery(left, query, is_not, start=left.start, end=self.last_end)
        place = self.token
        self.open()
        values = [self.value()]
        while self.take(","):
            values.append(self.value())
            if len(values) > self.limits.list_values:
                message = f"IN reads at most {self.limits.list_values} values; upload longer lists as a table"
                raise self.refused(place, message, ErrorCode.LIMIT)
        self.close()
        return tree.InList(left, tuple(values), is_not, start=left.start, end=self.last_end)

    def _opens_query(self) -> bool:
        ahead = 0
        while self.peek(ahead) == "(":
            ahead += 1
        return self.peek(ahead) in {"SELECT", "WITH"}

    def _prefix(self, power: int) -> tree.Node:
        token, what = self.token, self.what
        if what is NAME or what is QUOTED:
            return self._named(token)
        if what is NUMBER:
            self.step()
            return tree.Number(token.text, start=token.start, end=token.end)
        if what is STRING:
            return self._text()
        if what == "(":
            return self._enclosed()
        if what in {"-", "+", "~"}:
            return self._signed(token)
        if what == "NOT" and power < NEGATION:
            self.step()
            operand = self._as_condition(self._expression(NEGATION))
            return tree.Not(operand, start=token.start, end=self.last_end)
        return self._worded(token)

    def _worded(self, token: Token) -> tree.Node:
        """Read what begins with a reserved word."""
        what = token.what
        if what == "NULL":
            self.step()
            return tree.Null(start=token.start, end=token.end)
        if what == "EXISTS":
            self.step()
            return tree.Exists(self.subquery(), start=token.start, end=self.last_end)
        if what == "CASE":
            return self.case(self.step())
        if self.peek() == "(":
            if what in AGGREGATES:
                return self.aggregate(self.step())
            if what in FUNCTIONS:
                return self.call(self.step())
            if what == "CAST":
                return self.cast(self.step())
        raise self.unexpected("a value")

    def _signed(self, sign: Token) -> tree.Value:
        self.step()
        if sign.what == "~":
            self.needs(Extension.BITWISE, sign, "~", "")
        if self.what in {"-", "+"}:
            raise self.unexpected("a value after the sign")
        operand = self._as_value(self._prefix(SIGN))
        if kind_of(operand) in {Kind.TEXT, Kind.SHAPE}:
            raise self.refused(operand, f"A sign needs a number, and this is {kind_of(operand).value}", ErrorCode.TYPE)
        return tree.Unary(sign.what, operand, start=sign.start, end=self.last_end)

    def _enclosed(self) -> tree.Node:
        """Read parentheses; those that open at one place are counted, not descended into."""
        if self._opens_query():
            while self.what == "(":
                self.step()
            raise self.unexpected("a value")
        count = 0
        while self.what == "(":
            self.open()
            count += 1
        self.deeper()
        node = self._expression(0)
        for more in range(count - 1, -1, -1):
            if self.what != ")" and not isinstance(node, tree.Condition) and self.what in {"AND", "OR"}:
                self._as_condition(node)
            self.close(")")
            if more:
                node = self._infix(node, 0)
        self.depth -= 1
        return node

    def _text(self) -> tree.Text:
        first = self.token
        parts = []
        while self.what is STRING:
            parts.append(self.step().text[1:-1].replace("''", "'"))
        return tree.Text("".join(parts), start=first.start, end=self.last_end)

    def _named(self, token: Token) -> tree.Value:
        if self.peek() == "(":
            self.step()
            if token.what is QUOTED:
                raise self.refused(
                    token, f"A function's name is not quoted: {token.text[:80]}", ErrorCode.UNKNOWN_FUNCTION
                )
            return self.user_call(token)
        parts = self.names("a column", 4)
        if self.what == "(":
            raise self.refused(
                parts[-1], f"A function has no schema: {parts[-1].name[:80]}(…)", ErrorCode.UNKNOWN_FUNCTION
            )
        return tree.ColumnName(parts, start=token.start, end=self.last_end)

    def _as_condition(self, node: tree.Node) -> tree.Condition:
        if isinstance(node, tree.Condition):
            return node
        if isinstance(node, tree.Call) and node.name in TESTS:
            written = " ".join(self.text[node.start : node.end].split())
            message = f"{node.name} gives 1 or 0: write 1 = {node.name}(…)"
            raise self.refused(node, message, ErrorCode.TYPE, f"1 = {written}" if len(written) <= 500 else "")
        if self.what in {"THEN", "=", *COMPARISONS} or STRENGTH.get(self.what, 0) == 0:
            self._explain_bare()
        raise self.refused(node, "Here stands a condition; compare this with something", ErrorCode.TYPE)

    def _explain_bare(self) -> None:
        """Blame the token after a value that is no condition where it is that which does not fit."""
        if self.what in {NAME, NUMBER, STRING, QUOTED, "("}:
            raise self.unexpected("=", "<", ">", "IN", "LIKE", "BETWEEN", "IS", "AND", "OR")

    def _as_value(self, node: tree.Node) -> tree.Value:
        if isinstance(node, tree.Condition):
            raise self.refused(
                self.token, "What stands before is a condition; conditions are joined by AND and OR", ErrorCode.TYPE
            )
        return cast("tree.Value", node)
