# SPDX-License-Identifier: BSD-3-Clause
"""What goes wrong with a query, told so that its writer can mend it."""

from vo.adql import ADQLError, caret
from vo.dali import DALIError, UsageError

__all__ = ["QueryError", "QueryTimeoutError"]


class QueryError(UsageError):
    """The query is refused: where, why, and what to write instead.

    Parameters
    ----------
    query
        As it was sent.

    Attributes
    ----------
    error
        The mistake and its place.
    mark
        The line of the mistake with a mark under it.
    """

    def __init__(self, error: ADQLError, query: str) -> None:
        self.error = error
        self.mark = caret(query, error)
        message = f"{error}\n{self.mark}"
        if error.suggestion and error.suggestion not in error.message:
            message += f"\nWrite {error.suggestion} instead."
        super().__init__(message)
        self.infos = {
            "ERROR_CODE": str(error.code),
            "ERROR_LINE": str(error.line),
            "ERROR_COLUMN": str(error.column),
            "ERROR_LENGTH": str(error.length),
        } | ({"ERROR_SUGGESTION": error.suggestion} if error.suggestion else {})


class QueryTimeoutError(DALIError):
    """The query took longer than it may."""
