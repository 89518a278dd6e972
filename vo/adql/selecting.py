# SPDX-License-Identifier: BSD-3-Clause
"""Writes SELECT, set operations and WITH, and describes what they give."""
# ruff: noqa: S608

import re
from dataclasses import dataclass, field, replace

from vo.adql import tree
from vo.adql.errors import ADQLError, ErrorCode
from vo.adql.matching import Finder, Item, Unit, write_from
from vo.adql.naming import Named, Pair, Scope
from vo.adql.relations import Joined, Relations
from vo.adql.resolved import Expression, Source, field_of
from vo.adql.tables import Column, PositionIndex, Table, Written
from vo.adql.valuetypes import common_type, storage_of, type_of
from vo.tables import Field

__all__ = ["Selecting"]

LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
Arm = tree.Select | tree.SetOperation | tree.Query


@dataclass
class _Output:
    """A column of the result: its name in queries, its name in SQL, and what it is."""

    name: str
    alias: str
    value: Expression
    field: Field
    reach: int


@dataclass
class _Parts:
    """A SELECT in the making."""

    node: tree.Select
    scope: Scope
    joined: list[Joined]
    where: str = ""
    groups: list[str] = field(default_factory=list)
    outputs: list[_Output] = field(default_factory=list)
    having: str = ""
    order: list[str] = field(default_factory=list)


