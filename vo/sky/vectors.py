# SPDX-License-Identifier: BSD-3-Clause
"""Positions as unit vectors, and the few lengths that all exact tests share."""

import math

import numpy as np
import numpy.typing as npt

__all__ = [
    "LEAST",
    "TOLERANCE",
    "Bools",
    "Floats",
    "Ints",
    "check_position",
    "chord_squared",
    "cross",
    "directions_of",
    "settled",
    "tangent_frame",
    "vector_of",
    "vectors_of",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TOLERANCE = 1e-14
"""Radians. Regions are closed: a point this near to the edge, the rounding of a coordinate, is in."""

LEAST = 1e-18
"""Parts of unit vectors below this are zero."""


def check_position(ra: float, dec: float) -> None:
    """Refuse what is no place on the sky.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    if not (math.isfinite(ra) and 0 <= ra <= 360):
        raise ValueError(f"RA must lie between 0 and 360 degrees, not {ra:g}")
    if not (math.isfinite(dec) and -90 <= dec <= 90):
        raise ValueError(f"Dec must lie between -90 and +90 degrees, not {dec:g}")


def vectors_of(ra: npt.ArrayLike, dec: npt.ArrayLike) -> Floats:
    """Make unit vectors.

    Parameters
    ----------
    ra, dec
        Degrees, of one shape.

    Returns
    -------
    ndarray
        The same shape and a last axis of three.
    """
    lon, lat = np.radians(np.asarray(ra, dtype=float)), np.radians(np.asarray(dec, dtype=float))
    return settled(np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1))


def vector_of(ra: float, dec: float) -> Floats:
    """Make the unit vector of one place, as `vectors_of` does, in a fraction of the time."""
    lon, lat = math.radians(ra), math.radians(dec)
    parts = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    return np.array([part if abs(part) >= LEAST else 0.0 for part in parts])


def settled(vectors: Floats) -> Floats:
    """Put zero for parts so small that PostgreSQL would refuse their products as underflow."""
    return np.where(np.abs(vectors) < LEAST, 0.0, vectors)


def directions_of(vectors: Floats) -> tuple[Floats, Floats]:
    """Give RA (0 to 360) and Dec in degrees of vectors of any length."""
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    ra = np.degrees(np.arctan2(y, x)) % 360.0
    return ra, np.degrees(np.arctan2(z, np.hypot(x, y)))


def cross(a: Floats, b: Floats) -> Floats:
    """Give the cross products of vectors along the last axis; a fifth of the time of numpy's own on short arrays."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def chord_squared(radius: float) -> float:
    """Give the squared straight distance of two points `radius` radians apart; above all others from 180° on."""
    return 5.0 if radius >= math.pi - 1e-12 else 4 * math.sin(radius / 2) ** 2


def tangent_frame(centre: Floats) -> tuple[Floats, Floats]:
    """Give the unit vectors to the east and to the north of a place; at a pole, those of RA 0."""
    ra = math.atan2(centre[1], centre[0])
    east = np.array([-math.sin(ra), math.cos(ra), 0.0])
    return east, np.cross(centre, east)
