# SPDX-License-Identifier: BSD-3-Clause
"""What a query may name: tables, their columns, and the indexes that find places on the sky."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from vo.sky import Region
from vo.tables import Field

__all__ = [
    "Column",
    "EntryIndex",
    "ForeignKey",
    "Lookup",
    "Nearness",
    "PositionIndex",
    "RegionIndex",
    "Table",
    "TableMap",
    "TableSet",
    "Written",
]

Composed = Callable[[str], Sequence[Sequence[tuple[str, str]]]]
"""Takes a text apart: which columns of the same table hold what where a column has it; any one of several ways."""


@dataclass(frozen=True)
class Lookup:
    """A small relation that has the texts of a column of a large table, all that who asks may know of.

    Parameters
    ----------
    sql
        The relation in SQL; trusted, as are the others.
    key
        The column that both have; the table has an index of it, though queries may not know of it.
    column
        That has the texts.
    """

    sql: str
    key: str
    column: str


@dataclass(frozen=True)
class Nearness:
    """Another column of numbers that has an index, and is hardly less than this one in most rows.

    Parameters
    ----------
    column
        Its name in SQL, which is trusted as is the other.
    below
        By how much it may be less.
    is_far
        The column that is true where it is less by more, or missing; such rows are few, and have an index.
    """

    column: str
    below: float
    is_far: str


@dataclass(frozen=True)
class Column:
    """A column.

    Parameters
    ----------
    sql
        Its name in SQL, quoted where that is needed; trusted.
    is_lowered
        Whether an index has its texts in small letters.
    lookup
        Where its texts are found sooner than in the table.
    composed
        What its texts are made of, by which they are found.
    near
        By what its numbers are found.
    reach
        Columns of tables that a value of it is made from, counted as often as they are named.
    """

    field: Field
    sql: str
    is_indexed: bool = False
    is_principal: bool = False
    is_std: bool = False
    is_lowered: bool = False
    lookup: Lookup | None = None
    composed: Composed | None = None
    near: Nearness | None = None
    reach: int = 1

    @property
    def name(self) -> str:
        """Its name in queries."""
        return self.field.name


@dataclass(frozen=True)
class PositionIndex:
    """Two columns of degrees ICRS, and the one of their order-29 HEALPix cells, which has a B-tree."""

    ra: str
    dec: str
    hpx29: str


class RegionIndex(Protocol):
    """A column of regions that an index of the table's owner finds; the SQL it gives is trusted and exact."""

    @property
    def column(self) -> str:
        """Its name in queries."""

    def meets(self, region: Region, relation: str) -> str:
        """Give the condition that the regions of `relation` (an alias in SQL) share a place with a region."""

    def meets_regions(self, other: "RegionIndex", theirs: str, relation: str) -> str | None:
        """Give the condition that they meet the region of another index in the row of `theirs`; None for no way."""

    def holds(self, ra: str, dec: str, relation: str) -> str | None:
        """Give the condition that they hold a position, written in SQL; None if there is no quick way."""


class EntryIndex(Protocol):
    """Two columns, of names and of values, whose pairs an index of the table's owner finds."""

    @property
    def name(self) -> str:
        """The column of names, as queries name it."""

    @property
    def value(self) -> str:
        """The column of values."""

    def has(self, name: str, value: str, relation: str, quote: Callable[[str], str]) -> str | None:
        """Give a condition in SQL that all rows of `relation` with this pair meet, or None; `quote` writes literals."""


@dataclass(frozen=True)
class ForeignKey:
    """Columns that name rows of another table."""

    target: str
    columns: tuple[tuple[str, str], ...]
    description: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Parameters
    ----------
    sql
        The relation in SQL, such as ``ivoa.obscore``; trusted.
    rows
        About how many it has; a crossmatch looks up the larger table.
    kind
        ``table`` or ``view``, as TAP_SCHEMA and VOSI call it.
    """

    schema: str
    name: str
    sql: str
    columns: tuple[Column, ...]
    positions: tuple[PositionIndex, ...] = ()
    regions: tuple[RegionIndex, ...] = ()
    entries: tuple[EntryIndex, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    catalog: str = ""
    description: str = ""
    utype: str = ""
    rows: int | None = None
    kind: str = "table"

    @property
    def full_name(self) -> str:
        """The name with its schema."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @cached_property
    def by_folded(self) -> dict[str, tuple[Column, ...]]:
        """The columns by their names in lower case."""
        found: dict[str, tuple[Column, ...]] = {}
        for column in self.columns:
            folded = column.name.lower()
            found[folded] = (*found.get(folded, ()), column)
        return found


class TableSet(Protocol):
    """The tables that one caller may ask."""

    def find(self, schema: str | None, name: str) -> Table | None:
        """Give a table; unquoted names come in lower case. What the caller may not see does not exist."""

    def names(self) -> Iterable[str]:
        """Give the full names of all tables, for suggestions."""


@dataclass(frozen=True)
class TableMap:
    """A table set in memory. A table without its schema is found if its name is there once."""

    tables: Sequence[Table]
    _by_name: dict[tuple[str, str], Table] = field(init=False, repr=False, compare=False)
    _alone: dict[str, Table | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[tuple[str, str], Table] = {}
        alone: dict[str, Table | None] = {}
        for table in self.tables:
            by_name.setdefault((table.schema.lower(), table.name.lower()), table)
            alone[table.name.lower()] = None if table.name.lower() in alone else table
        object.__setattr__(self, "_by_name", by_name)
        object.__setattr__(self, "_alone", alone)

    def find(self, schema: str | None, name: str) -> Table | None:
        """Give a table."""
        if schema is None:
            return self._alone.get(name.lower())
        return self._by_name.get((schema.lower(), name.lower()))

    def names(self) -> list[str]:
        """Give the full names."""
        return [table.full_name for table in self.tables]

    def with_tables(self, *tables: Table) -> "TableMap":
        """Give a set that has more tables, such as uploads, which go before those of the same name."""
        return replace(self, tables=(*tables, *self.tables))


@dataclass(frozen=True)
class Written:
    """A query as SQL.

    Parameters
    ----------
    columns
        What it gives; `Column.sql` is the name in SQL.
    table
        What index of positions it still has, in columns after those.
    rows
        About how many it gives.
    """

    sql: str
    columns: tuple[Column, ...]
    table: Table | None = None
    rows: float = 0
