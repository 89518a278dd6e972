# SPDX-License-Identifier: BSD-3-Clause
"""The tree of a query: frozen nodes, each with its place in the text.

Places do not count when trees are compared: two queries are equal if they say the same.
"""

from dataclasses import dataclass, field

__all__ = [
    "Aggregate",
    "And",
    "Between",
    "Binary",
    "Call",
    "Case",
    "Cast",
    "ColumnName",
    "CommonTable",
    "Comparison",
    "Condition",
    "DerivedTable",
    "Exists",
    "Identifier",
    "InList",
    "InQuery",
    "IsNull",
    "Join",
    "Like",
    "Node",
    "Not",
    "Null",
    "Number",
    "Or",
    "OrderTerm",
    "Query",
    "Relation",
    "Select",
    "SelectItem",
    "SetOperation",
    "Star",
    "Statement",
    "TableName",
    "Text",
    "Unary",
    "Value",
]


@dataclass(frozen=True, kw_only=True)
class Node:
    """Anything in a query; it covers the characters from `start` to `end`."""

    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


class Value(Node):
    """What has a value."""


class Condition(Node):
    """What is true, false or unknown."""


class Relation(Node):
    """What has rows: an entry of FROM."""


@dataclass(frozen=True)
class Identifier(Node):
    """One name, without its quotes."""

    name: str
    is_quoted: bool = False

    @property
    def folded(self) -> str:
        """The name as it is compared: in lower case unless it was quoted."""
        return self.name if self.is_quoted else self.name.lower()


@dataclass(frozen=True)
class ColumnName(Value):
    """A column: ``name``, or with table, schema and catalogue before it."""

    parts: tuple[Identifier, ...]


@dataclass(frozen=True)
class Number(Value):
    """A number without sign, as it was written."""

    text: str

    @property
    def is_integer(self) -> bool:
        """Whether it has neither point nor exponent."""
        return self.text.isdigit()


@dataclass(frozen=True)
class Text(Value):
    """A character string."""

    value: str


@dataclass(frozen=True)
class Null(Value):
    """NULL."""


@dataclass(frozen=True)
class Unary(Value):
    """A sign before a value: ``-``, ``+``, and the extension ``~``."""

    operator: str
    operand: Value


@dataclass(frozen=True)
class Binary(Value):
    """Two values and a sign: ``+ - * / ||``, and the extensions ``% & | ^``."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True)
class Call(Value):
    """A function; the name of a standard one is in capitals."""

    name: str
    arguments: tuple[Value, ...]


@dataclass(frozen=True)
class Aggregate(Value):
    """COUNT, SUM, AVG, MIN, MAX; without an argument it is ``COUNT(*)``."""

    name: str
    argument: Value | None
    is_distinct: bool = False


@dataclass(frozen=True)
class Cast(Value):
    """CAST; the type is in capitals, such as ``VARCHAR`` with a length or ``DOUBLE PRECISION``."""

    operand: Value
    type_name: str
    length: int | None = None


@dataclass(frozen=True)
class Case(Value):
    """CASE, an extension; with an operand the tests are values, without one they are conditions."""

    operand: Value | None
    branches: tuple[tuple[Node, Value], ...]
    otherwise: Value | None


@dataclass(frozen=True)
class Comparison(Condition):
    """Two values compared by ``= <> < <= > >=``."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True)
class Between(Condition):
    """BETWEEN."""

    operand: Value
    low: Value
    high: Value
    is_not: bool = False


@dataclass(frozen=True)
class InList(Condition):
    """IN with values."""

    operand: Value
    values: tuple[Value, ...]
    is_not: bool = False


@dataclass(frozen=True)
class InQuery(Condition):
    """IN with a subquery."""

    operand: Value
    query: "Query"
    is_not: bool = False


@dataclass(frozen=True)
class Like(Condition):
    """LIKE, or ILIKE where case does not count."""

    operand: Value
    pattern: Value
    is_caseless: bool = False
    is_not: bool = False


@dataclass(frozen=True)
class IsNull(Condition):
    """IS NULL."""

    operand: Value
    is_not: bool = False


@dataclass(frozen=True)
class Exists(Condition):
    """EXISTS."""

    query: "Query"


@dataclass(frozen=True)
class Not(Condition):
    """NOT."""

    operand: Condition


@dataclass(frozen=True)
class And(Condition):
    """All of two or more."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True)
class Or(Condition):
    """Any of two or more."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True)
class TableName(Relation):
    """A table by its name, with schema and catalogue before it."""

    parts: tuple[Identifier, ...]
    alias: Identifier | None = None


@dataclass(frozen=True)
class DerivedTable(Relation):
    """A subquery in FROM."""

    query: "Query"
    alias: Identifier


@dataclass(frozen=True)
class Join(Relation):
    """Two relations joined: INNER, LEFT, RIGHT, FULL or CROSS; by a condition, by columns, or NATURAL."""

    kind: str
    left: Relation
    right: Relation
    condition: Condition | None = None
    using: tuple[Identifier, ...] = ()
    is_natural: bool = False


@dataclass(frozen=True)
class Star(Node):
    """All columns, or those of one relation."""

    qualifier: tuple[Identifier, ...] = ()


@dataclass(frozen=True)
class SelectItem(Node):
    """A column of the result."""

    value: Value
    alias: Identifier | None = None


@dataclass(frozen=True)
class Select(Node):
    """SELECT … FROM … WHERE … GROUP BY … HAVING."""

    items: tuple[SelectItem | Star, ...]
    relations: tuple[Relation, ...]
    where: Condition | None = None
    group_by: tuple[Value, ...] = ()
    having: Condition | None = None
    is_distinct: bool = False
    top: int | None = None


@dataclass(frozen=True)
class SetOperation(Node):
    """UNION, EXCEPT or INTERSECT of two."""

    operator: str
    left: "Select | SetOperation | Query"
    right: "Select | SetOperation | Query"
    is_all: bool = False


@dataclass(frozen=True)
class OrderTerm(Node):
    """What to sort by; a number alone is a column's place."""

    value: Value
    is_descending: bool = False


@dataclass(frozen=True)
class Query(Node):
    """A selection with its order and offset."""

    body: "Select | SetOperation | Query"
    order_by: tuple[OrderTerm, ...] = ()
    offset: int | None = None


@dataclass(frozen=True)
class CommonTable(Node):
    """``name AS (query)`` of WITH."""

    name: Identifier
    query: Query


@dataclass(frozen=True)
class Statement(Node):
    """A whole query.

    Parameters
    ----------
    text
        The text that the places of all nodes refer to.
    """

    query: Query
    common_tables: tuple[CommonTable, ...] = ()
    text: str = field(default="", compare=False, repr=False)
