# SPDX-License-Identifier: BSD-3-Clause
"""What the floors of the translator share: the query's text, the tables, and what was found on the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vo.adql import tree
from vo.adql.errors import ADQLError, ErrorCode
from vo.adql.functions import Function
from vo.adql.resolved import Source
from vo.adql.tables import TableSet
from vo.adql.words import Limits

__all__ = ["Context", "Note", "Quote", "quote_text"]

Quote = Callable[[str], str]
MOST_NOTES = 50


def quote_text(value: str) -> str:
    """Write a text as an SQL literal, for servers with ``standard_conforming_strings`` (PostgreSQL's default)."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True)
class Note:
    """Something to tell who asks, though the query is run.

    Parameters
    ----------
    code
        ``integer-division``, ``index``, ``no-index``, ``renamed`` or ``geometry``.
    """

    code: str
    message: str
    line: int
    column: int


class Context:
    """The lowest floor."""

    def __init__(
        self,
        text: str,
        tables: TableSet,
        quote: Quote,
        functions: Mapping[str, Sequence[Function]],
        limits: Limits,
    ) -> None:
        self.text = text
        self.tables = tables
        self.quote = quote
        self.functions = functions
        self.limits = limits
        self.corners = 0
        self.reach = 0
        self.notes: list[Note] = []
        self.sources: dict[str, Source] = {}
        self.tables_used: dict[str, None] = {}
        self.findings: list[tuple[str, str]] = []
        self.columns_used: dict[tuple[str, str], None] = {}
        self._count = 0

    def alias(self, letter: str) -> str:
        """Make a name for SQL: no name of the query's writer goes there."""
        self._count += 1
        return f"{letter}{self._count}"

    def refused(
        self, place: tree.Node, message: str, code: ErrorCode = ErrorCode.TYPE, suggestion: str = ""
    ) -> ADQLError:
        """Make an error."""
        return ADQLError.at(self.text, place.start, place.end, message, code, suggestion)

    def found(self, code: str, message: str) -> None:
        """Keep something to tell about the condition that is being written."""
        self.findings.append((code, message))

    def note(self, place: tree.Node, code: str, message: str) -> None:
        """Keep something to tell."""
        found = ADQLError.at(self.text, place.start, place.end, message)
        note = Note(code, message, found.line, found.column)
        if len(self.notes) < MOST_NOTES and note not in self.notes:
            self.notes.append(note)

    def written(self, node: tree.Node) -> str:
        """Give what the query says at a node, for descriptions."""
        words = " ".join(self.text[node.start : node.end].split())
        return words if len(words) <= 200 else f"{words[:199]}…"
