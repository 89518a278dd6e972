# SPDX-License-Identifier: BSD-3-Clause
"""The phases of a job and the moves between them (UWS 1.1 §2.1.3)."""

from enum import StrEnum

__all__ = ["ACTIVE", "FINISHED", "MOVES", "Phase"]


class Phase(StrEnum):
    """Where a job stands."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"
    UNKNOWN = "UNKNOWN"
    HELD = "HELD"
    SUSPENDED = "SUSPENDED"
    ARCHIVED = "ARCHIVED"


# The only moves there are. HELD, SUSPENDED, UNKNOWN and ARCHIVED are never taken by this
# service; clients may ask for them in lists.
MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.PENDING: frozenset({Phase.QUEUED, Phase.ABORTED}),
    Phase.QUEUED: frozenset({Phase.EXECUTING, Phase.ABORTED, Phase.ERROR}),
    # Back to QUEUED when the worker that had it died, or had no time for so long a job.
    Phase.EXECUTING: frozenset({Phase.COMPLETED, Phase.ERROR, Phase.ABORTED, Phase.QUEUED}),
}

# In these a client may wait for a change (UWS 1.1 §2.2.1.2).
ACTIVE = frozenset({Phase.PENDING, Phase.QUEUED, Phase.EXECUTING})
FINISHED = frozenset({Phase.COMPLETED, Phase.ERROR, Phase.ABORTED})
