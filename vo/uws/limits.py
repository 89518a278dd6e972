# SPDX-License-Identifier: BSD-3-Clause
"""What jobs may use, and how long they are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["JobLimits"]


@dataclass(frozen=True)
class JobLimits:
    """Limits of all jobs of a service; capabilities declare them.

    Parameters
    ----------
    default_duration, hard_duration
        Seconds a job may run: unasked, and at most.
    default_retention, hard_retention
        How long a job and its results are kept: unasked, and at most.
    active_per_owner
        Jobs of one owner that may wait or run at a time; those of nobody known count together.
    active_anonymous
        The same for those of nobody known, together.
    kept_bytes
        Of all files of one owner's jobs, sent or made; those of nobody known count together.
    attempts
        How often a job is begun whose workers die under it, or have no time for so long a one.
    """

    default_duration: int = 3600
    hard_duration: int = 24 * 3600
    default_retention: timedelta = timedelta(days=7)
    hard_retention: timedelta = timedelta(days=30)
    active_per_owner: int = 100
    active_anonymous: int = 1000
    kept_bytes: int = 100_000_000_000
    attempts: int = 4

    def duration(self, asked: int | None) -> int:
        """Give the seconds that a job gets; 0 asks for all there are (UWS 1.1 §2.1.4)."""
        if asked is None:
            return self.default_duration
        return min(asked, self.hard_duration) if asked > 0 else self.hard_duration

    def destruction(self, created: datetime, now: datetime, asked: datetime | None) -> datetime:
        """Give the time at which a job goes; neither before now nor after the longest time it may be kept."""
        if asked is None:
            return created + self.default_retention
        return max(now, min(asked, created + self.hard_retention))

    def active(self, owner: str | None) -> int:
        """Give how many jobs of this owner may wait or run at a time."""
        return self.active_anonymous if owner is None else self.active_per_owner
