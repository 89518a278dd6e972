# SPDX-License-Identifier: BSD-3-Clause
"""Angles and positions as people write them."""

import math
import re

__all__ = ["parse_angle", "parse_dec", "parse_position", "parse_ra"]

_NUMBER = r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?"
_DEGREES = re.compile(rf"([+-]?(?:{_NUMBER}))\s*(?:d|deg|°)?", re.ASCII)
_SEXAGESIMAL = re.compile(
    r"([+-]?)\s*(\d{1,3})\s*[:hd°\s]\s*(\d{1,2})(?:\s*[:m'′\s]\s*(\d{1,2}(?:\.\d*)?)\s*[s\"″]?|\s*[m'′]?)", re.ASCII
)
_ANGLE = re.compile(rf"([+-]?(?:{_NUMBER}))\s*([a-z°′″'\"]*)", re.IGNORECASE)
_UNITS = {
    1.0: ("", "d", "deg", "degree", "degrees", "°"),
    60.0: ("m", "arcmin", "'", "′"),
    3600.0: ("s", "arcsec", '"', "″", "''"),
}
_PER_DEGREE = {unit: scale for scale, units in _UNITS.items() for unit in units}
# A position in one line: two numbers or sexagesimal ones, apart by a comma or a space, the latter's parts too
# where a sign or their number tells where Dec begins; or the run-together form of catalogues.
_PAIRS = (
    re.compile(r"(?P<ra>\d[\d:hms.°]*)(?:\s*,\s*|\s+|(?=[+-]))(?P<dec>[+-]?\d[\d:dms.°'\"′″]*)", re.ASCII),
    re.compile(r"(?P<ra>\d[\d\shms.]{0,30}?),?\s*(?P<dec>[+-]\s?\d[\d\sdms.]{0,30})", re.ASCII),
    re.compile(r"(?P<ra>\d+\s+\d+\s+[\d.]+)\s*,?\s+(?P<dec>\d+\s+\d+\s+[\d.]+)", re.ASCII),
)
_RUN_TOGETHER = re.compile(r"J\s*(\d{2})(\d{2})(\d{2}(?:\.\d+)?)?\s*([+-])(\d{2})(\d{2})(\d{2}(?:\.\d+)?)?")


def parse_ra(text: str) -> float:
    """Read a right ascension; degrees, or hours where it is sexagesimal.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    value = _coordinate(text, "RA", "degrees (155.9) or hours (10:23:45.6)", hours=True)
    if not 0 <= value <= 360:
        raise ValueError(f"RA goes from 0 to 360 degrees; {_shown(text)} is outside")
    return value


def parse_dec(text: str) -> float:
    """Read a declination in degrees.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    value = _coordinate(text, "Dec", "degrees (-12.58) or as -12:34:56", hours=False)
    if not -90 <= value <= 90:
        raise ValueError(f"Dec goes from -90 to 90 degrees; {_shown(text)} is outside")
    return value


def parse_angle(text: str, name: str, most: float = 360, *, may_be_zero: bool = False) -> float:
    """Read the size of something: a number in degrees, or with its unit.

    Parameters
    ----------
    name
        What it is the size of, for messages.
    most
        The largest it may be, degrees.
    may_be_zero
        Whether it may be nothing.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    found = _ANGLE.fullmatch(text.strip().replace("−", "-"))
    scale = _PER_DEGREE.get(found.group(2).lower()) if found else None
    if found is None or scale is None:
        raise ValueError(
            f"{name} is a number of degrees, or with a unit: 0.5, 10m (arcmin), 30s (arcsec); not {_shown(text)}"
        )
    value = float(found.group(1)) / scale
    if not (0 <= value <= most) or (value == 0 and not may_be_zero):
        least = "at least 0" if may_be_zero else "more than 0"
        raise ValueError(f"{name} must be {least} and at most {most:g} degrees; {_shown(text)} is not")
    return value


def parse_position(text: str) -> tuple[float, float] | None:
    """Read a position written as a name, such as ``10:23:45 -12:34:56`` or ``J1023-1234``.

    Returns
    -------
    tuple or None
        RA and Dec in degrees; None where the text is no position.
    """
    text = text.strip().replace("−", "-").replace("–", "-")
    joined = _RUN_TOGETHER.fullmatch(text)
    if joined:
        h, m, s, sign, d, dm, ds = joined.groups()
        pair = (f"{h}:{m}:{s or '00'}", f"{sign}{d}:{dm}:{ds or '00'}")
    else:
        found = next((match for match in (pattern.fullmatch(text) for pattern in _PAIRS) if match), None)
        if found is None:
            return None
        pair = (found.group("ra"), found.group("dec"))
    try:
        return parse_ra(pair[0]), parse_dec(pair[1])
    except ValueError:
        return None


def _coordinate(text: str, name: str, ways: str, *, hours: bool) -> float:
    plain = text.strip().replace("−", "-")
    found = _DEGREES.fullmatch(plain)
    if found:
        value = float(found.group(1))
        if math.isfinite(value):
            return value
    parts = _SEXAGESIMAL.fullmatch(plain)
    if parts is None:
        raise ValueError(f"{name} is written in {ways}; not {_shown(text)}")
    sign, whole, minutes, seconds = parts.groups()
    if int(minutes) >= 60 or float(seconds or 0) >= 60:
        raise ValueError(f"{name} has minutes and seconds below 60; not {_shown(text)}")
    value = int(whole) + int(minutes) / 60 + float(seconds or 0) / 3600
    # Hours unless the writer said degrees.
    is_hours = hours and not re.search(r"[d°]", plain)
    return (-1 if sign == "-" else 1) * value * (15 if is_hours else 1)


def _shown(text: str) -> str:
    return text.strip() if len(text) <= 40 else f"{text.strip()[:40]}…"
