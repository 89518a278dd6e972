# SPDX-License-Identifier: BSD-3-Clause
"""What jobs need of the application: a store, a queue, a place for files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from vo.uws.job import Job
from vo.uws.phases import Phase

__all__ = ["JobQuery", "JobQueue", "JobStatus", "JobStore", "ResultStore", "StoredFile"]


@dataclass(frozen=True)
class JobStatus:
    """What a look at one indexed row tells."""

    owner: str | None
    phase: Phase
    version: int


@dataclass(frozen=True)
class JobQuery:
    """Which jobs of an owner a list shows (UWS 1.1 §2.2.2.1).

    Parameters
    ----------
    phases
        Any of these; none given means all but ARCHIVED.
    after
        Created after this.
    last
        So many of the newest.
    """

    phases: frozenset[Phase] = frozenset()
    after: datetime | None = None
    last: int | None = None


class JobStore(Protocol):
    """Keeps jobs. Each method is whole in itself: it is stored when it returns."""

    def add(self, job: Job) -> None:
        """Keep a new job."""

    def get(self, job_id: str) -> Job | None:
        """Give a job; None if there is none."""

    def status(self, job_id: str) -> JobStatus | None:
        """Look at one row by its key; asked often, and holds nothing afterwards."""

    def swap(self, old: Job, new: Job) -> bool:
        """Put `new` in the place of `old` if that still has its version; say whether it had."""

    def delete(self, job_id: str) -> None:
        """Forget a job; nothing happens if there is none."""

    def find(self, owner: str, query: JobQuery) -> Sequence[Job]:
        """Give the jobs of an owner, newest first."""

    def count_active(self, owner: str | None) -> int:
        """Count the jobs of an owner, or of nobody known, that are QUEUED or EXECUTING."""

    def count_bytes(self, owner: str | None) -> int:
        """Count the bytes of all files of an owner's jobs, or of those of nobody known."""

    def beat(self, job_id: str, attempt: int, now: datetime) -> bool:
        """Note that the worker of this attempt lives; say whether the job is still EXECUTING and this attempt's."""

    def silent(self, before: datetime, most: int) -> Sequence[Job]:
        """Give jobs that are EXECUTING, begun before that, and whose worker was not heard of since."""

    def forgotten(self, before: datetime, most: int) -> Sequence[Job]:
        """Give jobs that are QUEUED and have not changed since before that."""

    def expired(self, now: datetime, most: int) -> Sequence[Job]:
        """Give jobs whose destruction has come."""


class JobQueue(Protocol):
    """Hands jobs to workers."""

    def send(self, job_id: str) -> None:
        """Have `Execution.execute` called with this id, elsewhere and once at least."""


@dataclass(frozen=True)
class StoredFile:
    """A file that `ResultStore` has."""

    key: str
    size: int


class ResultStore(Protocol):
    """Keeps files of jobs."""

    def write(self, chunks: Iterable[bytes]) -> StoredFile:
        """Keep a file under a key of its own: wholly or, when `chunks` or the disk fails, not at all."""

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading; it can be sought in."""

    def delete(self, key: str) -> None:
        """Remove a file; nothing happens if there is none."""
