# SPDX-License-Identifier: BSD-3-Clause
"""What the page of a night shows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from archive.domain.browsing import LogEntry, NightLog

__all__ = ["NightPage", "Share", "present_night"]


@dataclass(frozen=True)
class Share:
    """How many observations of one kind."""

    name: str
    observations: int


@dataclass(frozen=True)
class NightPage:
    """A night, with its observations added up."""

    log: NightLog
    programs: tuple[Share, ...]
    kinds: tuple[Share, ...]
    open_shutter_hours: float
    files: int


def present_night(log: NightLog) -> NightPage:
    """Add up a night's observations."""
    return NightPage(
        log=log,
        programs=_shares(entry.propid for entry in log.entries if entry.propid),
        kinds=_shares(entry.obs_type for entry in log.entries),
        open_shutter_hours=sum(_seconds(entry) for entry in log.entries) / 3600,
        files=sum(entry.files for entry in log.entries),
    )


def _seconds(entry: LogEntry) -> float:
    return entry.exptime if entry.exptime and entry.exptime > 0 else 0.0


def _shares(names: Iterable[str]) -> tuple[Share, ...]:
    return tuple(Share(name, number) for name, number in Counter(names).most_common())
