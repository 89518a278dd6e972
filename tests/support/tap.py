"""TAP without a database: a backend and a store of uploads that live in memory."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

import pyarrow as pa
from flask import Flask

from tests.support.jobs import JobWorld, MemoryQueue, ThreadQueue
from tests.support.vohttp import BASE, caller
from vo.adql import Column, ForeignKey, Function, Result, Table, TableMap
from vo.adql import Parameter as Kind
from vo.adql.valuetypes import Type
from vo.dali import CancelledError, DALIError, RowLimits
from vo.http import QuotedBoundary, tap_blueprint
from vo.tables import Datatype, Door, Field
from vo.tables.uploads import UploadedTable
from vo.tap import (
    CallerSlots,
    Dialect,
    Example,
    FetchRules,
    Plan,
    Statement,
    TapLimits,
    TapRunner,
    TapService,
    URLFetcher,
    tap_capabilities,
)
from vo.uws import JobLimits, JobWaiting
from vo.vosi import ANONYMOUS, Availability

__all__ = ["LIMITS", "STARS", "MemoryBackend", "MemoryUploads", "TapWorld"]

Row = tuple[object, ...]
T = TypeVar("T")

STARS = Table(
    "cat",
    "stars",
    "cat.stars",
    (
        Column(Field("id", Datatype.LONG, ucd="meta.id;meta.main", description="The star."), "id", is_indexed=True),
        Column(Field("ra", Datatype.DOUBLE, unit="deg", ucd="pos.eq.ra;meta.main"), "ra", is_principal=True),
        Column(Field("name", Datatype.UNICODE_CHAR, "*", utype="obscore:Target.Name"), "name"),
        Column(Field("size", Datatype.INT), '"size"', is_std=True),
    ),
    foreign_keys=(ForeignKey("cat.kinds", (("name", "kind"),), "What it is."),),
    description="Some stars.",
    rows=3,
)
KINDS = Table("cat", "kinds", "cat.kinds", (Column(Field("kind", Datatype.UNICODE_CHAR, "8*"), "kind"),))
SECRET = Table("team", "targets", "team.targets", (Column(Field("id", Datatype.LONG), "id"),))
ROWS: list[Row] = [(1, 10.5, "Véga", 3), (2, 20.25, None, None), (3, 30.0, 'a "b",\t<c>', -4)]
LIMITS = TapLimits(RowLimits(100, 1000), sync_seconds=2.0, upload_bytes=200_000, upload_rows=1000, upload_tables=3)
JOB_LIMITS = JobLimits()
DOUBLED = Function(
    "doubled",
    (Kind.DOUBLE,),
    Result(Type.DOUBLE),
    "(2 * {0})",
    signature="doubled(x DOUBLE) -> DOUBLE",
    description="Twice that.",
)


class Rows(Generic[T]):
    """Gives rows in a form, in steps, unless it is told to stop."""

    def __init__(self, backend: "MemoryBackend", statement: Statement, make: Callable[[Sequence[Row]], T]) -> None:
        self._backend = backend
        self._statement = statement
        self._make = make
        self.is_cancelled = threading.Event()
        self.is_closed = False

    def __iter__(self) -> Iterator[T]:
        backend = self._backend
        limits = [int(number) for number in re.findall(r"LIMIT (\d+)", self._statement.sql)]
        width = self._statement.sql.rpartition(" AS q (")[2].count(",") + 1
        rows = [row[:width] for row in backend.rows[: min(limits, default=None)]]
        if self.is_cancelled.wait(backend.delay):
            raise CancelledError("cancelled")
        if backend.failure is not None:
            raise backend.failure
        for start in range(0, len(rows), backend.step):
            if self.is_cancelled.is_set():
                raise CancelledError("cancelled")
            if backend.late_failure is not None and start:
                raise backend.late_failure
            yield self._make(rows[start : start + backend.step])

    def cancel(self) -> None:
        self.is_cancelled.set()

    def close(self) -> None:
        self.is_closed = True


@dataclass
class MemoryBackend:
    """Answers each statement with the same rows."""

    rows: list[Row] = field(default_factory=lambda: list(ROWS))
    step: int = 2
    delay: float = 0.0
    failure: Exception | None = None
    late_failure: Exception | None = None
    plan: Plan = field(default_factory=lambda: Plan(5, 0.5, ("stars_id",), (("cat.kinds", 7),)))
    statements: list[tuple[str | None, Statement]] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    running: list[Rows[bytes] | Rows[pa.RecordBatch]] = field(default_factory=list)

    def copy(self, caller: str | None, statement: Statement, door: Door) -> Rows[bytes]:
        self.statements.append((caller, statement))
        self.doors.append(door)
        running = Rows(self, statement, lambda rows: b"".join(_copied(row, door) for row in rows))
        self.running.append(running)
        return running

    def batches(self, caller: str | None, statement: Statement) -> Rows[pa.RecordBatch]:
        self.statements.append((caller, statement))
        self.doors.append(Door.BATCHES)
        running = Rows(self, statement, _batch)
        self.running.append(running)
        return running

    def explain(self, caller: str | None, statement: Statement) -> Plan:
        self.statements.append((caller, statement))
        return self.plan


def _copied(row: Row, door: Door) -> bytes:
    def cell(value: object) -> str:
        if value is None:
            return "\\N" if door is Door.TEXT else ""
        text = str(value)
        if door is Door.TEXT:
            return text.replace("\\", "\\\\").replace("\t", "\\t")
        quoted = text.replace('"', '""')
        return f'"{quoted}"' if any(each in text for each in '",\t\n') else text

    return ((("," if door is Door.CSV else "\t").join(map(cell, row))) + "\n").encode()


def _batch(rows: Sequence[Row]) -> pa.RecordBatch:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(
        [pa.array(column) for column in columns], names=[str(i) for i in range(len(columns))]
    )


class Space:
    """The uploads of one query."""

    def __init__(self, store: "MemoryUploads") -> None:
        self._store = store
        self.name = f"space{len(store.spaces)}"
        self.tables: dict[str, list[pa.RecordBatch]] = {}
        self.is_closed = False

    def add(self, name: str, table: UploadedTable) -> Table:
        self.tables[name] = list(table.batches)
        columns = tuple(Column(each, f'"{each.name}"') for each in table.fields)
        return Table("TAP_UPLOAD", name, f'{self.name}."{name}"', columns)

    def close(self) -> None:
        self.is_closed = True


class MemoryUploads:
    """Keeps uploads."""

    def __init__(self) -> None:
        self.spaces: list[Space] = []
        self.callers: list[str | None] = []

    def open(self, caller: str | None) -> Space:
        self.callers.append(caller)
        self.spaces.append(Space(self))
        return self.spaces[-1]


def tables_for(name: str | None) -> TableMap:
    """Ada knows of a table that others do not."""
    return TableMap((STARS, KINDS, SECRET) if name == "ada" else (STARS, KINDS))


class TapWorld:
    """A TAP service with all that it needs."""

    def __init__(
        self,
        *,
        limits: TapLimits = LIMITS,
        queue: MemoryQueue | ThreadQueue | None = None,
        rules: FetchRules | None = None,
    ) -> None:
        self.limits = limits
        self.backend = MemoryBackend()
        self.uploads = MemoryUploads()
        self.fetcher = URLFetcher(rules or FetchRules(seconds=2, largest=limits.upload_bytes))
        self.dialect = Dialect(functions=(DOUBLED,))
        self.service = TapService[str | None](
            tables_for=tables_for,
            dialect=self.dialect,
            backend=self.backend,
            uploads=self.uploads,
            limits=limits,
        )
        self.jobs = JobWorld(queue=queue)
        self.runner = TapRunner(
            service=self.service,
            files=self.jobs.files,
            caller_of=lambda owner: owner,
            fetcher=self.fetcher,
            limits=limits,
        )
        self.jobs.runner.work = self.runner.run
        self.admission = CallerSlots[str | None](key_of=lambda name: name or "", per_caller=3, together=5)
        self.availability = Availability(is_available=True, up_since=datetime(2026, 3, 1, tzinfo=UTC))

    def app(self, base: str = BASE) -> Flask:
        """Give the service behind Flask."""
        app = Flask("tap")
        capabilities = tap_capabilities(
            url=base,
            limits=self.limits,
            job_limits=JOB_LIMITS,
            functions=self.dialect.functions,
            extensions=self.dialect.extensions,
            security=(ANONYMOUS, "ivo://ivoa.net/sso#BasicAA"),
            data_models=(("ivo://ivoa.net/std/ObsCore#core-1.1", "ObsCore 1.1"),),
        )
        blueprint = tap_blueprint(
            url=base,
            service=self.service,
            jobs=self.jobs.service,
            waiting=JobWaiting(store=self.jobs.store, longest=5),
            limits=self.limits,
            fetcher=self.fetcher,
            admission=self.admission,
            capabilities=capabilities,
            schemas={"team": "Of the team.", "cat": "Catalogues."},
            availability=lambda: self.availability,
            examples=(Example("Stars", "SELECT TOP 2 * FROM cat.stars", "The first.", ("cat.stars",)),),
            front_page=lambda: "<h1>For people</h1>",
            identify=caller,
            owner_of=lambda name: name,
            translate=_translated,
            challenges=lambda error: ["ivoa_bearer", *(["Bearer"] if error else [])],
        )
        app.register_blueprint(blueprint)
        app.wsgi_app = QuotedBoundary(app.wsgi_app)  # type: ignore[method-assign]
        return app


def _translated(error: Exception) -> DALIError | None:
    return None
