# SPDX-License-Identifier: BSD-3-Clause
"""Table access: what the web, the workers and the query page use of one TAP service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from archive.domain.access import Caller
from archive.errors import ArchiveError, ConfigError, RateLimitedError
from archive.queues import TaskQueue
from archive.queues.names import LONG_QUERY, QUERY
from vo.adql import TableSet
from vo.dali import (
    DALIError,
    ForbiddenError,
    NoRoomError,
    NotFoundError,
    ServiceError,
    TooLargeError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
    UsageError,
)
from vo.tap import CallerCount, CallerSlots, Dialect, TapLimits, TapRunner, TapService, URLFetcher
from vo.uws import Execution, JobLimits, JobService, JobStore, JobUpkeep, JobWaiting, Phase

__all__ = ["QueryLanes", "QueuedQueries", "TableAccess", "WalledTables", "fault_of", "slots"]

_log = structlog.get_logger(__name__)

# What an estimate may be wrong by: a query of this many seconds leaves the lane of the small ones.
_SMALL_SECONDS = 20.0

_FAULTS: dict[int, type[DALIError]] = {
    400: UsageError,
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: UsageError,
    413: TooLargeError,
    415: UsageError,
    500: ServiceError,
    503: UnavailableError,
    507: NoRoomError,
}


@dataclass(frozen=True)
class TableAccess:
    """One TAP service and its jobs, joined.

    Parameters
    ----------
    service
        Answers queries, synchronous and not.
    jobs, waiting
        For clients: asynchronous queries, and long polls on them.
    lanes, upkeep
        For workers.
    sweep
        Removes files that belong to no job, as a worker that was killed leaves them.
    schemas
        Descriptions of the schemas by their names, in the order in which they are listed.
    check
        Raises `ConfigError` where the database does not keep queries from what is not for them.
    dispose
        Closes the connections of queries that are not in use.
    """

    service: TapService[Caller]
    dialect: Dialect
    limits: TapLimits
    job_limits: JobLimits
    fetcher: URLFetcher
    admission: CallerSlots[Caller]
    jobs: JobService
    waiting: JobWaiting
    lanes: "QueryLanes"
    upkeep: JobUpkeep
    sweep: Callable[[], object]
    schemas: Mapping[str, str]
    check: Callable[[], None]
    dispose: Callable[[], None]


class QueuedQueries:
    """Hands jobs to the workers: `vo.uws.JobQueue`."""

    def __init__(self, queue: TaskQueue) -> None:
        self._queue = queue

    def send(self, job_id: str) -> None:
        """Have a worker do a job."""
        self._queue.send(QUERY, job_id)


class QueryLanes:
    """Does the queries of jobs, small ones apart from long ones: none waits behind what takes hours.

    Each is sent to the lane of the small ones first. There it is passed on if it is expected to take long, and
    also if it proves to; so a wrong estimate holds up others for some seconds and no more.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        runner: TapRunner[Caller],
        execution: Execution,
        queue: TaskQueue,
        small_seconds: float = _SMALL_SECONDS,
    ) -> None:
        self._store = store
        self._runner = runner
        self._execution = execution
        self._queue = queue
        self._small_seconds = small_seconds

    def run(self, job_id: str) -> None:
        """Do a job if it is small, and pass it on if not."""
        if not (self._is_small(job_id) and self._execution.execute(job_id, self._small_seconds)):
            self._queue.send(LONG_QUERY, job_id)

    def run_long(self, job_id: str) -> None:
        """Do a job however long it takes."""
        if not self._execution.execute(job_id):
            self._queue.send(LONG_QUERY, job_id)

    def _is_small(self, job_id: str) -> bool:
        job = self._store.get(job_id)
        try:
            return job is None or job.phase is not Phase.QUEUED or self._runner.is_small(job)
        except Exception:  # noqa: BLE001 -- the edge of a worker: what cannot be done is told when it is tried
            _log.info("no estimate of a job", job=job_id, exc_info=True)
            return True


class WalledTables:
    """Gives tables to queries once the walls around queries were found standing, and none before.

    Parameters
    ----------
    check
        Raises `ConfigError` where a wall is down.
    """

    def __init__(self, tables: Callable[[Caller], TableSet], check: Callable[[], None]) -> None:
        self._tables = tables
        self._check = check
        self._is_checked = False

    def __call__(self, caller: Caller) -> TableSet:
        """Give the tables that a caller may name.

        Raises
        ------
        UnavailableError
            A wall is down, or nobody can say.
        """
        if not self._is_checked:
            try:
                self._check()
            except ConfigError as exc:
                raise UnavailableError("Queries are not served here just now, for reasons of safety.") from exc
            self._is_checked = True
        return self._tables(caller)


def slots(processes: int, threads: int, count: CallerCount) -> CallerSlots[Caller]:
    """Give the places of one web process: half of its threads, so that pages are served beside long answers.

    A quarter may wait a moment for such a place, so that a client's small queries at once are not refused.

    Parameters
    ----------
    processes
        Of the web server.
    threads
        Of each.
    count
        Counts what each caller has under way in all of them.
    """
    places = max(1, threads // 2)
    kept = max(1, places // 4)
    return CallerSlots(
        key_of=lambda caller: caller.username or caller.address,
        per_caller=max(1, processes * threads // 4),
        together=max(1, places - kept),
        kept=kept,
        waiting=threads // 4,
        count=count,
    )


def fault_of(error: Exception) -> DALIError | None:
    """Tell an exception of the archive in the words of the protocols; None for any other."""
    if isinstance(error, RateLimitedError):
        return TooManyError(error.message, error.retry_after)
    if isinstance(error, ArchiveError):
        return _FAULTS.get(error.status, ServiceError)(error.message)
    return None
