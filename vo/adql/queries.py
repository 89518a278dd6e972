# SPDX-License-Identifier: BSD-3-Clause
"""Reads queries: SELECT and what belongs to it, set operations, WITH."""

from collections.abc import Collection

from vo.adql import tree
from vo.adql.errors import ErrorCode
from vo.adql.expressions import Expressions
from vo.adql.tokens import END, NAME, QUOTED, Token
from vo.adql.words import Extension, Limits

__all__ = ["STANDARD_LIMITS", "parse"]

JOIN_WORDS = {"JOIN", "NATURAL", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"}
SETS = {"UNION", "EXCEPT", "INTERSECT"}
Operand = tree.Select | tree.SetOperation | tree.Query
STANDARD_LIMITS = Limits()


def parse(
    text: str,
    version: str = "2.1",
    extensions: Collection[Extension | str] = (),
    limits: Limits = STANDARD_LIMITS,
) -> tree.Statement:
    """Read a query.

    Parameters
    ----------
    version
        ``2.0`` or ``2.1``.
    extensions
        What is allowed beyond the standard.

    Raises
    ------
    ADQLError
        The text is no query of this version.
    """
    parser = _Queries(
        text, version=version, extensions=frozenset(Extension(extension) for extension in extensions), limits=limits
    )
    try:
        return parser.statement()
    except RecursionError:
        # The limits end sooner, unless whoever calls stands deep already.
        raise parser.refused(parser.token, "The query is nested too deeply", ErrorCode.LIMIT) from None


class _Queries(Expressions):
    """The parser's floor of queries."""

    arms = 0

    def statement(self) -> tree.Statement:
        common: list[tree.CommonTable] = []
        if self.what == "WITH":
            self.needs_new(self.token, "WITH")
            self.step()
            common.append(self._common_table())
            while self.take(","):
                common.append(self._common_table())
        query = self.query()
        self.take(";")
        if self.what is not END:
            raise self.unexpected(*self._next_words())
        return tree.Statement(query, tuple(common), self.text, start=query.start, end=self.last_end)

    def _common_table(self) -> tree.CommonTable:
        name = self.identifier("a name after WITH")
        self.expect("AS")
        return tree.CommonTable(name, self.subquery(), start=name.start, end=self.last_end)

    def subquery(self) -> tree.Query:
        self.open()
        self.deeper()
        query = self.query()
        self.close()
        self.depth -= 1
        return query

    def query(self) -> tree.Query:
        start = self.token.start
        body = self._sets()
        order: tuple[tree.OrderTerm, ...] = ()
        offset = None
        if self.take("ORDER"):
            self.expect("BY")
            order = self._order()
        if self.what == "OFFSET":
            self.step()
            offset = self.whole_number("OFFSET")
        if isinstance(body, tree.Query) and not order and offset is None:
            return body
        return tree.Query(body, order, offset, start=start, end=self.last_end)

    def _sets(self) -> Operand:
        """Read UNION and EXCEPT; INTERSECT binds more strongly (ADQL 2.1 §2.2.2)."""
        left = self._intersections()
        while self.what in {"UNION", "EXCEPT"}:
            token, is_all = self._set_operator()
            left = self._combined(token, left, self._intersections(), is_all=is_all)
        return left

    def _intersections(self) -> Operand:
        left = self._arm()
        while self.what == "INTERSECT":
            token, is_all = self._set_operator()
            left = self._combined(token, left, self._arm(), is_all=is_all)
        return left

    def _set_operator(self) -> tuple[Token, bool]:
        token = self.step()
        self.needs_new(token, token.what)
        self.arms += 1
        if self.arms >= self.limits.arms:
            message = f"At most {self.limits.arms} queries are joined by {token.what}"
            raise self.refused(token, message, ErrorCode.LIMIT)
        is_all = self.take("ALL")
        if not is_all:
            self.take("DISTINCT")
        return token, is_all

    def _combined(self, token: Token, left: Operand, right: Operand, *, is_all: bool) -> tree.SetOperation:
        return tree.SetOperation(token.what, left, right, is_all, start=left.start, end=self.last_end)

    def _arm(self) -> Operand:
        if self.what == "(":
            return self.subquery()
        return self._select()

    def _select(self) -> tree.Select:
        start = self.token.start
        self.expect("SELECT")
        is_distinct = self.take("DISTINCT")
        if not is_distinct:
            self.take("ALL")
        top = None
        if self.take("TOP"):
            top = self.whole_number("TOP")
        items = [self._item()]
        while self.take(","):
            items.append(self._item())
        if self.what != "FROM":
            raise self.unexpected("FROM", ",", *(("another name",) if self.what not in {NAME, QUOTED} else ()))
        self.step()
        relations = [self._relation()]
        while self.take(","):
            relations.append(self._relation())
        where = self.condition() if self.take("WHERE") else None
        group = self._groups() if self.take("GROUP") else ()
        having = self.condition() if self.take("HAVING") else None
        return tree.Select(
            tuple(items), tuple(relations), where, group, having, is_distinct, top, start=start, end=self.last_end
        )

    def _item(self) -> tree.SelectItem | tree.Star:
        start = self.token.start
        if self.take("*"):
            return tree.Star(start=start, end=self.last_end)
        if self.what in {NAME, QUOTED} and (qualifier := self._star_qualifier()):
            return tree.Star(qualifier, start=start, end=self.last_end)
        value = self.value()
        return tree.SelectItem(value, self._alias(), start=start, end=self.last_end)

    def _star_qualifier(self) -> tuple[tree.Identifier, ...]:
        """Read ``name.*`` if that is what stands here."""
        ahead = 0
        while self.peek(ahead) in {NAME, QUOTED} and self.peek(ahead + 1) == ".":
            ahead += 2
        if ahead == 0 or self.peek(ahead) != "*":
            return ()
        qualifier = self.names("a table", 3)
        self.step()
        self.step()
        return qualifier

    def _alias(self) -> tree.Identifier | None:
        if self.take("AS"):
            return self.identifier("a name after AS")
        return self.identifier() if self.what in {NAME, QUOTED} else None

    def _groups(self) -> tuple[tree.Value, ...]:
        self.expect("BY")
        groups = [self.value()]
        while self.take(","):
            groups.append(self.value())
        if self.version == "2.0":
            for group in groups:
                if not isinstance(group, tree.ColumnName):
                    raise self.refused(group, "ADQL 2.0 groups by columns only", ErrorCode.VERSION)
        return tuple(groups)

    def _order(self) -> tuple[tree.OrderTerm, ...]:
        terms = [self._order_term()]
        while self.take(","):
            terms.append(self._order_term())
        return tuple(terms)

    def _order_term(self) -> tree.OrderTerm:
        value = self.value()
        if isinstance(value, tree.Text | tree.Null) or (isinstance(value, tree.Number) and not value.is_integer):
            raise self.refused(
                value, "ORDER BY needs a column, its place in the list, or an expression", ErrorCode.TYPE
            )
        is_plain = isinstance(value, tree.ColumnName | tree.Number)
        if self.version == "2.0" and not is_plain:
            raise self.refused(value, "ADQL 2.0 sorts by columns only", ErrorCode.VERSION)
        is_descending = self.take("DESC")
        if not is_descending:
            self.take("ASC")
        return tree.OrderTerm(value, is_descending, start=value.start, end=self.last_end)

    def _relation(self) -> tree.Relation:
        return self._joins(self._single_relation())

    def _joins(self, left: tree.Relation) -> tree.Relation:
        while self.what in JOIN_WORDS:
            left = self._join(left)
        return left

    def _join(self, left: tree.Relation) -> tree.Relation:
        first = self.token
        is_natural = self.take("NATURAL")
        kind = self._join_kind(first, is_natural=is_natural)
        self.expect("JOIN")
        right = self._single_relation()
        if kind == "CROSS" or is_natural:
            if self.what in {"ON", "USING"}:
                name = "NATURAL JOIN" if is_natural else "CROSS JOIN"
                raise self.refused(self.token, f"{name} has no {self.token.what}")
            return tree.Join(kind, left, right, is_natural=is_natural, start=left.start, end=self.last_end)
        if self.what in JOIN_WORDS:
            # a JOIN b JOIN c ON … ON …: the inner join comes first.
            self.deeper()
            right = self._joins_until_condition(right)
            self.depth -= 1
        if self.take("ON"):
            return tree.Join(kind, left, right, self.condition(), start=left.start, end=self.last_end)
        if self.what != "USING":
            raise self.unexpected("ON", "USING")
        self.step()
        self.open()
        using = [self.identifier("a column")]
        while self.take(","):
            using.append(self.identifier("a column"))
        self.close()
        return tree.Join(kind, left, right, using=tuple(using), start=left.start, end=self.last_end)

    def _joins_until_condition(self, left: tree.Relation) -> tree.Relation:
        while self.what in JOIN_WORDS:
            left = self._join(left)
        return left

    def _join_kind(self, first: Token, *, is_natural: bool) -> str:
        if self.what == "CROSS":
            self.needs(Extension.CROSS_JOIN, first, "CROSS JOIN", "; write FROM a, b")
            if is_natural:
                raise self.unexpected("JOIN")
            self.step()
            return "CROSS"
        if self.take("INNER"):
            return "INNER"
        if self.what in {"LEFT", "RIGHT", "FULL"}:
            kind = self.step().what
            self.take("OUTER")
            return kind
        return "INNER"

    def _single_relation(self) -> tree.Relation:
        self.tables += 1
        if self.tables > self.limits.tables:
            raise self.refused(
                self.token, f"At most {self.limits.tables} tables are joined in a query", ErrorCode.LIMIT
            )
        start = self.token.start
        if self.what != "(":
            if self.what not in {NAME, QUOTED}:
                raise self.unexpected("a table")
            parts = self.names("a table", 3)
            if self.what == "(":
                name = ".".join(part.name for part in parts)[:80]
                raise self.refused(parts[-1], f"{name}: in FROM stand tables, not functions", ErrorCode.UNKNOWN_TABLE)
            return tree.TableName(parts, self._alias(), start=start, end=self.last_end)
        if self.peek() in {"SELECT", "WITH"} or (self.peek() == "(" and self.opens_subquery()):
            query = self.subquery()
            alias = self._alias()
            if alias is None:
                raise self.refused(query, "A subquery in FROM needs a name: (SELECT …) AS name")
            return tree.DerivedTable(query, alias, start=start, end=self.last_end)
        self.open()
        self.deeper()
        inner = self._relation()
        if not isinstance(inner, tree.Join):
            raise self.unexpected("JOIN")
        self.close()
        self.depth -= 1
        return inner

    def opens_subquery(self) -> bool:
        """Tell whether the parentheses here hold a query made of queries rather than joined tables."""
        ahead = 0
        while self.peek(ahead) == "(":
            ahead += 1
        if self.peek(ahead) not in {"SELECT", "WITH"}:
            return False
        # ((SELECT …) AS a JOIN …) is a join; ((SELECT …) UNION …) is a query: what follows the inner one tells.
        depth, place = 1, ahead
        while depth and self.peek(place) is not END:
            depth += {"(": 1, ")": -1}.get(self.peek(place), 0)
            place += 1
        return self.peek(place) in SETS or self.peek(place) in {")", "ORDER", "OFFSET"}

    def _next_words(self) -> list[str]:
        """Tell what may follow where the query seems to end."""
        return ["WHERE", "GROUP", "HAVING", "ORDER", "OFFSET", "UNION", "the end of the query"]
