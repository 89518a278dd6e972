# SPDX-License-Identifier: BSD-3-Clause
"""Single values as people write them: numbers, dates, times, yes and no."""

import math
import re
from datetime import UTC, date, datetime, time, timedelta

from archive.domain.search.columns import ColumnType
from archive.domain.search.criteria import Value

__all__ = ["from_mjd", "is_number", "read_scalar", "span_of", "to_mjd"]

_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_TIME = re.compile(
    r"(?P<day>\d{4}-?\d{2}-?\d{2})[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?\s*(?:Z|\+00:?00)?",
    re.ASCII | re.IGNORECASE,
)
_YES = {"yes", "true", "1", "y", "t"}
_NO = {"no", "false", "0", "n", "f"}
# Four plain digits are a year that was meant as a date, not the MJD of a day before 1887.
_YEAR = re.compile(r"\d{4}", re.ASCII)
# From year 1 to year 9999.
_LEAST_MJD = -678_575
_LAST_MJD = 2_973_484


def to_mjd(moment: datetime) -> float:
    """Give the Modified Julian Date of an aware time."""
    return (moment - _EPOCH) / timedelta(days=1)


def from_mjd(mjd: float) -> datetime:
    """Give the time of a Modified Julian Date, to the microsecond."""
    return _EPOCH + timedelta(days=mjd)


def is_number(text: str) -> bool:
    """Whether the text is a finite number."""
    return _FLOAT.fullmatch(text) is not None and math.isfinite(float(text))


def read_scalar(text: str, kind: ColumnType) -> Value:
    """Read one value of a type; keywords stay text.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    if kind in {ColumnType.TEXT, ColumnType.KEYWORD}:
        return text
    if kind is ColumnType.INTEGER:
        return _integer(text)
    if kind is ColumnType.FLOAT:
        return _float(text)
    if kind is ColumnType.BOOLEAN:
        return _boolean(text)
    if kind is ColumnType.DATE:
        return _date(text)
    return span_of(text, kind)[0]


def span_of(text: str, kind: ColumnType) -> tuple[Value, Value]:
    """Read a value that may be a stretch of time; give its first and last moment.

    A day lasts from its first to its last microsecond, a minute likewise; all else is a point.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    if kind is ColumnType.TIME:
        return _moments(text)
    if kind is ColumnType.MJD:
        if _FLOAT.fullmatch(text):
            return (_mjd(text),) * 2
        first, last = _moments(text)
        return to_mjd(first), to_mjd(last)
    value = read_scalar(text, kind)
    return value, value


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text) or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"{_shown(text)} is not a whole number")
    return int(text)


def _float(text: str) -> float:
    if not is_number(text):
        raise ValueError(f"{_shown(text)} is not a number")
    return float(text)


def _boolean(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError(f"write yes or no, not {_shown(text)}")
    return text.lower() in _YES


def _date(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"write dates as 2014-08-01; {_shown(text)} is not one")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(f"{_shown(text)} is not in the calendar") from None


def _mjd(text: str) -> float:
    value = _float(text)
    if _YEAR.fullmatch(text) or not _LEAST_MJD <= value < _LAST_MJD:
        raise ValueError(f"{_shown(text)} is no likely MJD; write times as 2014-08-01 or 2014-08-01T03:00")
    return value


def _moments(text: str) -> tuple[datetime, datetime]:
    if _FLOAT.fullmatch(text) and not _DATE.fullmatch(text):
        return (from_mjd(_mjd(text)),) * 2
    found = _TIME.fullmatch(text)
    if found is None:
        if not _DATE.fullmatch(text):
            raise ValueError(f"write times as 2014-08-01, 2014-08-01T03:00:00 or MJD; {_shown(text)} is not one")
        first = datetime.combine(_date(text), time(), tzinfo=UTC)
        return first, _end_of(first, timedelta(days=1))
    return _clock_time(found, text)


def _clock_time(found: re.Match[str], text: str) -> tuple[datetime, datetime]:
    micro = int((found["fraction"] or ".0")[1:7].ljust(6, "0"))
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0), micro)
    except ValueError:
        raise ValueError(f"{_shown(text)} has no such time of day") from None
    first = datetime.combine(_date(found["day"]), clock, tzinfo=UTC)
    if found["fraction"]:
        return first, first
    return first, _end_of(first, timedelta(seconds=1) if found["second"] else timedelta(minutes=1))


def _end_of(first: datetime, length: timedelta) -> datetime:
    return first + (length - timedelta(microseconds=1))


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
