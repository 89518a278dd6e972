# SPDX-License-Identifier: BSD-3-Clause
"""Queries on their way through PostgreSQL: `vo.tap.QueryBackend`."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import adbc_driver_manager
import adbc_driver_postgresql.dbapi as adbc
import psycopg2
import psycopg2.extensions
import pyarrow as pa
from adbc_driver_manager._reader import AdbcRecordBatchReader
from sqlalchemy.pool import PoolProxiedConnection

from archive.db.tap.connections import BatchConnections, TextConnections
from archive.db.tap.faults import fault_of_state
from archive.db.tap.identity import Site, caller_words, knows_all
from archive.db.tap.walls import GUARDED
from archive.domain.access import Caller
from archive.domain.clock import Clock
from vo.adql import quote_text
from vo.dali import CancelledError, DALIError
from vo.tables import Door, fetched_ahead, pieces_of
from vo.tap import Plan, Statement

__all__ = ["TapBackend"]

_BATCH_BYTES = 300_000
# What the planner's unit of cost takes, about: a page from the cache and some rows of it.
_SECONDS_PER_COST = 1e-5
_PATIENCE = 10.0


class TapBackend:
    """Runs statements with the rights of a caller, each in a transaction that can only read."""

    def __init__(self, *, texts: TextConnections, batches: BatchConnections, site: Site, clock: Clock) -> None:
        self._texts = texts
        self._batches = batches
        self._site = site
        self._clock = clock

    def copy(self, caller: Caller, statement: Statement, door: Door) -> "CopyRunning":
        """Give what ``COPY (sql) TO STDOUT`` writes, with the options of the door."""
        return CopyRunning(self._texts, self._opening(caller, statement), statement, door)

    def batches(self, caller: Caller, statement: Statement) -> "BatchesRunning":
        """Give the rows as Arrow batches."""
        return BatchesRunning(self._batches, self._opening(caller, statement), statement)

    def explain(self, caller: Caller, statement: Statement) -> Plan:
        """Tell what is expected, without running it."""
        connection = self._texts.take()
        try:
            cursor = connection.cursor()
            cursor.execute("; ".join(("BEGIN READ ONLY", *self._opening(caller, statement))))
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}")
            found = cursor.fetchone()
            cursor.execute("ROLLBACK")
        except psycopg2.Error as exc:
            connection.invalidate()
            raise fault_of_state(exc.pgcode, exc, statement.seconds, is_cancelled=False) from exc
        finally:
            connection.close()
        plan = found[0] if found else []
        return _plan((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"], knows_all(caller))

    def dispose(self) -> None:
        """Close the connections that are not in use."""
        self._texts.dispose()
        self._batches.dispose()

    def _opening(self, caller: Caller, statement: Statement) -> tuple[str, ...]:
        words = quote_text(caller_words(caller, self._clock(), self._site))
        return (
            f"SET LOCAL statement_timeout = {max(1, round(statement.seconds * 1000))}",
            f"SET LOCAL archive.caller = {words}",
        )


class _Running:
    """What both kinds share: to be stopped from any thread, and never after the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._ended = threading.Event()

    def cancel(self) -> None:
        """End it at once, from any thread, before, while or after it runs."""
        self._is_cancelled = True
        self._halt()

    def close(self) -> None:
        """Give back all that it holds; the iteration does so by itself when it is closed."""
        self.cancel()

    def _halt(self) -> None:
        """Stop the statement in the database, unless it is over: the connection may have another one since."""
        with self._lock:
            if not self._ended.is_set():
                self._stop()

    def _stop(self) -> None:
        """Stop the statement in the database, if it is there."""

    def _check(self) -> None:
        if self._is_cancelled:
            raise CancelledError("The query was stopped before it was done.")

    def _end(self) -> None:
        with self._lock:
            self._ended.set()


