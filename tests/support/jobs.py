"""Jobs without a database: a store, a queue and files that live in memory."""

import io
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from vo.dali import Cancellation
from vo.uws import (
    Execution,
    Job,
    JobAnswer,
    JobLimits,
    JobQuery,
    JobService,
    JobStatus,
    JobUpkeep,
    Phase,
    StoredFile,
)

__all__ = ["JobWorld", "MemoryFiles", "MemoryJobs", "MemoryQueue", "ThreadQueue"]

Work = Callable[[Job, Cancellation], JobAnswer]


class MemoryJobs:
    """A store of jobs."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.jobs: dict[str, Job] = {}
        self.changed: dict[str, datetime] = {}
        self.beats: dict[str, datetime] = {}
        self.looks = 0

    def add(self, job: Job) -> None:
        with self._lock:
            self.jobs[job.job_id] = job
            self.changed[job.job_id] = self._clock()

    def get(self, job_id: str) -> Job | None:
        return self.jobs.get(job_id)

    def status(self, job_id: str) -> JobStatus | None:
        self.looks += 1
        job = self.jobs.get(job_id)
        return JobStatus(job.owner, job.phase, job.version) if job else None

    def swap(self, old: Job, new: Job) -> bool:
        with self._lock:
            current = self.jobs.get(old.job_id)
            if current is None or current.version != old.version:
                return False
            self.jobs[old.job_id] = new
            self.changed[old.job_id] = self.beats[old.job_id] = self._clock()
            return True

    def delete(self, job_id: str) -> None:
        with self._lock:
            self.jobs.pop(job_id, None)

    def find(self, owner: str, query: JobQuery) -> Sequence[Job]:
        phases = query.phases or frozenset(Phase) - {Phase.ARCHIVED}
        found = [job for job in self.jobs.values() if job.owner == owner and job.phase in phases]
        found = [job for job in found if query.after is None or job.created > query.after]
        found.sort(key=lambda job: job.created, reverse=True)
        return found[: query.last]

    def count_active(self, owner: str | None) -> int:
        active = {Phase.QUEUED, Phase.EXECUTING}
        return sum(job.owner == owner and job.phase in active for job in self.jobs.values())

    def count_bytes(self, owner: str | None) -> int:
        jobs = [job for job in self.jobs.values() if job.owner == owner]
        return sum(file.size for job in jobs for file in (*job.inputs, *job.results))

    def beat(self, job_id: str, attempt: int, now: datetime) -> bool:
        job = self.jobs.get(job_id)
        self.beats[job_id] = now
        return job is not None and job.phase is Phase.EXECUTING and job.attempt == attempt

    def silent(self, before: datetime, most: int) -> Sequence[Job]:
        found = [job for job in self.jobs.values() if job.phase is Phase.EXECUTING]
        return [job for job in found if self.beats[job.job_id] < before][:most]

    def forgotten(self, before: datetime, most: int) -> Sequence[Job]:
        found = [job for job in self.jobs.values() if job.phase is Phase.QUEUED]
        return [job for job in found if self.changed[job.job_id] < before][:most]

    def expired(self, now: datetime, most: int) -> Sequence[Job]:
        return [job for job in self.jobs.values() if job.destruction <= now][:most]


class MemoryFiles:
    """Files of jobs."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._count = 0

    def write(self, chunks: Iterable[bytes]) -> StoredFile:
        body = b"".join(chunks)
        self._count += 1
        key = f"file-{self._count}"
        self.files[key] = body
        return StoredFile(key, len(body))

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self.files[key])

    def delete(self, key: str) -> None:
        self.files.pop(key, None)


class MemoryQueue:
    """Keeps what was sent until a test lets it be done."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, job_id: str) -> None:
        self.sent.append(job_id)


class ThreadQueue:
    """Does each job in a thread of its own."""

    def __init__(self) -> None:
        self.execute: Callable[[str], object] = print
        self.threads: list[threading.Thread] = []
        self.sent: list[str] = []

    def send(self, job_id: str) -> None:
        thread = threading.Thread(target=self.execute, args=[job_id])
        self.threads.append(thread)
        self.sent.append(job_id)
        thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(20)


class Runner:
    """Does what a test says."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def run(self, job: Job, cancellation: Cancellation) -> JobAnswer:
        return self.work(job, cancellation)


def _echo(job: Job, cancellation: Cancellation) -> JobAnswer:
    return JobAnswer("text/plain", "answer.txt", [b"done ", job.job_id.encode()])


class JobWorld:
    """All that jobs need, joined."""

    def __init__(
        self,
        *,
        work: Work = _echo,
        limits: JobLimits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        queue: MemoryQueue | ThreadQueue | None = None,
    ) -> None:
        self.clock = clock
        self.store = MemoryJobs(clock)
        self.files = MemoryFiles()
        self.queue = queue or MemoryQueue()
        self.runner = Runner(work)
        limits = limits or JobLimits()
        self.service = JobService(store=self.store, queue=self.queue, files=self.files, limits=limits, clock=clock)
        self.execution = Execution(
            store=self.store, files=self.files, runner=self.runner, clock=clock, look_seconds=0.02, beat_seconds=0.05
        )
        self.upkeep = JobUpkeep(store=self.store, queue=self.queue, files=self.files, limits=limits, clock=clock)
        if isinstance(self.queue, ThreadQueue):
            self.queue.execute = self.execution.execute
