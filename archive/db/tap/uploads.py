# SPDX-License-Identifier: BSD-3-Clause
"""Tables that come with a query: each query has a schema of its own, made and dropped by the archive's own role."""

import io
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import psycopg2
import psycopg2.errors
import structlog
from sqlalchemy import text
from sqlalchemy.engine import Connection

from archive.db.session import Database
from archive.db.tap.positions import HPX29, in_order, position_of, with_cells
from archive.db.tap.walls import TAP_ROLE
from archive.domain.access import Caller
from archive.domain.clock import Clock
from archive.errors import UnavailableError
from vo.adql import Column, PositionIndex, Table
from vo.dali import UnavailableError as UnavailableFault
from vo.tables import Field, binary_copy, sql_type
from vo.tables.uploads import UploadedTable, UploadError

__all__ = ["TapUploadSpace", "TapUploads", "column_definitions", "copy_in"]

_log = structlog.get_logger(__name__)

_PREFIX = "tap_upload_"
_READ = 1 << 18
# The largest identifier of PostgreSQL is 63 bytes; columns get names of ours, so that any name may be uploaded.
_COLUMN = "c{}"


class TapUploads:
    """Keeps uploaded tables as long as a query needs them.

    Parameters
    ----------
    role
        That reads them.
    """

    def __init__(self, *, database: Database, clock: Clock, role: str = TAP_ROLE) -> None:
        self._database = database
        self._clock = clock
        self._role = role

    def open(self, caller: Caller) -> "TapUploadSpace":  # noqa: ARG002 -- what one uploads no other query can name
        """Make room for the tables of one query."""
        # The time is in the name, for whoever has to clean up after a process that died.
        name = f"{_PREFIX}{int(self._clock().timestamp())}_{secrets.token_hex(8)}"
        with self._database.begin() as uow:
            uow.session.execute(text(f"CREATE SCHEMA {name}"))
            uow.session.execute(text(f"GRANT USAGE ON SCHEMA {name} TO {self._role}"))
        return TapUploadSpace(self._database, name, self._role)

    def remove_before(self, start: datetime) -> int:
        """Drop what was left behind by processes that died; give the number of schemas."""
        query = text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :prefix)")
        with self._database.begin() as uow:
            names = list(uow.session.scalars(query, {"prefix": _PREFIX}))
        old = [name for name in names if int(name.removeprefix(_PREFIX).split("_")[0]) < start.timestamp()]
        for name in old:
            TapUploadSpace(self._database, name, self._role).close()
        return len(old)

    def remove_forgotten(self, age: timedelta = timedelta(days=2)) -> int:
        """Drop what is older than any query may last."""
        return self.remove_before(self._clock() - age)


class TapUploadSpace:
    """The uploaded tables of one query."""

    def __init__(self, database: Database, name: str, role: str) -> None:
        self._database = database
        self._role = role
        self._count = 0
        self._is_closed = False
        self.name = name

    def add(self, name: str, table: UploadedTable) -> Table:
        """Store a table; give it as queries name it, in the schema ``TAP_UPLOAD``.

        Rows that have places on the sky are stored in their order, not in that in which they came.
        """
        self._count += 1
        relation = f"{self.name}.t{self._count}"
        position = position_of(table.fields)
        with self._database.begin() as uow:
            connection = uow.session.connection()
            fields, batches = table.fields, table.batches
            columns = column_definitions(fields)
            if position is not None:
                columns += f", {_cells_of(table.fields)} bigint"
                fields, batches = (*fields, HPX29), in_order(with_cells(batches, position))
            connection.execute(text(f"CREATE UNLOGGED TABLE {relation} ({columns})"))
            rows = copy_in(connection, relation, binary_copy(batches, fields))
            if position is not None:
                connection.execute(text(f"CREATE INDEX ON {relation} ({_cells_of(table.fields)})"))
            connection.execute(text(f"ANALYZE {relation}"))
            connection.execute(text(f"GRANT SELECT ON {relation} TO {self._role}"))
        return _described(name, relation, table.fields, position, rows)

    def close(self) -> None:
        """Remove all of them; more than once without harm."""
        if self._is_closed:
            return
        try:
            with self._database.begin() as uow:
                uow.session.execute(text(f"DROP SCHEMA IF EXISTS {self.name} CASCADE"))
        except UnavailableError:
            # The upkeep removes it later.
            _log.warning("uploaded tables are left for the upkeep", schema=self.name)
        self._is_closed = True


def column_definitions(fields: Sequence[Field]) -> str:
    """Write the columns of a table that holds such fields, under names of ours."""
    return ", ".join(f"{_COLUMN.format(number)} {sql_type(field)}" for number, field in enumerate(fields, 1))


def copy_in(connection: Connection, relation: str, pieces: Iterator[bytes]) -> int:
    """Load a table from pieces of a binary COPY; give the number of rows.

    Raises
    ------
    UploadError
        A row is wider than the database keeps.
    UnavailableError
        The database has no room for it, or went away.
    """
    cursor = connection.connection.cursor()
    file = _Pieces(pieces)
    try:
        cursor.copy_expert(f"COPY {relation} FROM STDIN (FORMAT binary)", file, _READ)
    except psycopg2.Error as exc:
        if file.fault is not None:
            raise file.fault from exc
        if isinstance(exc, psycopg2.errors.ProgramLimitExceeded):
            raise UploadError(
                "A row is wider than the database keeps; please send fewer columns, or shorter arrays."
            ) from exc
        raise UnavailableFault("The database cannot take the table just now. Please try again.") from exc
    return int(cursor.rowcount)


def _cells_of(fields: Sequence[Field]) -> str:
    """Name the column of cells, unlike any column that queries can name."""
    taken = {field.name.lower() for field in fields}
    name = HPX29.name
    while name in taken:
        name += "_"
    return name


class _Pieces(io.RawIOBase):
    """Pieces as a file that psycopg2 reads, which makes an error of its own of what they raise."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self.fault: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes, as many as asked for or fewer."""
        if not self._rest:
            try:
                self._rest = next(self._pieces, b"")
            except Exception as exc:
                self.fault = exc
                raise
        piece, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return piece


def _described(name: str, relation: str, fields: Sequence[Field], position: tuple[int, int] | None, rows: int) -> Table:
    columns = tuple(Column(field, _COLUMN.format(number)) for number, field in enumerate(fields, 1))
    if position is None:
        return Table("TAP_UPLOAD", name, relation, columns, rows=rows)
    ra, dec = (fields[place].name for place in position)
    index = PositionIndex(ra, dec, _cells_of(fields))
    return Table("TAP_UPLOAD", name, relation, columns, positions=(index,), rows=rows)
