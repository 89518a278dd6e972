# SPDX-License-Identifier: BSD-3-Clause
"""Positions of headers, in whatever form and equinox, as ICRS degrees."""

import math
import re

import numpy as np
import numpy.typing as npt
from astropy import units
from astropy.coordinates import FK4, FK5, Galactic, SkyCoord

__all__ = ["icrs_of", "parse_dec", "parse_ra", "to_icrs"]

_SEXAGESIMAL = re.compile(r"([+-]?)\s*(\d{1,3})[:\s]+(\d{1,2})(?:[:\s]+(\d{1,2}(?:\.\d*)?))?")


def parse_ra(value: object) -> float | None:
    """Read a right ascension: text with colons is in hours, a number in degrees; None if it cannot be one."""
    degrees = _degrees(value, 15.0)
    return degrees if degrees is not None and 0 <= degrees <= 360 else None


def parse_dec(value: object) -> float | None:
    """Read a declination, in degrees; None if it cannot be one."""
    degrees = _degrees(value, 1.0)
    return degrees if degrees is not None and -90 <= degrees <= 90 else None


def icrs_of(ra: float, dec: float, equinox: object) -> tuple[float, float]:
    """Precess a position that a header gives for an equinox; 2000 is taken as ICRS."""
    year = _year(equinox)
    if year is None or abs(year - 2000.0) < 1e-6:
        return ra % 360.0, dec
    world = to_icrs(np.array([[ra, dec]]), "FK4" if year < 1984.0 else "FK5", year)
    return float(world[0, 0]), float(world[0, 1])


def to_icrs(world: npt.NDArray[np.float64], frame: str, equinox: float | None) -> npt.NDArray[np.float64]:
    """Turn longitudes and latitudes of a frame (FK4, FK5, GALACTIC), shape (n, 2), into ICRS; all degrees."""
    frames = {
        "FK4": lambda: FK4(equinox=f"B{equinox or 1950.0}"),
        "FK5": lambda: FK5(equinox=f"J{equinox or 2000.0}"),
        "GALACTIC": Galactic,
    }
    given = SkyCoord(world[:, 0], world[:, 1], unit=units.deg, frame=frames[frame]())
    return np.column_stack([given.icrs.ra.deg, given.icrs.dec.deg])


def _year(equinox: object) -> float | None:
    """Read an equinox such as 2004.95, '2000.0' or 'J2000'; 0 and other nonsense is none."""
    try:
        year = float(str(equinox).strip().lstrip("JB"))
    except ValueError:
        return None
    return year if 1800 < year < 2200 else None


def _degrees(value: object, hours: float) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value) if math.isfinite(value) else None
    text = str(value).strip()
    match = _SEXAGESIMAL.fullmatch(text)
    if match is None:
        try:
            number = float(text)
        except ValueError:
            return None
        return number if math.isfinite(number) else None
    minutes, seconds = int(match[3]), float(match[4] or 0)
    if minutes >= 60 or seconds > 60:
        return None
    size = (int(match[2]) + minutes / 60 + seconds / 3600) * hours
    return -size if match[1] == "-" else size
