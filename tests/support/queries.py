"""The query page's world without a database of its own: TAP in memory, asked by callers of the archive."""

from datetime import timedelta

import pyarrow as pa

from archive.domain.access import ANONYMOUS, Caller
from archive.errors import ConfigError
from archive.queues import InlineQueue
from archive.queues.names import LONG_QUERY
from archive.services.queries import QueryDesk
from archive.services.tap import QueryLanes, TableAccess, WalledTables
from tests.support.jobs import JobWorld, MemoryQueue
from tests.support.tap import MemoryBackend, MemoryUploads, Row, Rows, Space
from vo.adql import Column, ForeignKey, Table, TableMap
from vo.dali import RowLimits
from vo.tables import Datatype, Door, Field
from vo.tap import (
    CallerSlots,
    Dialect,
    FetchRules,
    Plan,
    Statement,
    TapLimits,
    TapRunner,
    TapService,
    URLFetcher,
)
from vo.uws import JobLimits, JobWaiting

__all__ = ["FILES", "QUERY", "QueryWorld"]

FILES = Table(
    "ivoa",
    "obscore",
    "ivoa.obscore",
    (
        Column(
            Field("obs_id", Datatype.UNICODE_CHAR, "*", ucd="meta.id", description="The observation."),
            "obs_id",
            is_indexed=True,
        ),
        Column(Field("s_ra", Datatype.DOUBLE, unit="deg", ucd="pos.eq.ra", description="Right ascension."), "s_ra"),
        Column(Field("access_url", Datatype.CHAR, "*", ucd="meta.ref.url", description="Where it is."), "access_url"),
        Column(Field("em_res", Datatype.FLOAT, description="<b>bold</b>"), "em_res"),
    ),
    foreign_keys=(ForeignKey("ivoa.plane", (("obs_id", "id"),)),),
    description="All files.",
    rows=3,
)
PLANE = Table("ivoa", "plane", "ivoa.plane", (Column(Field("id", Datatype.UNICODE_CHAR, "*"), "id"),))
SECRET = Table("team", "targets", "team.targets", (Column(Field("id", Datatype.LONG), "id"),))
ROWS: list[Row] = [
    ("obs-1", 10.6847, "https://archive.example/data/abc", 0.1),
    ("<script>alert(1)</script>", None, "javascript:alert(2)", None),
    ("obs-3", 350.0, 'https://archive.example/data/"><img src=x>', 2.5),
]
QUERY = "SELECT obs_id, s_ra, access_url, em_res FROM ivoa.obscore"


class CallersBackend:
    """The backend in memory, for callers of the archive."""

    def __init__(self) -> None:
        self.memory = MemoryBackend(rows=list(ROWS), plan=Plan(5000, 0.5, ("obs_id_key",), (("ivoa.plane", 7),)))

    def copy(self, caller: Caller, statement: Statement, door: Door) -> Rows[bytes]:
        return self.memory.copy(caller.username, statement, door)

    def batches(self, caller: Caller, statement: Statement) -> Rows[pa.RecordBatch]:
        return self.memory.batches(caller.username, statement)

    def explain(self, caller: Caller, statement: Statement) -> Plan:
        return self.memory.explain(caller.username, statement)


class CallersUploads:
    """The uploads in memory, for callers of the archive."""

    def __init__(self) -> None:
        self.memory = MemoryUploads()

    def open(self, caller: Caller) -> Space:
        return self.memory.open(caller.username)


def _tables_for(caller: Caller) -> TableMap:
    return TableMap((FILES, PLANE, SECRET) if caller.username == "ada" else (FILES, PLANE))


class QueryWorld:
    """A query desk with all that it needs; jobs wait in the queue until `work` is called."""

    def __init__(self, *, job_limits: JobLimits | None = None) -> None:
        self.limits = TapLimits(RowLimits(1000, 5000), sync_seconds=2.0)
        self.backend = CallersBackend()
        self.queue = MemoryQueue()
        limits = job_limits or JobLimits(default_retention=timedelta(days=7))
        self.jobs = JobWorld(queue=self.queue, limits=limits)
        self.admission = CallerSlots[Caller](key_of=lambda caller: caller.username or "", per_caller=2, together=3)
        self.access = self._access(limits)
        self.desk = QueryDesk(access=self.access)
        self.fallen: list[str] = []

    def work(self) -> None:
        """Do all jobs that wait."""
        while self.queue.sent:
            self.lanes.run(self.queue.sent.pop())

    def _access(self, limits: JobLimits) -> TableAccess:
        dialect = Dialect()
        fetcher = URLFetcher(FetchRules(seconds=2, largest=1000))
        service = TapService[Caller](
            tables_for=WalledTables(_tables_for, self._check),
            dialect=dialect,
            backend=self.backend,
            uploads=CallersUploads(),
            limits=self.limits,
        )
        runner = TapRunner(
            service=service,
            files=self.jobs.files,
            caller_of=lambda owner: Caller(user_id=1, username=owner) if owner else ANONYMOUS,
            fetcher=fetcher,
            limits=self.limits,
        )
        self.jobs.runner.work = runner.run
        tasks = InlineQueue({LONG_QUERY: self.jobs.execution.execute})
        self.runner = runner
        self.lanes = QueryLanes(store=self.jobs.store, runner=runner, execution=self.jobs.execution, queue=tasks)
        return TableAccess(
            service=service,
            dialect=dialect,
            limits=self.limits,
            job_limits=limits,
            fetcher=fetcher,
            admission=self.admission,
            jobs=self.jobs.service,
            waiting=JobWaiting(store=self.jobs.store, longest=5),
            lanes=self.lanes,
            upkeep=self.jobs.upkeep,
            sweep=lambda: None,
            schemas={"ivoa": "Tables of the <IVOA>.", "team": "Of the team."},
            check=self._check,
            dispose=lambda: None,
        )

    def _check(self) -> None:
        if self.fallen:
            raise ConfigError(f"fallen: {self.fallen}")