class Selecting(Relations):
    """The translator's floor of queries."""

    def statement(self, node: tree.Statement, limit: int | None) -> Written:
        """Write a whole query."""
        self.common_tables = {}
        common = []
        for item in node.common_tables:
            if item.name.name.lower() in self.common_tables:
                raise self.refused(item.name, f"{item.name.name} stands twice in WITH", ErrorCode.AMBIGUOUS)
            name = self.alias("w")
            written = self.query(item.query, None, keeps_positions=True)
            self.common_tables[item.name.name.lower()] = (item.name, name, written)
            # What is looked up by place must not be made as a whole first.
            how = "AS NOT MATERIALIZED" if written.table else "AS"
            common.append(f"{name} {how} ({written.sql})")
        written = self.query(node.query, None, limit=limit)
        sql = f"WITH {', '.join(common)} {written.sql}" if common else written.sql
        return Written(sql, self._unique(node, written.columns))

    def _unique(self, node: tree.Node, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """Give every column a name of its own; many forms of tables want that."""
        seen: dict[str, int] = {}
        taken = {column.name.lower() for column in columns}
        made = []
        for column in columns:
            folded = column.name.lower()
            count = seen.get(folded, 0) + 1
            name = column.name
            while count > 1 and f"{name}_{count}".lower() in taken:
                count += 1
            seen[folded] = count
            if count > 1:
                name = f"{name}_{count}"
                taken.add(name.lower())
                self.note(node, "renamed", f"There is more than one {column.name}; one of them is called {name}")
            made.append(
                replace(column, field=replace(column.field, name=name, id="" if count > 1 else column.field.id))
            )
        return tuple(made)

    def subquery(self, query: tree.Query, scope: Scope) -> Written:
        """Write a query within one."""
        return self.query(query, scope)

    def query(
        self, query: tree.Query, parent: Scope | None, *, limit: int | None = None, keeps_positions: bool = False
    ) -> Written:
        """Write a query."""
        if isinstance(query.body, tree.Select):
            return self._select(query.body, query, parent, limit, keeps_positions=keeps_positions)
        written = self._arm(query.body, parent)
        return self._outside(query, written, parent, limit)

    def _outside(self, query: tree.Query, written: Written, parent: Scope | None, limit: int | None) -> Written:
        """Sort and cut what set operations give."""
        if not query.order_by and query.offset is None and limit is None:
            return written
        name = tree.Identifier("", start=query.start, end=query.start)
        source = self.sourced(written, "", name).sources[0]
        scope = Scope(self.text, [source], parent=parent, clause="ORDER BY")
        order = []
        for term in query.order_by:
            place = self._place_of(term.value, [column.name for column in written.columns])
            if place is not None:
                sql = f"{source.alias}.{written.columns[place].sql}"
            else:
                sql = self.value(term.value, scope).sql
            order.append(sql + (" DESC" if term.is_descending else ""))
        sql = f"SELECT * FROM ({written.sql}) AS {source.alias}{self._tail(order, query.offset, limit)}"
        return Written(sql, written.columns, rows=written.rows)

    def _tail(self, order: list[str], offset: int | None, limit: int | None) -> str:
        tail = f" ORDER BY {', '.join(order)}" if order else ""
        if limit is not None:
            tail += f" LIMIT {limit}"
        return tail + (f" OFFSET {offset}" if offset is not None else "")

    def _arm(self, node: Arm, parent: Scope | None) -> Written:
        match node:
            case tree.Select():
                return self._select(node, tree.Query(node, start=node.start, end=node.end), parent, None)
            case tree.Query():
                return self.query(node, parent)
            case tree.SetOperation():
                return self._set(node, parent)

    def _set(self, node: tree.SetOperation, parent: Scope | None) -> Written:
        left, right = self._arm(node.left, parent), self._arm(node.right, parent)
        if len(left.columns) != len(right.columns):
            counts = f"{len(left.columns)} and {len(right.columns)}"
            message = f"The queries of {node.operator} must give as many columns each, not {counts}"
            raise self.refused(node.right, message, ErrorCode.ARGUMENTS)
        columns = []
        for one, other in zip(left.columns, right.columns, strict=True):
            kind = common_type(type_of(one.field), type_of(other.field))
            if kind is None:
                words = f"{type_of(one.field).word} and {type_of(other.field).word}"
                raise self.refused(node.right, f"{one.name} would be {words} in one column")
            frame = one.field.frame if one.field.frame == other.field.frame else None
            made = replace(one.field, frame=frame)
            if kind is not type_of(one.field):
                datatype, arraysize, xtype, _ = storage_of(kind)
                made = replace(made, datatype=datatype, arraysize=arraysize, xtype=xtype, null=None)
            columns.append(replace(one, field=made, reach=one.reach + other.reach))
        word = f"{node.operator} ALL" if node.is_all else node.operator
        return Written(f"({left.sql}) {word} ({right.sql})", tuple(columns), rows=left.rows + right.rows)

    def _select(
        self,
        node: tree.Select,
        query: tree.Query,
        parent: Scope | None,
        limit: int | None,
        *,
        keeps_positions: bool = False,
    ) -> Written:
        joined = [self.relation(relation, parent) for relation in node.relations]
        sources = [source for one in joined for source in one.sources]
        if len(joined) > 1:
            self.check_names(sources)
        merged: dict[str, Named] = {}
        for one in joined:
            merged.update(one.merged)
        parts = _Parts(node, Scope(self.text, sources, merged, parent), joined)
        self._filter(parts)
        self._group(parts)
        self._list(parts)
        self._have_and_order(parts, query)
        self._check_groups(parts)
        hidden = self._positions(parts, query) if keeps_positions else []
        top = min((number for number in (node.top, limit) if number is not None), default=None)
        sql = self._sql(parts, hidden) + self._tail(parts.order, query.offset, top)
        columns = tuple(Column(output.field, output.alias, reach=output.reach) for output in parts.outputs)
        positions = tuple(index for _, index in hidden)
        left = [source.rows * parts.scope.weights.get(source.alias, 1.0) for source in sources]
        rows = max(left) if top is None else min(top, *left)
        base = sources[0].table.rows if sources[0].table is not None else None
        table = Table("", "", "", columns, positions=positions, rows=base) if hidden else None
        return Written(sql, columns, table, rows)

    def _filter(self, parts: _Parts) -> None:
        if parts.node.where is not None:
            parts.scope.clause = "WHERE"
            parts.where = self.sure_condition(parts.node.where, parts.scope)
            parts.scope.loose.clear()

    def _group(self, parts: _Parts) -> None:
        if not parts.node.group_by:
            return
        parts.scope.clause = "GROUP BY"
        for term in parts.node.group_by:
            made = self.value(self._group_term(term, parts), parts.scope)
            if made.constant is not None or isinstance(made.node, tree.Text | tree.Null):
                raise self.refused(term, "GROUP BY needs a column or an expression", ErrorCode.GROUPING)
            parts.groups.append(made.sql)
        parts.scope.groups = frozenset(parts.groups)

    def _group_term(self, term: tree.Value, parts: _Parts) -> tree.Value:
        """Give what a place or a name of the list stands for; names of columns go before those of the list."""
        items = parts.node.items
        if isinstance(term, tree.Number) and term.is_integer:
            place = int(term.text[:9]) - 1
            item = items[place] if 0 <= place < len(items) else None
            if not isinstance(item, tree.SelectItem):
                raise self.refused(term, f"The list has no column {term.text[:20]} to group by", ErrorCode.GROUPING)
            return item.value
        if isinstance(term, tree.ColumnName) and len(term.parts) == 1:
            try:
                parts.scope.find(term)
            except ADQLError:
                for item in items:
                    if isinstance(item, tree.SelectItem) and item.alias and _is_name(term.parts[0], item.alias):
                        return item.value
                raise
        return term

    def _list(self, parts: _Parts) -> None:
        parts.scope.clause = "SELECT"
        for item in parts.node.items:
            if isinstance(item, tree.Star):
                for named in self._star(item, parts):
                    value = self.value_of(item, named, parts.scope)
                    self._give(parts, value, named.column.name, named.column.reach)
            else:
                before = self.reach
                value = self.value(item.value, parts.scope)
                name = item.alias.name if item.alias else self._name_of(value, len(parts.outputs) + 1)
                self._give(parts, value, name, self.reach - before)

    def value_of(self, node: tree.Node, named: Named, scope: Scope) -> Expression:
        """Write a column that ``*`` stands for."""
        made = self.column(node, named)
        if scope.groups is not None and made.sql in scope.groups:
            made.loose = ()
        return made

    def _give(self, parts: _Parts, value: Expression, name: str, reach: int) -> None:
        if len(parts.outputs) >= self.limits.columns:
            message = f"A query gives at most {self.limits.columns} columns"
            raise self.refused(value.node, message, ErrorCode.LIMIT)
        text = "" if value.origin is not None else self.written(value.node)
        described = field_of(value, name, text)
        parts.outputs.append(_Output(name, f"c{len(parts.outputs) + 1}", value, described, max(reach, 1)))

    def _star(self, star: tree.Star, parts: _Parts) -> list[Named]:
        if not star.qualifier:
            return [named for one in parts.joined for named in one.stars]
        found = parts.scope.qualified(star.qualifier)
        if not found:
            raise parts.scope.unknown_qualifier(star, star.qualifier)
        source = found[0]
        return [Named(f"{source.alias}.{column.sql}", column, source) for column in source.columns]

    def _name_of(self, value: Expression, place: int) -> str:
        """Make a legal name for what has none."""
        if value.origin is not None:
            return value.origin.name
        node = value.node
        if isinstance(node, tree.Aggregate | tree.Call):
            inner = node.argument if isinstance(node, tree.Aggregate) else None
            if isinstance(inner, tree.ColumnName) and LEGAL.fullmatch(inner.parts[-1].name):
                return f"{node.name.lower()}_{inner.parts[-1].name.lower()}"
            return node.name.lower()
        return f"column_{place}"

    def _have_and_order(self, parts: _Parts, query: tree.Query) -> None:
        if parts.node.having is not None:
            parts.scope.clause = "HAVING"
            parts.having = self.condition(parts.node.having, parts.scope)
        parts.scope.clause = "ORDER BY"
        names = [output.name for output in parts.outputs]
        for term in query.order_by:
            place = self._place_of(term.value, names)
            if place is None:
                made = self.value(term.value, parts.scope)
                parts.scope.loose.extend(made.loose)
                sql = made.sql
                if parts.node.is_distinct and sql not in {output.value.sql for output in parts.outputs}:
                    message = "With DISTINCT only columns of the list can be sorted by"
                    raise self.refused(term.value, message, ErrorCode.GROUPING)
            else:
                sql = parts.outputs[place].alias
            parts.order.append(sql + (" DESC" if term.is_descending else ""))

    def _place_of(self, value: tree.Value, names: list[str]) -> int | None:
        """Tell which column of the list ORDER BY means by a number or a name; None for an expression."""
        if isinstance(value, tree.Number):
            place = int(value.text[:9])
            if not 1 <= place <= len(names):
                raise self.refused(value, f"The list has no column {value.text[:20]}; it has {len(names)}")
            return place - 1
        if isinstance(value, tree.ColumnName) and len(value.parts) == 1:
            found = [at for at, name in enumerate(names) if _is_name(value.parts[0], tree.Identifier(name))]
            return found[0] if len(found) == 1 else None
        return None

    def _check_groups(self, parts: _Parts) -> None:
        values = [output.value for output in parts.outputs]
        is_grouped = bool(parts.groups) or bool(parts.having) or parts.scope.is_grouped
        if not is_grouped and not any(value.is_aggregate for value in values):
            return
        for value in values:
            for name in value.loose:
                raise self._ungrouped(name, parts)
        for name in parts.scope.loose:
            raise self._ungrouped(name, parts)

    def _ungrouped(self, name: tree.Node, parts: _Parts) -> ADQLError:
        written = self.written(name)
        how = "it is not in GROUP BY" if parts.groups else "there is no GROUP BY"
        message = f"{written} has many values in a group, and {how}; group by it, or take MIN, MAX, AVG of it"
        return self.refused(name, message, ErrorCode.GROUPING)

    def _positions(self, parts: _Parts, query: tree.Query) -> list[tuple[str, PositionIndex]]:
        """Keep the index of positions usable outside of a subquery that gives rows of one table as they are."""
        node = parts.node
        is_plain = not (node.is_distinct or node.top is not None or query.offset is not None or query.order_by)
        plan = parts.joined[0].plan
        if not is_plain or len(parts.joined) > 1 or not isinstance(plan, Item) or parts.groups:
            return []
        if any(output.value.is_aggregate for output in parts.outputs) or plan.source.table is None:
            return []
        found: list[tuple[str, PositionIndex]] = []
        for index in plan.source.table.positions:
            names = [self._given_as(parts, plan.source, name) for name in (index.ra, index.dec)]
            if names[0] and names[1]:
                alias = f"h{len(found) + 1}"
                cell = plan.source.by_folded.get(index.hpx29.lower())
                sql = f"{plan.source.alias}.{cell[0].sql if cell else index.hpx29}"
                found.append((f"{sql} AS {alias}", PositionIndex(names[0], names[1], alias)))
        return found

    def _given_as(self, parts: _Parts, source: Source, name: str) -> str:
        for output in parts.outputs:
            origin = output.value.origin
            if output.value.source is source and origin is not None and origin.name == name:
                return output.name
        return ""

    def _pairs(self, parts: _Parts) -> list[Pair]:
        """Give all that is said of places of two tables."""
        found, waiting = list(parts.scope.pairs), [one.plan for one in parts.joined]
        while waiting:
            plan = waiting.pop()
            if isinstance(plan, Unit):
                found += plan.pairs
                waiting += [plan.left, plan.right]
        return found

    def _sql(self, parts: _Parts, hidden: list[tuple[str, PositionIndex]]) -> str:
        finder = Finder(self.position_index, self.region_index)
        plans = [one.plan for one in parts.joined]
        pairs = self._pairs(parts)
        found = write_from(plans, parts.scope.pairs, parts.scope.weights, finder)
        for code, count in (("index", len(found.used)), ("no-index", len(pairs) - len(found.used))):
            if count > 0:
                how = "are matched by their index" if code == "index" else "are compared row by row: none has an index"
                self.note(parts.node.relations[0], code, f"Places of two tables {how}")
        items = [f"{output.value.sql} AS {output.alias}" for output in parts.outputs] + [sql for sql, _ in hidden]
        words = ["SELECT DISTINCT" if parts.node.is_distinct else "SELECT", ", ".join(items), "FROM", found.sql]
        where = [*found.conditions, *([parts.where] if parts.where else [])]
        if where:
            words += ["WHERE", " AND ".join(where)]
        if parts.groups:
            words += ["GROUP BY", ", ".join(parts.groups)]
        if parts.having:
            words += ["HAVING", parts.having]
        sql = " ".join(words)
        for pair in pairs:
            if pair.marker:
                sql = sql.replace(pair.marker, "true" if pair.marker in found.met else pair.sql)
        return sql


def _is_name(one: tree.Identifier, other: tree.Identifier) -> bool:
    if one.is_quoted:
        return one.name == other.name
    return one.name.lower() == other.name.lower()
