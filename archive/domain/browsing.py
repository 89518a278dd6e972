# SPDX-License-Identifier: BSD-3-Clause
"""What can be looked at without a search: the holdings as a whole, nights, programs, collections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

__all__ = [
    "CollectionReport",
    "CollectionSummary",
    "HoldingsNumbers",
    "InstrumentCount",
    "LogEntry",
    "NightLog",
    "NightSummary",
    "Overview",
    "ProgramReport",
    "ScheduledProgram",
]


@dataclass(frozen=True)
class HoldingsNumbers:
    """How much there is, of what everybody may know.

    Parameters
    ----------
    total_bytes
        Sizes added up, as far as they are known.
    """

    files: int
    held_files: int
    total_bytes: int
    observations: int
    programs: int
    first_night: date | None
    last_night: date | None


@dataclass(frozen=True)
class NightSummary:
    """One night at one telescope."""

    caldat: date
    telescope: str
    instruments: tuple[str, ...]
    observations: int
    files: int


@dataclass(frozen=True)
class CollectionSummary:
    """A collection and how many of its files the caller may know of."""

    name: str
    title: str
    description: str
    is_hlsp: bool
    files: int
    total_bytes: int


@dataclass(frozen=True)
class InstrumentCount:
    """How many files come from one instrument."""

    telescope: str
    instrument: str
    files: int
    total_bytes: int
    first_night: date | None
    last_night: date | None


@dataclass(frozen=True)
class Overview:
    """The holdings at a glance, as everybody may know them.

    Parameters
    ----------
    density
        Nested HEALPix cell of `order` to number of files whose centre lies in it.
    """

    numbers: HoldingsNumbers
    nights: tuple[NightSummary, ...]
    collections: tuple[CollectionSummary, ...]
    instruments: tuple[InstrumentCount, ...]
    density: Mapping[int, int]
    order: int
    counted: datetime


@dataclass(frozen=True)
class LogEntry:
    """One observation of a night.

    Parameters
    ----------
    t_min
        MJD, UTC; None where it is unknown.
    exptime
        Seconds.
    is_public
        Whether everybody may have the bytes of all its files.
    """

    obs_id: str
    instrument: str
    target: str | None
    ra: float | None
    dec: float | None
    t_min: float | None
    exptime: float | None
    filter: str | None
    obs_type: str
    propid: str | None
    files: int
    is_public: bool


@dataclass(frozen=True)
class ScheduledProgram:
    """A program that had time in a night."""

    propid: str
    pi: str
    title: str
    instrument: str


@dataclass(frozen=True)
class NightLog:
    """A night at a telescope: what was planned and what was observed.

    Parameters
    ----------
    is_complete
        False where the night has more observations than are listed.
    earlier, later
        The nearest nights at this telescope of which anything is known.
    """

    caldat: date
    telescope: str
    note: str
    scheduled: tuple[ScheduledProgram, ...]
    entries: tuple[LogEntry, ...]
    is_complete: bool
    earlier: date | None
    later: date | None


@dataclass(frozen=True)
class ProgramReport:
    """A program and what was observed for it.

    Parameters
    ----------
    is_known
        Whether the caller may know title, abstract and people; these are empty where not.
    is_mine
        Whether the caller is of its team.
    next_release
        When the next of its files becomes public; None when all are, or none has a date.
    """

    propid: str
    semester: str
    title: str
    abstract: str
    pi: str
    affiliation: str
    co_investigators: tuple[str, ...]
    proprietary_months: int | None
    is_metadata_private: bool
    is_known: bool
    is_mine: bool
    files: int
    public_files: int
    total_bytes: int
    next_release: datetime | None
    last_release: datetime | None
    instruments: tuple[InstrumentCount, ...]
    nights: tuple[NightSummary, ...]


@dataclass(frozen=True)
class CollectionReport:
    """A collection and what it holds."""

    summary: CollectionSummary
    instruments: tuple[InstrumentCount, ...]
    kinds: tuple[tuple[str, str, int], ...]
    density: Mapping[int, int]
    order: int
