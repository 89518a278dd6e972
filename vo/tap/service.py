# SPDX-License-Identifier: BSD-3-Clause
"""One query from its text to the bytes of its answer; synchronous and asynchronous ones alike."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

import pyarrow as pa

from vo.adql import ADQLError, Extension, Function, Quote, Table, TableSet, Translation, parse, quote_text, translate
from vo.dali import Cancellation, UsageError, call_after
from vo.tables import BatchSource, CopySource, Door, Field, copy_expression, write
from vo.tables.uploads import UploadError, UploadLimits, read_table
from vo.tap.estimate import COUNTED_ROWS, COUNTED_SECONDS, Estimate, counted, estimated
from vo.tap.faults import QueryError, QueryTimeoutError
from vo.tap.limits import TapLimits
from vo.tap.ports import Plan, QueryBackend, Running, Statement, UploadSpace, UploadStore
from vo.tap.request import TapRequest

__all__ = ["Dialect", "TapAnswer", "TapService"]

_log = logging.getLogger(__name__)

C = TypeVar("C")

UPLOAD_SCHEMA = "tap_upload"


@dataclass(frozen=True)
class Dialect:
    """What a service adds to ADQL, and how its driver writes literals.

    Parameters
    ----------
    functions
        Its own, beside those of the standard.
    """

    functions: tuple[Function, ...] = ()
    extensions: tuple[Extension, ...] = ()
    quote: Quote = quote_text


class TapAnswer:
    """The bytes of an answer, on their way; closing it ends the query.

    Parameters
    ----------
    chunks
        The first of them, and with it the first rows, were made already.
    close
        Ends what is under way and gives back what it holds.
    status
        Gives the status of the query (DALI 1.1 §4.4), ``OK`` or ``OVERFLOW``, once all was read.
    """

    def __init__(
        self,
        media_type: str,
        filename: str,
        chunks: Iterable[bytes],
        close: Callable[[], None],
        status: Callable[[], str],
    ) -> None:
        self.media_type = media_type
        self.filename = filename
        self._chunks = chunks
        self._close = close
        self.status = status

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._chunks
        finally:
            self.close()

    def close(self) -> None:
        """End it; more than once without harm."""
        self._close()


class TapService(Generic[C]):
    """Answers queries.

    Parameters
    ----------
    tables_for
        Gives the tables that a caller may know of.
    spool
        Where FITS waits until it is whole; None for the system's own place.
    """

    def __init__(
        self,
        *,
        tables_for: Callable[[C], TableSet],
        dialect: Dialect,
        backend: QueryBackend[C],
        uploads: UploadStore[C],
        limits: TapLimits,
        spool: Path | None = None,
    ) -> None:
        self._tables_for = tables_for
        self._dialect = dialect
        self._backend = backend
        self._uploads = uploads
        self._limits = limits
        self._spool = spool

    def tables(self, caller: C) -> TableSet:
        """Give the tables that a caller may know of."""
        return self._tables_for(caller)

    def run(
        self,
        caller: C,
        request: TapRequest,
        cancellation: Cancellation,
        *,
        seconds: float,
        first_seconds: float | None = None,
        admit: Callable[[Callable[[], bool]], float | None] = lambda _: None,
    ) -> TapAnswer:
        """Run a query; give its answer when its first rows are there.

        Parameters
        ----------
        seconds
            Until the last row.
        first_seconds
            Until the first one; None for no other limit.
        admit
            Called when it is known what is asked and nothing was done yet, with what tells whether that
            is a small query; gives the seconds that are left to it then, None for no such limit.

        Raises
        ------
        QueryError
            The text is wrong.
        DALIError
            Something else is.
        """
        with ExitStack() as stack:
            translation, space = self._prepared(stack, caller, request, cancellation)
            bound = admit(
                lambda: self._estimated(self._plan(caller, translation, space), request, translation).is_small
            )
            if bound is not None:
                seconds, first_seconds = min(seconds, bound), min(first_seconds or bound, bound)
            statement = Statement(_select(translation, request.form.door), seconds, space)
            source = self._source(stack, caller, statement, request, translation.fields, cancellation)
            with _ending(cancellation, first_seconds):
                source.begin()
                pieces = write(request.form, source, translation.fields, _infos(request, translation), self._spool)
                first = next(pieces, b"")
            close = stack.pop_all().close
        _log.info("query under way: run_id=%s format=%s limit=%d", request.run_id, request.form.name, request.limit)
        filename = f"result{request.form.extension}"
        return TapAnswer(request.form.media_type, filename, chain([first], pieces), close, lambda: _status(source))

    def estimate(self, caller: C, request: TapRequest, cancellation: Cancellation) -> Estimate:
        """Tell what a query would cost; where no estimate may be told, its rows are counted for a moment."""
        with ExitStack() as stack:
            translation, space = self._prepared(stack, caller, request, cancellation)
            plan = self._plan(caller, translation, space)
            if plan.is_told:
                return self._estimated(plan, request, translation)
            number = self._count(stack, caller, translation, space, cancellation)
            return counted(number, request.limit, translation.notes)

    def is_small(self, caller: C, request: TapRequest, cancellation: Cancellation) -> bool:
        """Whether a query should be over in a moment, which is for us to know; what is wrong with it is raised."""
        with ExitStack() as stack:
            translation, space = self._prepared(stack, caller, request, cancellation)
            return self._estimated(self._plan(caller, translation, space), request, translation).is_small

    def _plan(self, caller: C, translation: Translation, space: str) -> Plan:
        statement = Statement(_select(translation, Door.BATCHES), self._limits.sync_seconds, space)
        return self._backend.explain(caller, statement)

    def _estimated(self, plan: Plan, request: TapRequest, translation: Translation) -> Estimate:
        return estimated(plan, request.limit, translation.notes, self._limits)

    def _count(
        self, stack: ExitStack, caller: C, translation: Translation, space: str, cancellation: Cancellation
    ) -> int | None:
        some = f"SELECT 1 FROM ({translation.sql}) AS q LIMIT {COUNTED_ROWS + 1}"  # noqa: S608 -- the translator's SQL
        statement = Statement(f"SELECT count(*) FROM ({some}) AS q", COUNTED_SECONDS, space)  # noqa: S608
        try:
            return int(b"".join(_kept(stack, self._backend.copy(caller, statement, Door.CSV), cancellation)))
        except QueryTimeoutError:
            return None

    def _prepared(
        self, stack: ExitStack, caller: C, request: TapRequest, cancellation: Cancellation
    ) -> tuple[Translation, str]:
        """Bring the uploads in and translate; what cannot be read is refused before anything is brought."""
        tables = self._tables_for(caller)
        space = ""
        try:
            tree = parse(request.query, version=request.version, extensions=self._dialect.extensions)
            if request.uploads:
                tables, space = self._with_uploads(stack, caller, request, tables, cancellation)
            cancellation.check()
            # One row more than is given tells an exact fit from a cut.
            translation = translate(
                tree,
                tables,
                limit=request.limit + 1,
                quote=self._dialect.quote,
                functions=self._dialect.functions,
            )
        except ADQLError as exc:
            raise QueryError(exc, request.query) from exc
        return translation, space

    def _with_uploads(
        self, stack: ExitStack, caller: C, request: TapRequest, tables: TableSet, cancellation: Cancellation
    ) -> tuple[TableSet, str]:
        if len(request.uploads) > self._limits.upload_tables:
            raise UsageError(f"UPLOAD brings {len(request.uploads)} tables; {self._limits.upload_tables} may come.")
        space = self._uploads.open(caller)
        stack.callback(space.close)
        added: dict[str, Table] = {}
        for upload in request.uploads:
            cancellation.check()
            with upload.open(cancellation) as body:
                added[upload.name.lower()] = self._added(space, upload.name, body)
        return _WithUploads(tables, added), space.name

    def _added(self, space: UploadSpace, name: str, body: BinaryIO) -> Table:
        limits = UploadLimits(rows=self._limits.upload_rows, octets=self._limits.upload_bytes)
        try:
            return space.add(name, read_table(body, limits))
        except UploadError as exc:
            raise UsageError(f"The uploaded table '{name}' cannot be used: {exc}") from exc

    def _source(
        self,
        stack: ExitStack,
        caller: C,
        statement: Statement,
        request: TapRequest,
        fields: Sequence[Field],
        cancellation: Cancellation,
    ) -> CopySource | BatchSource:
        if request.form.door is Door.BATCHES:
            if request.limit == 0:
                return BatchSource([_one_row()], fields, 0)
            batches = self._backend.batches(caller, statement)
            return BatchSource(_kept(stack, batches, cancellation), fields, request.limit)
        if request.limit == 0:
            return CopySource([b"\n"], 0, request.form.door)
        pieces = self._backend.copy(caller, statement, request.form.door)
        return CopySource(_kept(stack, pieces, cancellation), request.limit, request.form.door)


class _WithUploads:
    """A table set, and the uploaded tables in their own schema."""

    def __init__(self, tables: TableSet, uploaded: Mapping[str, Table]) -> None:
        self._tables = tables
        self._uploaded = uploaded

    def find(self, schema: str | None, name: str) -> Table | None:
        """Give a table."""
        if schema is not None and schema.lower() == UPLOAD_SCHEMA:
            return self._uploaded.get(name.lower())
        return self._tables.find(schema, name)

    def names(self) -> Iterable[str]:
        """Give the full names."""
        return [*(table.full_name for table in self._uploaded.values()), *self._tables.names()]


R = TypeVar("R")


def _kept(stack: ExitStack, running: Running[R], cancellation: Cancellation) -> Running[R]:
    """Have a statement ended and closed when the answer is, and when somebody says so."""
    stack.callback(running.close)
    # The database need not go on for nobody; after the last row this does nothing.
    stack.callback(running.cancel)
    cancellation.attach(running.cancel)
    return running


@contextmanager
def _ending(cancellation: Cancellation, seconds: float | None) -> Iterator[None]:
    """End the query if the block lasts too long."""
    if seconds is None:
        yield
        return
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        cancellation.cancel()

    switch_off = call_after(seconds, end)
    try:
        yield
    except Exception as exc:
        if not is_late.is_set():
            raise
        raise QueryTimeoutError(
            f"The query gave no row within {seconds:g} s, which is what a synchronous query may take just now. "
            "Send it to be done asynchronously, where it may run for longer, or narrow it down."
        ) from exc
    finally:
        switch_off()
    if is_late.is_set():
        raise QueryTimeoutError("The query came to its end just when its time was over; please try again.")


def _status(source: CopySource | BatchSource) -> str:
    return "OVERFLOW" if source.is_truncated else "OK"


def _select(translation: Translation, door: Door) -> str:
    """Have each column come as the writers take it."""
    names = [f"c{number}" for number in range(1, len(translation.fields) + 1)]
    columns = [copy_expression(field, f"q.{name}", door) for field, name in zip(translation.fields, names, strict=True)]
    return f"SELECT {', '.join(columns)} FROM ({translation.sql}) AS q ({', '.join(names)})"  # noqa: S608 -- names are ours


def _infos(request: TapRequest, translation: Translation) -> dict[str, str]:
    infos = {"QUERY": request.query}
    if translation.notes:
        infos["NOTES"] = "\n".join(note.message for note in translation.notes)
    return infos


def _one_row() -> pa.RecordBatch:
    """Give a row that is never shown: with MAXREC=0 there are always more (DALI 1.1 §3.4.4)."""
    return pa.RecordBatch.from_pydict({"row": [0]})
