# SPDX-License-Identifier: BSD-3-Clause
"""Numbers, times and positions as pages write them; the templates' filters."""

from datetime import UTC, date, datetime, timedelta

__all__ = [
    "FILTERS",
    "bytes_in_words",
    "count_in_words",
    "dec_in_words",
    "mjd_in_words",
    "number_in_words",
    "plural",
    "ra_in_words",
    "time_in_words",
]

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_LAST_MJD = 2_973_483.0


def bytes_in_words(size: int | None) -> str:
    """Tell a size in decimal units, as disks and networks are sold: 1 kB is 1000 bytes."""
    if size is None:
        return ""
    value = float(size)
    unit = 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    digits = 0 if unit == 0 or value >= 99.5 else 1
    return f"{value:.{digits}f} {_UNITS[unit]}"


def count_in_words(number: int) -> str:
    """Write a whole number with thin spaces between the thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def plural(number: int, noun: str, nouns: str = "") -> str:
    """Write a number with its noun."""
    return f"{count_in_words(number)} {noun if number == 1 else nouns or noun + 's'}"


def number_in_words(value: float | None, digits: int = 6) -> str:
    """Write a number with at most so many significant digits, and no more than it needs."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.{digits}g}"


def ra_in_words(degrees: float | None, digits: int = 2) -> str:
    """Write a right ascension in hours, with so many decimals of a second of time."""
    if degrees is None:
        return ""
    scale = 10**digits
    return _sexagesimal(round(degrees / 15 * 3600 * scale) % (24 * 3600 * scale), digits)


def dec_in_words(degrees: float | None, digits: int = 1) -> str:
    """Write a declination in degrees, with so many decimals of an arcsecond."""
    if degrees is None:
        return ""
    units = round(abs(degrees) * 3600 * 10**digits)
    return ("\N{MINUS SIGN}" if degrees < 0 and units else "+") + _sexagesimal(units, digits)


def _sexagesimal(units: int, digits: int) -> str:
    """Write a whole number of decimal fractions of a second."""
    minutes, rest = divmod(units, 60 * 10**digits)
    seconds, fraction = divmod(rest, 10**digits)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}" + (f".{fraction:0{digits}d}" if digits else "")


def mjd_in_words(mjd: float | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Write a modified Julian date as a time, UTC."""
    if mjd is None or not 0 <= mjd < _LAST_MJD:
        return ""
    return f"{_MJD_EPOCH + timedelta(days=mjd):{form}}"


def time_in_words(when: datetime | None) -> str:
    """Write an aware time, to the second, in UTC."""
    return "" if when is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _day(when: date | datetime | None) -> str:
    return "" if when is None else f"{when:%Y-%m-%d}"


def _clock(mjd: float | None) -> str:
    return mjd_in_words(mjd, "%H:%M:%S")


FILTERS = {
    "bytes": bytes_in_words,
    "clock": _clock,
    "count": count_in_words,
    "day": _day,
    "dec": dec_in_words,
    "mjd": mjd_in_words,
    "number": number_in_words,
    "plural": plural,
    "ra": ra_in_words,
    "utc": time_in_words,
}
