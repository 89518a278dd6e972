# SPDX-License-Identifier: BSD-3-Clause
"""The preview of a product: its states, and what a page needs to know of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["MAX_ATTEMPTS", "MOVES", "PreviewSize", "PreviewState", "PreviewStatus"]

# A file whose preview has cost this many workers their life gets none.
MAX_ATTEMPTS = 3


class PreviewState(StrEnum):
    """How far a preview is."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    NONE = "none"
    FAILED = "failed"


# The legal moves; a preview may be asked for anew in any state but while it is made.
MOVES = {
    PreviewState.QUEUED: frozenset({PreviewState.RUNNING}),
    PreviewState.RUNNING: frozenset({PreviewState.READY, PreviewState.NONE, PreviewState.FAILED, PreviewState.QUEUED}),
    PreviewState.READY: frozenset({PreviewState.QUEUED}),
    PreviewState.NONE: frozenset({PreviewState.QUEUED}),
    PreviewState.FAILED: frozenset({PreviewState.QUEUED}),
}


class PreviewSize(StrEnum):
    """The two pictures of a preview."""

    LARGE = "preview"
    THUMBNAIL = "thumbnail"


@dataclass(frozen=True)
class PreviewStatus:
    """What a page shows in the place of the picture, or that it may show it.

    Parameters
    ----------
    state
        None where no preview was asked for, as for products that are not held.
    reason
        Why there is none.
    is_shown
        Whether there is a picture and the caller may have it: pixels are data.
    data_release
        When a picture that the caller may not have becomes public.
    """

    state: PreviewState | None
    reason: str
    is_shown: bool
    is_proprietary: bool
    data_release: datetime | None
