# SPDX-License-Identifier: BSD-3-Clause
"""From a query to SQL: the room's main door."""

from collections.abc import Iterable
from dataclasses import dataclass

from vo.adql import tree
from vo.adql.context import Note, Quote, quote_text
from vo.adql.errors import ADQLError, ErrorCode
from vo.adql.functions import Function
from vo.adql.queries import STANDARD_LIMITS, parse
from vo.adql.selecting import Selecting
from vo.adql.tables import TableSet
from vo.adql.udfs import UDFS
from vo.adql.words import Limits
from vo.tables import Field

__all__ = ["Translation", "translate"]


@dataclass(frozen=True)
class Translation:
    """A query for PostgreSQL.

    Parameters
    ----------
    sql
        One SELECT, without parameters; its columns are called c1, c2 …
    fields
        What each column is, under the name that the query gives it.
    tables_used
        The full names of the tables, in the order of the query.
    columns_used
        Table and column of each.
    notes
        What to tell who asked.
    """

    sql: str
    fields: tuple[Field, ...]
    tables_used: tuple[str, ...]
    columns_used: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...] = ()


def translate(
    query: str | tree.Statement,
    tables: TableSet,
    *,
    limit: int | None = None,
    quote: Quote = quote_text,
    functions: Iterable[Function] = UDFS,
    limits: Limits = STANDARD_LIMITS,
) -> Translation:
    """Write a query for PostgreSQL.

    Parameters
    ----------
    tables
        All that may be named; nothing else exists.
    limit
        How many rows are given at most.
    quote
        Writes a text as an SQL literal.
    functions
        Those beyond the standard; none but these may be called.

    Raises
    ------
    ADQLError
        The query cannot be read, or names what is not there, or means nothing.
    """
    node = parse(query, limits=limits) if isinstance(query, str) else query
    rows: dict[str, list[Function]] = {}
    for function in functions:
        rows.setdefault(function.name, []).append(function)
    writer = Selecting(node.text, tables, quote, rows, limits)
    try:
        written = writer.statement(node, limit)
    except RecursionError:
        raise ADQLError.at(node.text, 0, 1, "The query is nested too deeply", ErrorCode.LIMIT) from None
    fields = tuple(column.field for column in written.columns)
    used = tuple(writer.tables_used), tuple(writer.columns_used)
    return Translation(written.sql, fields, *used, tuple(writer.notes))
