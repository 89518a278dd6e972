# SPDX-License-Identifier: BSD-3-Clause
"""What a client can do with jobs (UWS 1.1 §2.2): its own ones, and no other's."""

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import BinaryIO

from vo.dali import Clock, ForbiddenError, NotFoundError, TooManyError, UnavailableError, UsageError
from vo.uws.job import Job, JobFile, JobRequest
from vo.uws.limits import JobLimits
from vo.uws.phases import FINISHED, Phase
from vo.uws.ports import JobQuery, JobQueue, JobStore, ResultStore

__all__ = ["JobService"]

_log = logging.getLogger(__name__)

# Of these there may be several; a new value of any other replaces the old one (TAP 1.1 §2.7.6).
_MANY = frozenset({"UPLOAD"})
_TRIES = 20


class JobService:
    """Makes, shows, starts, stops and removes jobs.

    The first argument of each method is the owner: an opaque name, None for nobody known. A job
    of another owner does not exist; one of nobody known is open to whoever has its id.

    Parameters
    ----------
    new_id
        Gives ids that nobody can guess.
    covers
        Whether the jobs of an owner, the second, are open to another, the first.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        queue: JobQueue,
        files: ResultStore,
        limits: JobLimits,
        clock: Clock,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
        covers: Callable[[str | None, str | None], bool] = lambda owner, other: other in {None, owner},
    ) -> None:
        self._store = store
        self._queue = queue
        self._files = files
        self._limits = limits
        self._clock = clock
        self._new_id = new_id
        self._covers = covers

    def keep(self, name: str, chunks: Iterable[bytes], media_type: str, filename: str) -> JobFile:
        """Store a file that came with a request, for the job that is made from it next."""
        stored = self._files.write(chunks)
        return JobFile(name, stored.key, stored.size, media_type, filename)

    def discard(self, file: JobFile) -> None:
        """Throw a file away that no job was made from."""
        self._files.delete(file.key)

    def create(self, owner: str | None, request: JobRequest) -> Job:
        """Make a job that waits to be started.

        Raises
        ------
        ForbiddenError
            The owner keeps too much already.
        """
        if request.inputs:
            self._require_space(owner)
        now = self._clock()
        job = Job(
            job_id=self._new_id(),
            owner=owner,
            created=now,
            destruction=self._limits.destruction(now, now, request.destruction),
            execution_duration=self._limits.duration(request.execution_duration),
            run_id=request.run_id,
            parameters=_merged((), request.parameters),
            inputs=request.inputs,
        )
        self._store.add(job)
        return job

    def list(self, owner: str | None, query: JobQuery) -> Sequence[Job]:
        """Give the owner's jobs, newest first; nobody known has no list."""
        return () if owner is None else self._store.find(owner, query)

    def get(self, owner: str | None, job_id: str) -> Job:
        """Give a job.

        Raises
        ------
        NotFoundError
            There is none, or none of this owner's.
        """
        job = self._store.get(job_id)
        if job is None or not self._covers(owner, job.owner):
            raise NotFoundError("There is no such job.")
        return job

    def add_parameters(self, owner: str | None, job_id: str, request: JobRequest) -> Job:
        """Add or replace parameters of a job that was not started.

        Raises
        ------
        ForbiddenError
            It was.
        """

        def step(job: Job) -> Job:
            _require_pending(job, "Its parameters")
            if {file.name for file in job.inputs} & {file.name for file in request.inputs}:
                raise UsageError("The job has a part of that name already; please make a new job.")
            if request.inputs:
                self._require_space(job.owner)
            merged = _merged(job.parameters, request.parameters)
            return job.changed(
                parameters=merged, inputs=(*job.inputs, *request.inputs), run_id=request.run_id or job.run_id
            )

        return self._change(owner, job_id, step)

    def set_duration(self, owner: str | None, job_id: str, seconds: int) -> Job:
        """Say how long a job may run, within the limits; only before it is started."""

        def step(job: Job) -> Job:
            _require_pending(job, "Its execution duration")
            return job.changed(execution_duration=self._limits.duration(seconds))

        return self._change(owner, job_id, step)

    def set_destruction(self, owner: str | None, job_id: str, moment: datetime) -> Job:
        """Say when a job goes, within the limits."""
        return self._change(
            owner,
            job_id,
            lambda job: job.changed(destruction=self._limits.destruction(job.created, self._clock(), moment)),
        )

    def run(self, owner: str | None, job_id: str) -> Job:
        """Start a job; nothing happens if it was started before.

        Raises
        ------
        ForbiddenError
            It was aborted, or the owner keeps too much already.
        TooManyError
            The owner has too many under way.
        """

        def step(job: Job) -> Job:
            if job.phase is Phase.PENDING:
                self._require_room(job.owner)
                return job.queued()
            if job.phase is Phase.ABORTED:
                raise ForbiddenError("The job was aborted and cannot be started; please make a new one.")
            return job

        before = self.get(owner, job_id)
        job = self._change(owner, job_id, step)
        if before.phase is Phase.PENDING and job.phase is Phase.QUEUED:
            self._send(job_id)
        return job

    def abort(self, owner: str | None, job_id: str) -> Job:
        """Stop a job; nothing happens if it is over. The worker that has it notices by itself."""
        return self._change(owner, job_id, lambda job: job if job.phase in FINISHED else job.aborted(self._clock()))

    def delete(self, owner: str | None, job_id: str) -> None:
        """Remove a job with all its files; a worker that has it stops."""
        job = self.get(owner, job_id)
        for file in (*job.inputs, *job.results):
            self._files.delete(file.key)
        self._store.delete(job_id)

    def open(self, file: JobFile) -> BinaryIO:
        """Open a file of a job that was given to its owner."""
        return self._files.open(file.key)

    def _change(self, owner: str | None, job_id: str, step: Callable[[Job], Job]) -> Job:
        """Change a job as it is now; again from the start where somebody was faster."""
        for _ in range(_TRIES):
            job = self.get(owner, job_id)
            changed = step(job)
            if changed is job or self._store.swap(job, changed):
                return changed
        raise UnavailableError("The job is being changed by others all the time; please try again.")

    def _require_room(self, owner: str | None) -> None:
        most = self._limits.active(owner)
        if self._store.count_active(owner) >= most:
            whose = "Anonymous callers" if owner is None else "You"
            raise TooManyError(
                f"{whose} have {most} jobs waiting or running, which is as many as may be. "
                "Please start this one when some are done.",
                retry_after=60,
            )

        self._require_space(owner)

    def _require_space(self, owner: str | None) -> None:
        kept, most = self._store.count_bytes(owner), self._limits.kept_bytes
        if kept >= most:
            whose = "of anonymous callers' jobs" if owner is None else "of your jobs"
            raise ForbiddenError(
                f"The files {whose} have {kept / 1e9:.3g} GB, and {most / 1e9:.3g} GB may be kept. "
                "Please delete jobs that are no longer needed."
            )

    def _send(self, job_id: str) -> None:
        try:
            self._queue.send(job_id)
        except UnavailableError:
            # The job is stored as QUEUED: upkeep sends it once more.
            _log.exception("job %s could not be sent to the queue", job_id)


def _require_pending(job: Job, what: str) -> None:
    if job.phase is not Phase.PENDING:
        raise ForbiddenError(f"The job is {job.phase}. {what} can be changed only before it is started.")


def _merged(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    replaced = {name for name, _ in new if name not in _MANY}
    return (*(pair for pair in old if pair[0] not in replaced), *new)
