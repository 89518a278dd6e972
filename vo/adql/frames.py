# SPDX-License-Identifier: BSD-3-Clause
"""Coordinate systems that a shape may name; everything is reckoned in ICRS."""

from functools import lru_cache

import numpy as np
from astropy import units as u
from astropy.coordinates import FK4, FK5, ICRS, BarycentricMeanEcliptic, BaseCoordinateFrame, Galactic, SkyCoord

from vo.adql.calls import FRAMES
from vo.sky import Box, Circle, Point, Polygon, Region
from vo.sky.vectors import vectors_of

__all__ = ["frame_of", "rotation", "to_icrs"]

_SAME = {"ICRS", "FK5", "J2000", "UNKNOWNFRAME", ""}
_SYSTEMS = {"GALACTIC": Galactic, "FK4": FK4, "B1950": FK4, "FK5": FK5, "ECLIPTIC": BarycentricMeanEcliptic}


def frame_of(system: str) -> str:
    """Give the frame that a coordinate system such as ``ICRS GEOCENTER`` names; FK5 is taken for ICRS."""
    for word in system.upper().split():
        if word in FRAMES:
            return "ICRS" if word in _SAME else word
    return "ICRS"


@lru_cache(maxsize=32)
def rotation(source: str, target: str = "ICRS") -> str:
    """Give the SQL of the matrix, row by row, that turns places of one frame into another.

    Raises
    ------
    ValueError
        There is no such frame.
    """
    for frame in (source, target):
        if frame not in FRAMES:
            raise ValueError(f"{frame[:40]} is no reference frame that is known here; there are {', '.join(FRAMES)}")
    axes = [(0.0, 0.0), (90.0, 0.0), (0.0, 90.0)]
    columns = [vectors_of(*_between(ra, dec, source, target)) for ra, dec in axes]
    numbers = np.ravel(np.stack(columns, axis=1))
    return "'{" + ",".join(repr(float(number)) for number in numbers) + "}'::float8[]"


def to_icrs(region: Region, frame: str) -> Region:
    """Turn a region into ICRS.

    Raises
    ------
    ValueError
        It cannot be turned: a range of Galactic coordinates is none of ICRS.
    """
    if frame in _SAME:
        return region
    match region:
        case Point():
            return Point(*_turned(region.ra, region.dec, frame))
        case Circle():
            return Circle(*_turned(region.ra, region.dec, frame), region.radius)
        case Polygon():
            corners = [_turned(float(ra), float(dec), frame) for ra, dec in region.vertices]
            return Polygon(np.array(corners))
        case Box():
            corners = []
            for x, y, z in region.outline:
                ra, dec = np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arctan2(z, np.hypot(x, y)))
                corners.append(_turned(float(ra), float(dec), frame))
            return Polygon(np.array(corners))
        case _:
            raise ValueError(f"This shape cannot be given in {frame}; write it in ICRS")


def _turned(lon: float, lat: float, frame: str) -> tuple[float, float]:
    return _between(lon, lat, frame, "ICRS")


def _between(lon: float, lat: float, source: str, target: str) -> tuple[float, float]:
    place = SkyCoord(lon * u.deg, lat * u.deg, frame=_system(source)).transform_to(_system(target))
    return float(place.spherical.lon.deg), float(place.spherical.lat.deg)


def _system(frame: str) -> BaseCoordinateFrame:
    return _SYSTEMS.get(frame, ICRS)()
