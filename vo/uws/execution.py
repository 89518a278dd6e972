# SPDX-License-Identifier: BSD-3-Clause
"""What a worker does with a job; nothing here belongs to the web."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

from vo.dali import Cancellation, Clock, DALIError, UnavailableError, as_fault
from vo.uws.job import Job, JobError, JobFile
from vo.uws.phases import Phase
from vo.uws.ports import JobStore, ResultStore

__all__ = ["Execution", "JobAnswer", "JobRunner"]

_log = logging.getLogger(__name__)

# What goes away so often under a job goes away because of it.
_OUTAGES = 3


@dataclass(frozen=True)
class JobAnswer:
    """What a job yields.

    Parameters
    ----------
    chunks
        The bytes; an error on the way makes the job fail.
    close
        Ends what is under way, when all was written or nothing more can be.
    status
        Tells `JobFile.status` when all was written.
    """

    media_type: str
    filename: str
    chunks: Iterable[bytes]
    close: Callable[[], None] | None = None
    status: Callable[[], str] = str


class JobRunner(Protocol):
    """Knows what the jobs of a service are about."""

    def run(self, job: Job, cancellation: Cancellation) -> JobAnswer:
        """Do the job's work; stop soon when told so."""


class Execution:
    """Claims a job, does it, and writes down how it ended.

    It may be called twice for a job: the second call finds it claimed. A worker that was taken
    for dead and was not finds that its attempt is over, and leaves no trace.

    Parameters
    ----------
    translate
        Knows the exceptions of the application.
    look_seconds
        How often a running job looks whether it was aborted or deleted.
    beat_seconds
        How often it says that it lives.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        files: ResultStore,
        runner: JobRunner,
        clock: Clock,
        translate: Callable[[Exception], DALIError | None] | None = None,
        look_seconds: float = 1.0,
        beat_seconds: float = 10.0,
    ) -> None:
        self._store = store
        self._files = files
        self._runner = runner
        self._clock = clock
        self._translate = translate
        self._look_seconds = look_seconds
        self._beat_seconds = beat_seconds

    def execute(self, job_id: str, within: float | None = None) -> bool:
        """Do a job that is QUEUED; nothing happens if it is not.

        Parameters
        ----------
        within
            Seconds that it may take here; None for no such limit. A job that takes longer is stopped: it was
            no small one.

        Returns
        -------
        bool
            False for a job that is QUEUED again, to begin anew elsewhere: it was stopped so, or what it stands
            on went away under it, such as a database that is started anew. True for all others.
        """
        job = self._claim(job_id)
        if job is None:
            return True
        with self._watched(job, within) as watch:
            end = self._end_of(job, watch)
        if end is None:
            return not self._patiently(lambda: self._swap_own(job, lambda current: current.queued()))
        self._finish(job, end)
        return True

    def _claim(self, job_id: str) -> Job | None:
        while True:
            job = self._store.get(job_id)
            if job is None or job.phase is not Phase.QUEUED:
                return None
            begun = job.begun(self._clock())
            if self._store.swap(job, begun):
                return begun

    def _end_of(self, job: Job, watch: "_Watch") -> JobFile | JobError | None:
        """Do the work; None if it is to begin anew."""
        try:
            answer = self._runner.run(job, watch.cancellation)
            with ExitStack() as stack:
                if answer.close is not None:
                    stack.callback(answer.close)
                stored = self._files.write(answer.chunks)
                status = answer.status()
        except Exception as exc:  # noqa: BLE001 -- the edge of a worker: whatever happens belongs to the job
            if watch.is_overdue:
                return JobError(f"The job ran longer than its execution duration of {job.execution_duration} s.")
            if watch.is_too_long:
                return None
            fault = as_fault(exc, self._translate)
            if isinstance(fault, UnavailableError) and job.attempt < _OUTAGES:
                _log.warning("job %s begins anew: %s", job.job_id, fault.message)
                return None
            return JobError(fault.message, fault.status, fault.is_transient)
        return JobFile("result", stored.key, stored.size, answer.media_type, answer.filename, status)

    def _finish(self, job: Job, end: JobFile | JobError) -> None:
        """Write down the end, unless the job was aborted, deleted or given to another worker."""
        is_kept = False
        try:
            is_kept = self._patiently(lambda: self._swap_own(job, lambda current: self._ended(current, end)))
        finally:
            if isinstance(end, JobFile) and not is_kept:
                self._files.delete(end.key)

    def _ended(self, job: Job, end: JobFile | JobError) -> Job:
        now = self._clock()
        return job.completed(now, end) if isinstance(end, JobFile) else job.failed(now, end)

    def _swap_own(self, job: Job, change: Callable[[Job], Job]) -> bool:
        """Change the job as it is now, if it is still this attempt's; say whether it was."""
        while True:
            current = self._store.get(job.job_id)
            if current is None or current.phase is not Phase.EXECUTING or current.attempt != job.attempt:
                return False
            if self._store.swap(current, change(current)):
                return True

    def _patiently(self, step: Callable[[], bool]) -> bool:
        """Try again while the store is away, for a minute: the work of hours may be at stake."""
        for pause in (1.0, 2.0, 4.0, 8.0, 15.0, 30.0):
            try:
                return step()
            except UnavailableError:
                _log.warning("the store of jobs does not answer; another try in %s s", pause)
                time.sleep(pause * self._look_seconds)
        return step()

    @contextmanager
    def _watched(self, job: Job, within: float | None) -> Iterator["_Watch"]:
        watch = _Watch(job, self._store, self._clock, self._look_seconds, self._beat_seconds, within)
        watch.start()
        try:
            yield watch
        finally:
            watch.stop()


class _Watch(threading.Thread):
    """Runs beside a job: says that it lives, and cancels it when it is aborted, deleted, overdue or too long here."""

    def __init__(self, job: Job, store: JobStore, clock: Clock, look: float, beat: float, within: float | None) -> None:
        super().__init__(name=f"watch-{job.job_id}", daemon=True)
        self.cancellation = Cancellation()
        self.is_overdue = False
        self.is_too_long = False
        self._job = job
        self._store = store
        self._clock = clock
        self._look = look
        self._beat = beat
        self._within = within
        self._over = threading.Event()

    def run(self) -> None:
        """Look now and then, until the job is over or cancelled."""
        begun = last_beat = time.monotonic()
        while not self._over.wait(self._look) and not self.cancellation.is_cancelled:
            now = time.monotonic()
            self.is_overdue = now - begun > self._job.execution_duration
            self.is_too_long = self._within is not None and now - begun > self._within
            is_beat = now - last_beat >= self._beat
            if is_beat:
                last_beat = now
            if self.is_overdue or self.is_too_long or not self._is_wanted(with_beat=is_beat):
                self.cancellation.cancel()

    def stop(self) -> None:
        """End the watch."""
        self._over.set()
        self.join()

    def _is_wanted(self, *, with_beat: bool) -> bool:
        try:
            if with_beat:
                return self._store.beat(self._job.job_id, self._job.attempt, self._clock())
            status = self._store.status(self._job.job_id)
        except Exception:  # noqa: BLE001 -- the edge of a thread
            # The store may be away for a moment; the work need not end for that.
            _log.exception("job %s cannot be looked at", self._job.job_id)
            return True
        return status is not None and status.phase is Phase.EXECUTING
