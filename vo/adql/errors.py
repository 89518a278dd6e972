# SPDX-License-Identifier: BSD-3-Clause
"""The one error of this room: what is wrong with a query, where, and what to write instead."""

from enum import StrEnum

__all__ = ["ADQLError", "ErrorCode", "caret"]


class ErrorCode(StrEnum):
    """What kind of mistake it is, for programs."""

    SYNTAX = "syntax"
    RESERVED_WORD = "reserved-word"
    CHARACTER = "character"
    LIMIT = "limit"
    VERSION = "version"
    EXTENSION = "extension"
    ARGUMENTS = "arguments"
    TYPE = "type"
    UNKNOWN_TABLE = "unknown-table"
    UNKNOWN_COLUMN = "unknown-column"
    UNKNOWN_FUNCTION = "unknown-function"
    AMBIGUOUS = "ambiguous"
    GROUPING = "grouping"
    GEOMETRY = "geometry"
    UNIT = "unit"


class ADQLError(Exception):
    """A query that is refused.

    Parameters
    ----------
    message
        For the public, without the place.
    line, column
        Where it begins, both from 1.
    length
        How many characters it covers, at least one.
    suggestion
        What to write in its place; empty if nothing can be said.
    """

    def __init__(
        self, message: str, *, line: int, column: int, length: int, code: ErrorCode, suggestion: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.length = length
        self.code = code
        self.suggestion = suggestion

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"

    @classmethod
    def at(
        cls, text: str, start: int, end: int, message: str, code: ErrorCode = ErrorCode.SYNTAX, suggestion: str = ""
    ) -> "ADQLError":
        """Make the error for the characters from `start` to `end` of a query."""
        start = min(start, len(text))
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        length = max(1, min(end, len(text)) - start)
        return cls(message, line=line, column=column, length=length, code=code, suggestion=suggestion)


def caret(text: str, error: ADQLError) -> str:
    """Show the line of the mistake with a mark under it."""
    lines = text.split("\n")
    shown = lines[error.line - 1] if error.line <= len(lines) else ""
    first = max(0, error.column - 61)
    part = shown[first : first + 120].replace("\t", " ")
    room = max(1, len(part) - (error.column - 1 - first))
    return f"{part}\n{' ' * (error.column - 1 - first)}{'^' * min(error.length, room)}"
