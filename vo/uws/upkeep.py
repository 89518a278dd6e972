# SPDX-License-Identifier: BSD-3-Clause
"""What is done for all jobs now and then: destruction, and jobs that were lost on the way."""

from datetime import timedelta

from vo.dali import Clock
from vo.uws.job import Job, JobError
from vo.uws.limits import JobLimits
from vo.uws.ports import JobQueue, JobStore, ResultStore

__all__ = ["JobUpkeep"]


class JobUpkeep:
    """Removes what is due and returns what was orphaned; may run on many nodes at once.

    Parameters
    ----------
    silence
        A worker that was not heard of for so long is dead.
    patience
        A job that has been QUEUED for so long is sent again: its message may be lost.
    batch
        Jobs of a kind a call.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        queue: JobQueue,
        files: ResultStore,
        limits: JobLimits,
        clock: Clock,
        silence: timedelta = timedelta(minutes=2),
        patience: timedelta = timedelta(minutes=10),
        batch: int = 200,
    ) -> None:
        self._store = store
        self._queue = queue
        self._files = files
        self._limits = limits
        self._clock = clock
        self._silence = silence
        self._patience = patience
        self._batch = batch

    def run(self) -> int:
        """Do all of it; give the number of jobs that something was done about."""
        return self.destroy() + self.revive() + self.resend()

    def destroy(self) -> int:
        """Remove jobs whose destruction has come, files first: what fails is found again."""
        due = self._store.expired(self._clock(), self._batch)
        for job in due:
            for file in (*job.inputs, *job.results):
                self._files.delete(file.key)
            self._store.delete(job.job_id)
        return len(due)

    def revive(self) -> int:
        """Queue jobs again whose workers died, or give up on those that killed several."""
        orphans = self._store.silent(self._clock() - self._silence, self._batch)
        return sum(self._revive(job) for job in orphans)

    def resend(self) -> int:
        """Send jobs again that have been waiting for long; doing so twice does no harm."""
        waiting = self._store.forgotten(self._clock() - self._patience, self._batch)
        found = [job for job in waiting if self._store.swap(job, job.changed())]
        for job in found:
            self._queue.send(job.job_id)
        return len(found)

    def _revive(self, job: Job) -> bool:
        if job.attempt >= self._limits.attempts:
            error = JobError(
                f"The job was begun {job.attempt} times, and each time its worker stopped before the end.", 500
            )
            return self._store.swap(job, job.failed(self._clock(), error))
        if not self._store.swap(job, job.queued()):
            return False
        self._queue.send(job.job_id)
        return True
