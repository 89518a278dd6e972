# SPDX-License-Identifier: BSD-3-Clause
"""What TAP needs of the application: a database to ask, and a place for uploaded tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

import pyarrow as pa

from vo.adql import Table
from vo.tables import Door
from vo.tables.uploads import UploadedTable

__all__ = [
    "Plan",
    "QueryBackend",
    "Running",
    "Statement",
    "UploadSpace",
    "UploadStore",
]

T_co = TypeVar("T_co", covariant=True)
C_contra = TypeVar("C_contra", contravariant=True)


@dataclass(frozen=True)
class Statement:
    """One SELECT, made by `vo.adql`.

    Parameters
    ----------
    seconds
        Until its last row; the database itself ends it then.
    space
        Where its uploaded tables are, as `UploadSpace.name` tells; empty for none.
    """

    sql: str
    seconds: float
    space: str = ""


class Running(Protocol[T_co]):
    """A statement under way. It begins with the first step of the iteration.

    Faults are told as `vo.dali.DALIError`: `UsageError` for what the data do not allow, such as a
    division by zero, `QueryTimeoutError` at the time limit, `UnavailableError` for a database that
    does not answer. No word of the database's own is in them.
    """

    def __iter__(self) -> Iterator[T_co]:
        """Give the rows, some at a time."""

    def cancel(self) -> None:
        """End it at once, from any thread, before, while or after it runs."""

    def close(self) -> None:
        """Give back all that it holds; more than once without harm."""


@dataclass(frozen=True)
class Plan:
    """What the database expects of a statement.

    Parameters
    ----------
    rows
        Of the result.
    seconds
        About how long; None where nobody can say.
    indexes
        Those that it will use.
    scans
        Tables that it will read from end to end, with the rows they have.
    is_told
        Whether the caller may be told of it: not where it rests on rows that the caller may not know of.
    """

    rows: int
    seconds: float | None = None
    indexes: tuple[str, ...] = ()
    scans: tuple[tuple[str, int], ...] = ()
    is_told: bool = True


class QueryBackend(Protocol[C_contra]):
    """Runs statements with the rights of a caller, and none but to read."""

    def copy(self, caller: C_contra, statement: Statement, door: Door) -> Running[bytes]:
        """Give what ``COPY (sql) TO STDOUT`` writes, with the options of the door."""

    def batches(self, caller: C_contra, statement: Statement) -> Running[pa.RecordBatch]:
        """Give the rows as Arrow batches."""

    def explain(self, caller: C_contra, statement: Statement) -> Plan:
        """Tell what is expected, without running it."""


class UploadSpace(Protocol):
    """The uploaded tables of one query."""

    @property
    def name(self) -> str:
        """What `Statement.space` says for them."""

    def add(self, name: str, table: UploadedTable) -> Table:
        """Store a table; give it as queries name it, in the schema ``TAP_UPLOAD``.

        `UploadError` comes from the batches where a row is wrong, and goes on to the caller.
        """

    def close(self) -> None:
        """Remove all of them; more than once without harm."""


class UploadStore(Protocol[C_contra]):
    """Keeps uploaded tables as long as a query needs them."""

    def open(self, caller: C_contra) -> UploadSpace:
        """Make room for the tables of one query."""
