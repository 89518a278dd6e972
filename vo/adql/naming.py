# SPDX-License-Identifier: BSD-3-Clause
"""Names: which relations and columns a part of a query sees, and which it means."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from vo.adql import tree
from vo.adql.advice import near_misses
from vo.adql.errors import ADQLError, ErrorCode
from vo.adql.resolved import Source
from vo.adql.shapes import ColumnShape, PointShape, Shape
from vo.adql.tables import Column

__all__ = ["Named", "Pair", "Scope"]


@dataclass(frozen=True)
class Named:
    """A column of a relation, or one that a join merged of two."""

    sql: str
    column: Column
    source: Source | None
    is_outer: bool = False


@dataclass(frozen=True)
class Pair:
    """A condition that all rows meet.

    Two places lie within `radius` of each other, or a place in a shape of another table, or two regions meet.

    Parameters
    ----------
    degrees
        The radius, if it is known; else `needs` has the relation that has it.
    needs
        The relations that the shape or the radius names.
    marker
        What stands for the condition until it is known whether looking up has met it already.
    sql
        The condition.
    """

    one: PointShape | ColumnShape
    other: Shape
    radius: str = ""
    degrees: float | None = None
    needs: frozenset[str] = frozenset()
    marker: str = ""
    sql: str = ""


@dataclass
class Scope:
    """What may be named at a place of a query.

    Parameters
    ----------
    merged
        Columns that USING and NATURAL made of two, by their names in lower case.
    clause
        What is being read, such as ``WHERE``.
    groups
        The SQL of what rows are grouped by; None where they are not.
    pairs
        What every row must meet, as far as it is about places of two relations.
    loose
        The columns named in conditions outside of aggregates.
    weights
        Which part of each relation, by its SQL alias, the conditions leave.
    is_grouped
        Whether a condition holds an aggregate.
    """

    text: str
    sources: list[Source] = field(default_factory=list)
    merged: dict[str, Named] = field(default_factory=dict)
    parent: "Scope | None" = None
    clause: str = "SELECT"
    groups: frozenset[str] | None = None
    pairs: list[Pair] = field(default_factory=list)
    loose: list[tree.Node] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)
    is_grouped: bool = False

    def narrow(self, alias: str, part: float) -> None:
        """Keep that a condition leaves a part of a relation's rows."""
        self.weights[alias] = self.weights.get(alias, 1.0) * part

    def find(self, name: tree.ColumnName) -> Named:
        """Find a column.

        Raises
        ------
        ADQLError
            There is none of this name, or more than one.
        """
        scope: Scope | None = self
        while scope is not None:
            found = scope.matches(name)
            if found:
                if len(found) > 1:
                    raise scope.ambiguous(name, found)
                named = found[0]
                return named if scope is self else Named(named.sql, named.column, named.source, is_outer=True)
            scope = scope.parent
        raise self._unknown(name)

    def qualified(self, parts: tuple[tree.Identifier, ...]) -> list[Source]:
        """Give the relations of this scope that a qualifier means."""
        return [source for source in self.sources if _means(source, parts)]

    def matches(self, name: tree.ColumnName) -> list[Named]:
        """Give all columns of this scope alone that a name may mean."""
        last = name.parts[-1]
        if len(name.parts) == 1:
            merged = self.merged.get(last.name.lower())
            if merged is not None and (not last.is_quoted or merged.column.name == last.name):
                return [merged]
            sources = self.sources
        else:
            sources = self.qualified(name.parts[:-1])
        return [
            Named(f"{source.alias}.{column.sql}", column, source)
            for source in sources
            for column in _matching(source, last)
        ]

    def ambiguous(self, name: tree.ColumnName, found: list[Named]) -> ADQLError:
        """Make the error about a name that means more than one column."""
        last = name.parts[-1]
        ways = [f"{named.source.name.name}.{named.column.name}" for named in found if named.source is not None]
        message = f"{last.name} may be {' or '.join(dict.fromkeys(ways))}; write which"
        return ADQLError.at(self.text, name.start, name.end, message, ErrorCode.AMBIGUOUS, ways[0] if ways else "")

    def _unknown(self, name: tree.ColumnName) -> ADQLError:
        last, qualifier = name.parts[-1], name.parts[:-1]
        written = ".".join(part.name for part in name.parts)[:120]
        if qualifier and not any(scope.qualified(qualifier) for scope in self._upwards()):
            return self.unknown_qualifier(name, qualifier)
        sources = (
            self.qualified(qualifier) if qualifier else [one for scope in self._upwards() for one in scope.sources]
        )
        known = {column.name for source in sources for column in source.columns}
        if last.is_quoted and last.name.lower() in {other.lower() for other in known}:
            right = next(other for other in known if other.lower() == last.name.lower())
            message = f'"{last.name}" is not "{right}": quoted names are compared letter by letter'
            return self._refused(last, message, ErrorCode.UNKNOWN_COLUMN, right)
        likely = near_misses(last.name, known)
        if last.is_quoted and not qualifier and not likely:
            message = f"There is no column {written}; texts stand between single quotes"
            return self._refused(last, message, ErrorCode.UNKNOWN_COLUMN, f"'{last.name}'")
        where = f" in {sources[0].name.name}" if len(sources) == 1 else ""
        hint = f"; is it {' or '.join(likely)}?" if likely else ""
        if not likely and any(last.folded == source.name.folded for source in sources):
            hint = "; that is a table"
        message = f"There is no column {written}{where}{hint}"
        return self._refused(last, message, ErrorCode.UNKNOWN_COLUMN, "".join(likely[:1]))

    def unknown_qualifier(self, name: tree.Node, qualifier: tuple[tree.Identifier, ...]) -> ADQLError:
        """Make the error about a table that is not in FROM."""
        written = ".".join(part.name for part in qualifier)[:120]
        names = [source.name.name for scope in self._upwards() for source in scope.sources]
        renamed = [
            source.name.name
            for scope in self._upwards()
            for source in scope.sources
            if source.table is not None and source.table.name.lower() == qualifier[-1].name.lower()
        ]
        likely = renamed or near_misses(written, names)
        hint = f"; it is called {renamed[0]} here" if renamed else f"; there {_are(names)}"
        message = f"{written} is no table of this FROM{hint}"
        return ADQLError.at(
            self.text, name.start, qualifier[-1].end, message, ErrorCode.UNKNOWN_TABLE, "".join(likely[:1])
        )

    def _upwards(self) -> "Iterator[Scope]":
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def _refused(self, place: tree.Node, message: str, code: ErrorCode, suggestion: str) -> ADQLError:
        return ADQLError.at(self.text, place.start, place.end, message, code, suggestion)


def _are(names: list[str]) -> str:
    shown = ", ".join(names[:8])
    return f"is {shown}" if len(names) == 1 else f"are {shown}"


def _matching(source: Source, name: tree.Identifier) -> tuple[Column, ...]:
    found = source.by_folded.get(name.name.lower(), ())
    if name.is_quoted:
        return tuple(column for column in found if column.name == name.name)
    if len(found) > 1:
        # Names that differ by case alone: the one that needs no quotes.
        return tuple(column for column in found if column.name == name.folded) or found
    return found


def _means(source: Source, parts: tuple[tree.Identifier, ...]) -> bool:
    if not _same(parts[-1], source.name):
        return False
    before = parts[:-1]
    if len(before) > len(source.qualifiers):
        return False
    return all(
        part.name.lower() == other.lower() if not part.is_quoted else part.name == other
        for part, other in zip(reversed(before), source.qualifiers, strict=False)
    )


def _same(one: tree.Identifier, other: tree.Identifier) -> bool:
    if one.is_quoted and other.is_quoted:
        return one.name == other.name
    return (
        one.name.lower() == other.name.lower() if not (one.is_quoted or other.is_quoted) else one.folded == other.folded
    )
