# SPDX-License-Identifier: BSD-3-Clause
"""Jobs, kept by the rules of ``vo/uws``."""

import typing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from archive.db.schema import JobRow
from archive.db.session import Database
from archive.domain.clock import Clock
from archive.domain.owners import names_covered, names_of_person
from archive.errors import UnavailableError
from vo.dali import UnavailableError as UnavailableFault
from vo.uws import Job, JobError, JobFile, JobQuery, JobStatus, Phase

__all__ = ["ServiceJobs"]

_ACTIVE = (Phase.QUEUED, Phase.EXECUTING)


class ServiceJobs:
    """The jobs of one service: `vo.uws.JobStore` on the table ``job``.

    Each method is a transaction of its own, since between two steps of a job nothing may be held.
    """

    def __init__(self, *, database: Database, service: str, clock: Clock) -> None:
        self._database = database
        self._service = service
        self._clock = clock

    def add(self, job: Job) -> None:
        """Keep a new job."""
        with self._transaction() as session:
            session.execute(insert(JobRow), [self._values(job)])

    def get(self, job_id: str) -> Job | None:
        """Give a job; None if there is none."""
        found = self._find(select(JobRow).where(self._is(job_id)))
        return found[0] if found else None

    def status(self, job_id: str) -> JobStatus | None:
        """Look at one row by its key."""
        with self._transaction() as session:
            query = select(JobRow.owner, JobRow.phase, JobRow.version).where(self._is(job_id))
            row = session.execute(query).one_or_none()
        return JobStatus(row.owner, Phase(row.phase), row.version) if row else None

    def swap(self, old: Job, new: Job) -> bool:
        """Put `new` in the place of `old` if that still has its version; say whether it had."""
        is_old = (self._is(old.job_id), JobRow.version == old.version)
        with self._transaction() as session:
            statement = update(JobRow).where(*is_old).values(self._values(new)).returning(JobRow.job_id)
            return session.execute(statement).one_or_none() is not None

    def delete(self, job_id: str) -> None:
        """Forget a job; nothing happens if there is none."""
        with self._transaction() as session:
            session.execute(delete(JobRow).where(self._is(job_id)))

    def find(self, owner: str, query: JobQuery) -> Sequence[Job]:
        """Give the jobs of an owner, newest first; those of a person's tokens are among the person's."""
        phases = query.phases or frozenset(Phase) - {Phase.ARCHIVED}
        wanted = [self._is_ours(), JobRow.owner.in_(names_covered(owner)), JobRow.phase.in_(sorted(phases))]
        if query.after is not None:
            wanted.append(JobRow.created > query.after)
        return self._find(select(JobRow).where(*wanted).order_by(JobRow.created.desc()).limit(query.last))

    def count_active(self, owner: str | None) -> int:
        """Count the jobs of a person, by whatever name, or of nobody known, that are QUEUED or EXECUTING."""
        with self._transaction() as session:
            query = select(func.count()).where(self._is_of(owner), JobRow.phase.in_(_ACTIVE))
            return session.scalars(query).one()

    def count_bytes(self, owner: str | None) -> int:
        """Count the bytes of all files of a person's jobs, by whatever name, or of those of nobody known."""
        file = func.jsonb_array_elements(JobRow.inputs.concat(JobRow.results), type_=JSONB)
        files = select(file.label("file")).where(self._is_of(owner)).subquery()
        size = cast(files.c.file["size"].astext, BigInteger)
        with self._transaction() as session:
            return int(session.scalars(select(func.coalesce(func.sum(size), 0))).one())

    def beat(self, job_id: str, attempt: int, now: datetime) -> bool:
        """Note that the worker of this attempt lives; say whether the job is still EXECUTING and this attempt's."""
        is_its = (self._is(job_id), JobRow.attempt == attempt, JobRow.phase == Phase.EXECUTING)
        with self._transaction() as session:
            statement = update(JobRow).where(*is_its).values(heard=now).returning(JobRow.job_id)
            return session.execute(statement).one_or_none() is not None

    def silent(self, before: datetime, most: int) -> Sequence[Job]:
        """Give jobs that are EXECUTING, begun before that, and whose worker was not heard of since."""
        last = func.greatest(JobRow.started, JobRow.heard)
        return self._some(JobRow.phase == Phase.EXECUTING, last < before, most)

    def forgotten(self, before: datetime, most: int) -> Sequence[Job]:
        """Give jobs that are QUEUED and have not changed since before that."""
        return self._some(JobRow.phase == Phase.QUEUED, JobRow.changed < before, most)

    def expired(self, now: datetime, most: int) -> Sequence[Job]:
        """Give jobs whose destruction has come."""
        return self._some(JobRow.destruction <= now, self._is_ours(), most)

    def file_keys(self) -> set[str]:
        """Give the keys of all files that belong to jobs, of whatever service."""
        files = func.jsonb_array_elements(JobRow.inputs.concat(JobRow.results))
        with self._transaction() as session:
            return set(session.scalars(select(files.op("->>")("key"))))

    def _some(self, one: ColumnElement[bool], other: ColumnElement[bool], most: int) -> Sequence[Job]:
        return self._find(select(JobRow).where(self._is_ours(), one, other).order_by(JobRow.changed).limit(most))

    def _find(self, query: Select[JobRow]) -> Sequence[Job]:
        with self._transaction() as session:
            return [_job(row) for row in session.scalars(query)]

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        try:
            with self._database.begin() as uow:
                yield uow.session
        except UnavailableError as exc:
            # Workers wait for a store that is away, if they hear of it in the words of `vo`.
            raise UnavailableFault(exc.message) from exc

    def _is_of(self, owner: str | None) -> ColumnElement[bool]:
        whose = JobRow.owner.is_(None) if owner is None else JobRow.owner.in_(names_of_person(owner))
        return self._is_ours() & whose

    def _is_ours(self) -> ColumnElement[bool]:
        return JobRow.service == self._service

    def _is(self, job_id: str) -> ColumnElement[bool]:
        return (JobRow.job_id == job_id) & self._is_ours()

    def _values(self, job: Job) -> dict[str, object]:
        return {
            "job_id": job.job_id,
            "service": self._service,
            "owner": job.owner,
            "phase": job.phase,
            "version": job.version,
            "attempt": job.attempt,
            "run_id": job.run_id,
            "execution_duration": job.execution_duration,
            "created": job.created,
            "changed": self._clock(),
            "started": job.started,
            "ended": job.ended,
            "destruction": job.destruction,
            "parameters": [list(pair) for pair in job.parameters],
            "inputs": [asdict(file) for file in job.inputs],
            "results": [asdict(file) for file in job.results],
            "error": asdict(job.error) if job.error else None,
        }


def _job(row: JobRow) -> Job:
    return Job(
        job_id=row.job_id,
        owner=row.owner,
        created=row.created,
        destruction=row.destruction,
        execution_duration=row.execution_duration,
        phase=Phase(row.phase),
        version=row.version,
        attempt=row.attempt,
        run_id=row.run_id,
        started=row.started,
        ended=row.ended,
        parameters=tuple((name, value) for name, value in row.parameters),
        inputs=_files(row.inputs),
        results=_files(row.results),
        error=JobError(**typing.cast("Any", row.error)) if row.error else None,
    )


def _files(stored: list[dict[str, object]]) -> tuple[JobFile, ...]:
    return tuple(JobFile(**typing.cast("Any", file)) for file in stored)
