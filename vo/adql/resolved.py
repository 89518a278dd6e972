# SPDX-License-Identifier: BSD-3-Clause
"""Values whose names are resolved: their SQL, their type, and what is known about them."""

from dataclasses import dataclass, field, replace

from vo.adql import tree
from vo.adql.shapes import Shape
from vo.adql.tables import Column, Table
from vo.adql.valuetypes import Type, storage_of
from vo.tables import Field, Frame, SkyFrame

__all__ = ["Distance", "Expression", "SkyTest", "Source", "field_of"]


@dataclass(eq=False)
class Source:
    """A relation in a FROM.

    Parameters
    ----------
    alias
        Its name in SQL.
    name
        What qualifies its columns in the query.
    rows
        About how many there are.
    qualifiers
        Schema and catalogue that may stand before the name, the nearest first.
    """

    alias: str
    name: tree.Identifier
    qualifiers: tuple[str, ...]
    columns: tuple[Column, ...]
    by_folded: dict[str, tuple[Column, ...]]
    table: Table | None = None
    rows: float = 0


@dataclass(frozen=True)
class Distance:
    """DISTANCE of two points."""

    one: Shape
    other: Shape


@dataclass(frozen=True)
class SkyTest:
    """CONTAINS (`inner` in `outer`) or INTERSECTS."""

    inner: Shape
    outer: Shape
    is_contains: bool


@dataclass(slots=True)
class Expression:
    """A value.

    Parameters
    ----------
    origin
        The column, if it is a bare one; `source` is where it comes from.
    unit
        None for a number as such, which takes the unit of what it is added to.
    constant
        The value of a number that is known.
    loose
        Columns that are named outside of aggregates.
    frame
        That of a position or time which is still one.
    """

    sql: str
    type: Type
    node: tree.Node
    origin: Field | None = None
    source: Source | None = None
    unit: str | None = ""
    ucd: str = ""
    constant: float | None = None
    loose: tuple[tree.Node, ...] = ()
    is_aggregate: bool = False
    shape: Shape | None = None
    test: SkyTest | None = None
    distance: Distance | None = None
    details: Field | None = field(default=None)
    frame: Frame | None = None

    @property
    def double(self) -> str:
        """The SQL as double precision."""
        return self.sql if self.type is Type.DOUBLE else f"{self.sql}::float8"


def field_of(value: Expression, name: str, text: str) -> Field:
    """Describe a value as a column of the result."""
    if value.origin is not None:
        return replace(value.origin, name=name)
    if value.details is not None:
        return replace(value.details, name=name, description=value.details.description or text)
    datatype, arraysize, xtype, _ = storage_of(value.type)
    if value.shape is not None:
        datatype, arraysize, xtype = value.shape.storage
    return Field(
        name,
        datatype,
        arraysize=arraysize,
        unit=(value.unit or "") if value.type.is_number else "",
        ucd=value.ucd,
        description=text,
        xtype=xtype,
        # Shapes that queries make are in ICRS.
        frame=value.frame if value.shape is None else SkyFrame("ICRS"),
    )
