# SPDX-License-Identifier: BSD-3-Clause
"""Writes FROM: tables, subqueries, and how they are joined."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from vo.adql import tree
from vo.adql.advice import near_misses
from vo.adql.conditions import Conditions
from vo.adql.errors import ErrorCode
from vo.adql.matching import UNKNOWN_ROWS, Item, Plan, Unit
from vo.adql.naming import Named, Scope
from vo.adql.resolved import Source
from vo.adql.tables import Column, Table, Written
from vo.adql.valuetypes import common_type, type_of

__all__ = ["Joined", "Relations"]


@dataclass
class Joined:
    """Relations that are joined: how, what they give for ``*``, and which columns were merged."""

    plan: Plan
    sources: list[Source]
    stars: list[Named]
    merged: dict[str, Named] = field(default_factory=dict)


class Relations(Conditions):
    """The translator's floor of FROM."""

    common_tables: dict[str, tuple[tree.Identifier, str, Written]]

    @abstractmethod
    def query(
        self, query: tree.Query, parent: Scope | None, *, limit: int | None = None, keeps_positions: bool = False
    ) -> Written:
        """Write a query."""

    def relation(self, node: tree.Relation, parent: Scope | None) -> Joined:
        """Write an entry of FROM."""
        match node:
            case tree.TableName():
                return self._table(node)
            case tree.DerivedTable():
                # A subquery in FROM does not see its neighbours.
                written = self.query(node.query, parent, keeps_positions=True)
                return self.sourced(written, f"({written.sql})", node.alias)
            case tree.Join():
                return self._join(node, parent)
        raise self.refused(node, "This is no table", ErrorCode.SYNTAX)

    def _table(self, node: tree.TableName) -> Joined:
        last = node.parts[-1]
        if len(node.parts) == 1:
            common = self.common_tables.get(last.name.lower())
            if common is not None and (not last.is_quoted or last.name == common[0].name):
                _, name, written = common
                return self.sourced(written, name, node.alias or last)
        table = self._find(node.parts)
        if table is None:
            raise self._unknown(node)
        self.tables_used[table.full_name] = None
        source = Source(
            self.alias("t"),
            node.alias or last,
            () if node.alias else (table.schema, table.catalog),
            table.columns,
            table.by_folded,
            table,
            _rows(table),
        )
        return self._joined(source, table.sql)

    def sourced(self, written: Written, sql: str, alias: tree.Identifier) -> Joined:
        """Make a relation of a query."""
        by_folded: dict[str, tuple[Column, ...]] = {}
        for column in written.columns:
            folded = column.name.lower()
            by_folded[folded] = (*by_folded.get(folded, ()), column)
        source = Source(self.alias("t"), alias, (), written.columns, by_folded, written.table, written.rows)
        return self._joined(source, sql)

    def _joined(self, source: Source, sql: str) -> Joined:
        self.sources[source.alias] = source
        stars = [Named(f"{source.alias}.{column.sql}", column, source) for column in source.columns]
        return Joined(Item(source, sql), [source], stars)

    def _find(self, parts: tuple[tree.Identifier, ...]) -> Table | None:
        schema = parts[-2].folded if len(parts) > 1 else None
        table = self.tables.find(schema, parts[-1].folded)
        if table is None:
            return None
        names = (table.name, table.schema, table.catalog)
        for part, name in zip(reversed(parts), names, strict=False):
            if part.name != name if part.is_quoted else part.name.lower() != name.lower():
                return None
        return table

    def _unknown(self, node: tree.TableName) -> Exception:
        written = ".".join(part.name for part in node.parts)
        known = [*self.tables.names(), *(name.name for name, _, _ in self.common_tables.values())]
        bare = {name.rsplit(".", 1)[-1]: name for name in known}
        likely = near_misses(written, known)
        likely += [bare[found] for found in near_misses(node.parts[-1].name, bare) if bare[found] not in likely]
        hint = f"; is it {' or '.join(likely[:3])}?" if likely else ""
        place = tree.TableName(node.parts, start=node.start, end=node.parts[-1].end)
        message = f"There is no table {written[:120]}{hint}"
        return self.refused(place, message, ErrorCode.UNKNOWN_TABLE, "".join(likely[:1]))

    def _join(self, node: tree.Join, parent: Scope | None) -> Joined:
        left, right = self.relation(node.left, parent), self.relation(node.right, parent)
        self.check_names(left.sources + right.sources)
        scope = Scope(self.text, left.sources + right.sources, {}, parent, clause="ON")
        names = self._common(node, left, right) if node.is_natural else [name.name.lower() for name in node.using]
        equal, merged = self._merged(node, names, left, right)
        if node.condition is not None:
            scope.merged = {**left.merged, **right.merged}
            condition = self.sure_condition(node.condition, scope)
        else:
            condition = " AND ".join(equal) or "true"
        kept = {name.lower() for name in names}
        stars = [
            *merged.values(),
            *(star for side in (left, right) for star in side.stars if star.column.name.lower() not in kept),
        ]
        if (
            node.kind == "FULL"
            and not equal
            and not _has_equality(node.condition, self._told_apart(scope, left, right))
        ):
            message = "FULL JOIN needs an equality of a column of each side in its condition"
            raise self.refused(node.condition or node, message)
        plan = Unit(node.kind, left.plan, right.plan, condition, scope.pairs, scope.weights)
        both = {**left.merged, **right.merged, **{name.lower(): named for name, named in merged.items()}}
        return Joined(plan, left.sources + right.sources, stars, both)

    def _told_apart(self, scope: Scope, left: Joined, right: Joined) -> Callable[[tree.Node], int]:
        """Make what tells of a column which side of a join it is of: 1, 2, or 0 for neither."""

        def side(node: tree.Node) -> int:
            if not isinstance(node, tree.ColumnName):
                return 0
            source = scope.find(node).source
            return 1 if source in left.sources else 2 if source in right.sources else 0

        return side

    def _common(self, node: tree.Join, left: Joined, right: Joined) -> list[str]:
        there = {star.column.name.lower() for star in right.stars}
        found = [star.column.name.lower() for star in left.stars if star.column.name.lower() in there]
        if not found:
            self.note(
                node, "natural-join", "The tables of this NATURAL JOIN share no column: every row meets every row"
            )
        return list(dict.fromkeys(found))

    def _merged(
        self, node: tree.Join, names: list[str], left: Joined, right: Joined
    ) -> tuple[list[str], dict[str, Named]]:
        """Write the equalities of USING and NATURAL, and what the columns become."""
        places = {name.name.lower(): name for name in node.using}
        equal, merged = [], {}
        for name in names:
            place = places.get(name, node)
            one, other = (self._side(place, name, side) for side in (left, right))
            if common_type(type_of(one.column.field), type_of(other.column.field)) is None:
                message = f"{one.column.name} is of different kinds in the tables; use ON"
                raise self.refused(place, message)
            equal.append(f"{one.sql} = {other.sql}")
            for side in (one, other):
                self.column(place, side)
            if node.kind == "FULL":
                merged[name] = Named(f"coalesce({one.sql}, {other.sql})", one.column, None)
            else:
                merged[name] = other if node.kind == "RIGHT" else one
        return equal, merged

    def _side(self, place: tree.Node, name: str, side: Joined) -> Named:
        found = [star for star in side.stars if star.column.name.lower() == name]
        if len(found) == 1:
            return found[0]
        where = ", ".join(source.name.name for source in side.sources)[:100]
        if not found:
            likely = near_misses(name, {star.column.name for star in side.stars})
            hint = f"; is it {likely[0]}?" if likely else ""
            message = f"There is no column {name[:60]} in {where}{hint}"
            raise self.refused(place, message, ErrorCode.UNKNOWN_COLUMN, "".join(likely[:1]))
        raise self.refused(place, f"{name[:60]} is there more than once in {where}; use ON", ErrorCode.AMBIGUOUS)

    def check_names(self, sources: list[Source]) -> None:
        """Refuse two relations of one name in a FROM."""
        seen: set[tuple[str, ...]] = set()
        for source in sources:
            key = (source.name.folded.lower(), *source.qualifiers)
            if key in seen:
                message = f"{source.name.name} stands twice in FROM; give one of them another name with AS"
                raise self.refused(source.name, message, ErrorCode.AMBIGUOUS)
            seen.add(key)


def _rows(table: Table) -> int:
    """Guess how many rows there are; uploads are small."""
    if table.rows is not None:
        return table.rows
    return 1_000 if table.schema.lower() == "tap_upload" else UNKNOWN_ROWS


def _has_equality(node: tree.Condition | None, side: Callable[[tree.Node], int]) -> bool:
    """Tell whether a condition holds only where a column of one side equals one of the other."""
    if isinstance(node, tree.And):
        return any(_has_equality(term, side) for term in node.terms)
    if isinstance(node, tree.Comparison) and node.operator == "=":
        return {side(node.left), side(node.right)} == {1, 2}
    return False
