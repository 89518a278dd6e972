# SPDX-License-Identifier: BSD-3-Clause
"""Connections on which queries run: as a role that may only read what is published, each for one query at a time.

There are two kinds. psycopg2 hands on the text of COPY as it comes; ADBC makes Arrow batches of its binary form.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import adbc_driver_manager
import adbc_driver_postgresql.dbapi as adbc
import psycopg2.extensions
from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection

from archive.db.tap.walls import TAP_ROLE
from vo.dali import UnavailableError

__all__ = ["BatchConnections", "QuerySettings", "TextConnections"]

_AWAY = "The database does not answer just now. Please try again."
_BUSY = "All connections for queries are in use. Please try again."


@dataclass(frozen=True)
class QuerySettings:
    """How the database runs queries.

    Parameters
    ----------
    url
        Where; as a role of its own if it is not the archive's own database.
    role
        That is taken on after connecting; None if `url` names it.
    connections
        Of each kind.
    work_mem
        Memory of a step of a plan, as PostgreSQL writes it.
    temp_files
        Room on the disk for what does not fit, where the user may set it; another user's limit is its own.
    """

    url: str
    role: str | None = TAP_ROLE
    connections: int = 8
    work_mem: str = "64MB"
    temp_files: str = "20GB"

    def statements(self) -> Iterator[str]:
        """Give what a new connection is told, once."""
        yield "SET default_transaction_read_only = on"
        yield "SET search_path = public"
        yield "SET lock_timeout = '5s'"
        yield "SET idle_in_transaction_session_timeout = '1h'"
        # A statement that gives no row yet would not notice that its process was killed.
        yield "SET client_connection_check_interval = '2s'"
        yield f"SET work_mem = '{self.work_mem}'"
        yield (
            f"DO $$ BEGIN SET temp_file_limit = '{self.temp_files}';"
            " EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
        )
        if self.role is not None:
            yield f'SET ROLE "{self.role}"'


class TextConnections:
    """Connections of psycopg2, kept for the next query."""

    def __init__(self, settings: QuerySettings) -> None:
        self._engine = create_engine(
            settings.url.replace("postgresql://", "postgresql+psycopg2://", 1),
            pool_size=settings.connections,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            # Nothing is to be looked up, since the role cannot read the catalogue.
            use_native_hstore=False,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC -c datestyle=ISO -c jit=off"},
        )

        @event.listens_for(self._engine, "connect")
        def begin(connection: psycopg2.extensions.connection, _: object) -> None:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for statement in settings.statements():
                    cursor.execute(statement)

    def take(self) -> PoolProxiedConnection:
        """Give a connection; it goes back when it is closed, and is thrown away when it is invalidated.

        Raises
        ------
        UnavailableError
            The database does not answer, or all are in use.
        """
        try:
            return self._engine.raw_connection()
        except PoolTimeoutError as exc:
            raise UnavailableError(_BUSY) from exc
        except (OperationalError, psycopg2.OperationalError) as exc:
            raise UnavailableError(_AWAY) from exc

    def dispose(self) -> None:
        """Close all that are not in use."""
        self._engine.dispose()


class BatchConnections:
    """Connections of ADBC, kept for the next query: to make one takes a hundred milliseconds."""

    def __init__(self, settings: QuerySettings) -> None:
        self._settings = settings
        self._url = _with_options(settings.url)
        self._places = threading.BoundedSemaphore(settings.connections)
        self._lock = threading.Lock()
        self._idle: list[adbc.Connection] = []

    @contextmanager
    def use(self, opening: tuple[str, ...]) -> Iterator[adbc.Connection]:
        """Give a connection in a transaction that begins with some statements; it is kept if all went well.

        Raises
        ------
        UnavailableError
            The database does not answer, or all are in use.
        """
        if not self._places.acquire(timeout=10):
            raise UnavailableError(_BUSY)
        try:
            connection = self._begun(opening)
            try:
                yield connection
                connection.rollback()
            except BaseException:
                connection.close()
                raise
            with self._lock:
                self._idle.append(connection)
        finally:
            self._places.release()

    def dispose(self) -> None:
        """Close all that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _begun(self, opening: tuple[str, ...]) -> adbc.Connection:
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            connection = kept or self._connected()
            try:
                _tell(connection, opening)
            except adbc_driver_manager.Error as exc:
                connection.close()
                # One that was kept may have been cut since; a new one is no better than the database.
                if kept is None:
                    raise UnavailableError(_AWAY) from exc
            else:
                return connection

    def _connected(self) -> adbc.Connection:
        try:
            connection = adbc.connect(self._url)
            _tell(connection, tuple(self._settings.statements()))
            connection.commit()
        except adbc_driver_manager.Error as exc:
            raise UnavailableError(_AWAY) from exc
        return connection


def _tell(connection: adbc.Connection, statements: tuple[str, ...]) -> None:
    """Run statements that give nothing, all in one go: a cursor would prepare each and wait for it."""
    with connection.cursor() as cursor:
        cursor.adbc_statement.set_sql_query("; ".join(statements))
        cursor.adbc_statement.execute_update()


def _with_options(url: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {
        "connect_timeout": "5",
        "options": "-c timezone=UTC -c datestyle=ISO -c jit=off",
    }
    # libpq takes no plus for a blank.
    return urlunsplit(parts._replace(query=urlencode(query).replace("+", "%20")))
