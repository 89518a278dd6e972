# SPDX-License-Identifier: BSD-3-Clause
"""Queries by people: asked in ADQL on a page, answered at once, as a file or by a job."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from archive.domain.access import Caller
from archive.domain.owners import owner_of
from archive.errors import (
    ArchiveError,
    CredentialsError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    QueryRefusedError,
    RateLimitedError,
    UnavailableError,
)
from archive.services.result_tables import SHOWN_ROWS, ResultTable, read_answer, read_file
from archive.services.tap import TableAccess
from vo.dali import Cancellation, DALIError, TooManyError
from vo.tables import FORMATS, Format, find_format
from vo.tap import Estimate, QueryError, SyncQueries, TapAnswer, TapLimits, TapRequest, describe_schemas
from vo.uws import Job, JobLimits, JobQuery, JobRequest
from vo.vosi import SchemaDescription

__all__ = ["LISTED_JOBS", "QueryDesk", "Question"]

LISTED_JOBS = 30
"""Jobs that a page lists, the newest."""

_VERSION = "2.1"


@dataclass(frozen=True)
class Question:
    """What somebody asks.

    Parameters
    ----------
    text
        In ADQL.
    form
        Of the file.
    most
        Rows that are wanted at most; None for as many as are given unasked.
    """

    text: str
    form: Format
    most: int | None = None


class QueryDesk:
    """Answers people, by the same service as answers programs.

    All methods raise `ArchiveError`; of a query that is wrong `QueryRefusedError`. None of them
    runs anything while the database would not keep queries from what is not for them.
    """

    def __init__(self, *, access: TableAccess) -> None:
        self._access = access
        self._sync = SyncQueries(service=access.service, admission=access.admission, limits=access.limits)

    @property
    def limits(self) -> TapLimits:
        """What a query may use."""
        return self._access.limits

    @property
    def job_limits(self) -> JobLimits:
        """What a job may use."""
        return self._access.job_limits

    def schemas(self, caller: Caller) -> tuple[SchemaDescription, ...]:
        """Describe the tables that the caller may ask."""
        with _in_our_words():
            return describe_schemas(self._access.service.tables(caller), self._access.schemas)

    def show(self, caller: Caller, question: Question) -> ResultTable:
        """Run a query and give the first rows."""
        most = min(self._limit(question), SHOWN_ROWS)
        request = TapRequest(question.text, _VERSION, most, FORMATS["json"])
        with _in_our_words(), closing(self._sync.answer(caller, request, self.limits.sync_seconds)) as answer:
            return read_answer(answer)

    def download(self, caller: Caller, question: Question) -> TapAnswer:
        """Run a query; give its answer as a file on its way, which is to be closed."""
        request = TapRequest(question.text, _VERSION, self._limit(question), question.form)
        with _in_our_words():
            return self._sync.answer(caller, request)

    def estimate(self, caller: Caller, question: Question) -> Estimate:
        """Tell what a query would cost."""
        request = TapRequest(question.text, _VERSION, self._limit(question), question.form)
        with _in_our_words():
            return self._sync.estimate(caller, request)

    def start(self, caller: Caller, question: Question) -> Job:
        """Have a query done by a worker; one that is wrong is refused at once."""
        most = {} if question.most is None else {"MAXREC": str(question.most)}
        parameters = {"LANG": "ADQL", "QUERY": question.text, "RESPONSEFORMAT": question.form.name, **most}
        jobs, owner = self._access.jobs, owner_of(caller)
        with _in_our_words():
            self._check(caller, question)
            job = jobs.create(owner, JobRequest(tuple(parameters.items())))
            try:
                return jobs.run(owner, job.job_id)
            except Exception:
                jobs.delete(owner, job.job_id)
                raise

    def jobs(self, caller: Caller) -> Sequence[Job]:
        """Give the caller's newest jobs; nobody known has no list."""
        with _in_our_words():
            return self._access.jobs.list(owner_of(caller), JobQuery(last=LISTED_JOBS))

    def job(self, caller: Caller, job_id: str) -> Job:
        """Give a job of the caller's, or of nobody known."""
        with _in_our_words():
            return self._access.jobs.get(owner_of(caller), job_id)

    def result(self, caller: Caller, job_id: str) -> ResultTable | None:
        """Give the first rows of a job's result; None where there is none that can be shown."""
        job = self.job(caller, job_id)
        if not job.results:
            return None
        file = job.results[0]
        try:
            with _in_our_words(), self._access.jobs.open(file) as body:
                return read_file(body, file.size, find_format(file.media_type))
        except NotFoundError:
            # The job can still be looked at, and deleted.
            return None

    def abort(self, caller: Caller, job_id: str) -> None:
        """Stop a job."""
        with _in_our_words():
            self._access.jobs.abort(owner_of(caller), job_id)

    def delete(self, caller: Caller, job_id: str) -> None:
        """Remove a job with its result."""
        with _in_our_words():
            self._access.jobs.delete(owner_of(caller), job_id)

    def _check(self, caller: Caller, question: Question) -> None:
        """Have what is wrong with a query raised, by planning it."""
        request = TapRequest(question.text, _VERSION, self._limit(question), question.form)
        self._access.service.is_small(caller, request, Cancellation())

    def _limit(self, question: Question) -> int:
        rows = self.limits.rows
        return rows.default if question.most is None else min(question.most, rows.hard)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Tell faults of the protocols as the archive's own."""
    try:
        yield
    except DALIError as exc:
        raise _told(exc) from exc


def _told(fault: DALIError) -> ArchiveError:
    if isinstance(fault, QueryError):
        wrong = fault.error
        return QueryRefusedError(
            wrong.message, line=wrong.line, column=wrong.column, mark=fault.mark, suggestion=wrong.suggestion
        )
    if isinstance(fault, TooManyError):
        return RateLimitedError(fault.message, fault.retry_after)
    known = {401: CredentialsError, 403: PermissionDeniedError, 404: NotFoundError, 503: UnavailableError}
    if fault.status in known:
        return known[fault.status](fault.message)
    return ArchiveError(fault.message) if fault.status >= 500 else InvalidInputError({}, fault.message)
