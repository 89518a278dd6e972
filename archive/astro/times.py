# SPDX-License-Identifier: BSD-3-Clause
"""Times of headers in all their forms, and nights."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["mjd_of", "night_of", "parse_date", "start_of"]

MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
# Nobody has exposed outside of these; what says so is broken.
FIRST_YEAR, LAST_YEAR = 1850, 2199
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_OLD = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d*)?)Z?")
_LONGEST_DAY = 86401.0  # a leap second


def start_of(header: Mapping[str, object], forms: tuple[str, ...]) -> datetime | None:
    """Give the first start time that one of a recipe's forms yields.

    Parameters
    ----------
    forms
        ``A`` for a keyword with date and time (or MJD), ``A+B`` for a date and a time of day.
    """
    for form in forms:
        names = form.split("+")
        if any(header.get(name) in {None, ""} for name in names):
            continue
        found = _joined(*(header[name] for name in names)) if len(names) == 2 else _whole(header[names[0]])
        if found is not None:
            return found
    return None


def parse_date(value: object) -> date | None:
    """Read a date; before 1999 the standard wrote DD/MM/YY (FITS Standard 4.0 §4.4.2.1)."""
    text = str(value).strip()
    match = _ISO.match(text)
    parts = match.groups() if match else None
    if parts is None:
        match = _OLD.match(text)
        parts = match.groups()[::-1] if match else None
    if parts is None:
        return None
    year = int(parts[0]) + (1900 if len(parts[0]) == 2 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def mjd_of(moment: datetime) -> float:
    """Give the Modified Julian Date of a time."""
    return (moment - MJD_EPOCH) / timedelta(days=1)


def night_of(moment: datetime, zone: str | None, turns_at: int) -> date | None:
    """Give the local date at the start of the night; None where the site's zone is unknown."""
    if zone is None:
        return None
    local = moment.astimezone(ZoneInfo(zone))
    # NOAO's rule: the hour of noon itself still belongs to the night before.
    return local.date() if local.hour > turns_at else local.date() - timedelta(days=1)


def _whole(value: object) -> datetime | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return MJD_EPOCH + timedelta(days=value) if 15_000 < value < 100_000 else None
    text = str(value).strip()
    day, _, clock = text.partition("T" if "T" in text else " ")
    return _joined(day, clock) if clock else None


def _joined(day: object, clock: object) -> datetime | None:
    found, seconds = parse_date(day), _seconds(clock)
    if found is None or seconds is None:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC) + timedelta(seconds=seconds)


def _seconds(value: object) -> float | None:
    """Read a time of day; some write it as seconds since midnight."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if 0 <= value < _LONGEST_DAY else None
    match = _CLOCK.fullmatch(str(value).strip())
    if match is None:
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), float(match[3])
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 61 else None
