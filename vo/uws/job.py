# SPDX-License-Identifier: BSD-3-Clause
"""One job, as it is stored and shown."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vo.uws.phases import MOVES, Phase

__all__ = ["Job", "JobError", "JobFile", "JobRequest"]


@dataclass(frozen=True)
class JobFile:
    """A file that belongs to a job: what was sent with it, or what came out.

    Parameters
    ----------
    name
        Within the job; the one result is called ``result`` (TAP 1.1 §2.2).
    key
        What `ResultStore` calls it.
    size
        Bytes.
    media_type
        As in Content-Type.
    filename
        For whoever saves it.
    status
        Of the query that it answers (DALI 1.1 §4.4): ``OK`` or ``OVERFLOW``; empty where there is none.
    """

    name: str
    key: str
    size: int
    media_type: str
    filename: str
    status: str = ""


@dataclass(frozen=True)
class JobError:
    """Why a job failed, in words for the public.

    Parameters
    ----------
    status
        What HTTP would have answered, had it been a plain request.
    is_transient
        Whether the same job may do better later.
    """

    message: str
    status: int = 400
    is_transient: bool = False


@dataclass(frozen=True)
class JobRequest:
    """What a new job is made from.

    Parameters
    ----------
    parameters
        Name, in capitals, and value, in their order.
    inputs
        Files that came with the request, stored already, by their names.
    """

    parameters: tuple[tuple[str, str], ...] = ()
    inputs: tuple[JobFile, ...] = ()
    run_id: str = ""
    execution_duration: int | None = None
    destruction: datetime | None = None


@dataclass(frozen=True)
class Job:
    """A job.

    Parameters
    ----------
    job_id
        Not to be guessed: it is all that keeps an anonymous job apart from strangers.
    owner
        Whose it is; None for a job of nobody known.
    version
        Grows with every change; a change is stored only where nobody was faster.
    attempt
        How often a worker has begun it.
    execution_duration
        Seconds it may run.
    destruction
        When it goes, with all its files.
    """

    job_id: str
    owner: str | None
    created: datetime
    destruction: datetime
    execution_duration: int
    phase: Phase = Phase.PENDING
    version: int = 1
    attempt: int = 0
    run_id: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    inputs: tuple[JobFile, ...] = ()
    results: tuple[JobFile, ...] = ()
    error: JobError | None = None

    @property
    def quote(self) -> datetime | None:
        """When it will be done at the latest, once that can be said."""
        return self.started + timedelta(seconds=self.execution_duration) if self.started else None

    def may_move(self, phase: Phase) -> bool:
        """Whether the move is a legal one."""
        return phase in MOVES.get(self.phase, frozenset())

    def changed(self, **changes: object) -> "Job":
        """Give the job as it is after a change that is no move."""
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]

    def queued(self) -> "Job":
        """Give the job as it waits for a worker."""
        return self._moved(Phase.QUEUED, started=None)

    def begun(self, now: datetime) -> "Job":
        """Give the job as a worker has it."""
        return self._moved(Phase.EXECUTING, started=now, attempt=self.attempt + 1)

    def completed(self, now: datetime, result: JobFile) -> "Job":
        """Give the job as it is when all went well."""
        return self._moved(Phase.COMPLETED, ended=now, results=(result,))

    def failed(self, now: datetime, error: JobError) -> "Job":
        """Give the job as it is when it failed."""
        return self._moved(Phase.ERROR, ended=now, error=error)

    def aborted(self, now: datetime) -> "Job":
        """Give the job as it is when somebody stopped it."""
        return self._moved(Phase.ABORTED, ended=now)

    def _moved(self, phase: Phase, **changes: object) -> "Job":
        if not self.may_move(phase):
            raise ValueError(f"a job cannot go from {self.phase} to {phase}")
        return self.changed(phase=phase, **changes)