class CopyRunning(_Running):
    """A COPY under way."""

    def __init__(
        self, connections: TextConnections, opening: tuple[str, ...], statement: Statement, door: Door
    ) -> None:
        super().__init__()
        self._connections = connections
        self._opening = opening
        self._statement = statement
        self._door = door
        self._driver: psycopg2.extensions.connection | None = None

    def __iter__(self) -> Iterator[bytes]:
        self._check()
        connection = self._connections.take()
        self._driver = connection.driver_connection
        is_whole = False
        try:
            yield from self._pieces(connection)
            is_whole = True
        except psycopg2.Error as exc:
            raise self._fault(exc) from exc
        finally:
            self._halt()
            self._ended.wait(_PATIENCE)
            if not is_whole:
                connection.invalidate()
            connection.close()

    def _pieces(self, connection: PoolProxiedConnection) -> Iterator[bytes]:
        cursor = connection.cursor()
        try:
            cursor.execute("; ".join(("BEGIN READ ONLY", *self._opening)))
        except BaseException:
            self._end()
            raise
        copy = f"COPY ({self._statement.sql}) TO STDOUT ({self._door.copy_options})"

        def write(file: Any) -> None:  # noqa: ANN401 -- psycopg2 takes whatever can be written to
            try:
                self._check()
                cursor.copy_expert(copy, file)
                cursor.execute("ROLLBACK")
            finally:
                self._end()

        yield from pieces_of(write)

    def _stop(self) -> None:
        if self._driver is not None and not self._driver.closed:
            self._driver.cancel()

    def _fault(self, error: psycopg2.Error) -> DALIError:
        return fault_of_state(error.pgcode, error, self._statement.seconds, is_cancelled=self._is_cancelled)


class BatchesRunning(_Running):
    """Arrow batches under way."""

    def __init__(self, connections: BatchConnections, opening: tuple[str, ...], statement: Statement) -> None:
        super().__init__()
        self._connections = connections
        self._opening = opening
        self._statement = statement
        self._cursor: adbc.Cursor | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        self._check()
        try:
            with self._connections.use(self._opening) as connection, connection.cursor() as cursor:
                try:
                    yield from self._fetched(cursor)
                finally:
                    self._halt()
                    self._ended.wait(_PATIENCE)
        except adbc_driver_manager.Error as exc:
            state = None if exc.sqlstate in {None, "", "\0" * 5} else exc.sqlstate
            raise fault_of_state(state, exc, self._statement.seconds, is_cancelled=self._is_cancelled) from exc

    def _fetched(self, cursor: adbc.Cursor) -> Iterator[pa.RecordBatch]:
        def batches() -> Iterator[pa.RecordBatch]:
            try:
                self._check()
                cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)})
                cursor.adbc_statement.set_sql_query(self._statement.sql)
                handle, _ = cursor.adbc_statement.execute_query()
                # The reader that cursors hand out has lost the SQLSTATE of what goes wrong between batches.
                yield from AdbcRecordBatchReader._import_from_c(handle.address)  # noqa: SLF001
            finally:
                self._end()

        self._cursor = cursor
        yield from fetched_ahead(batches())

    def _stop(self) -> None:
        if self._cursor is not None:
            self._cursor.adbc_cancel()


def _plan(node: dict[str, Any], is_all_known: bool) -> Plan:  # noqa: FBT001
    indexes: dict[str, None] = {}
    scans: dict[str, int] = {}
    relations = _visit(node, indexes, scans)
    rows, seconds = _about(node["Plan Rows"]), node["Total Cost"] * _SECONDS_PER_COST
    is_told = is_all_known or relations.isdisjoint(GUARDED)
    return Plan(rows, seconds, tuple(indexes), tuple(scans.items()), is_told)


def _visit(node: dict[str, Any], indexes: dict[str, None], scans: dict[str, int]) -> set[str]:
    """Collect what a plan uses; give the names of the tables that it reads."""
    if "Index Name" in node:
        indexes[node["Index Name"]] = None
    if node["Node Type"] == "Seq Scan":
        scans[node["Relation Name"]] = _about(node["Plan Rows"])
    below = (_visit(child, indexes, scans) for child in node.get("Plans", ()))
    return {node.get("Relation Name", "")}.union(*below)


def _about(rows: float) -> int:
    return int(float(f"{rows:.1e}"))
