# SPDX-License-Identifier: BSD-3-Clause
"""What the simulated programs look at: objects of OpenNGC as they are, and stars of the catalogues."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pyongc import ongc

__all__ = ["STARS", "Target", "target"]

_KINDS = {
    "Galaxy": "galaxy",
    "Planetary Nebula": "ring",
    "Globular Cluster": "globular",
    "Open Cluster": "cluster",
    "Star cluster + Nebula": "nebula",
    "HII Ionized region": "nebula",
    "Emission Nebula": "nebula",
    "Supernova remnant": "nebula",
}


@dataclass(frozen=True)
class Target:
    """A place on the sky and what is there.

    Parameters
    ----------
    name
        As an observer writes it.
    kind
        ``galaxy``, ``ring``, ``globular``, ``cluster``, ``nebula`` or ``star``.
    major, minor
        Diameters in degrees.
    angle
        Position angle in degrees, north through east.
    """

    name: str
    ra: float
    dec: float
    kind: str = "star"
    mag: float = 10.0
    major: float = 0.0
    minor: float = 0.0
    angle: float = 0.0


# Standards and radial-velocity targets: name, RA and Dec in degrees (ICRS), V magnitude.
STARS = {
    star.name: star
    for star in (
        Target("Feige 110", 349.9933, -5.1656, mag=11.8),
        Target("LTT 1020", 28.7083, -27.4778, mag=11.5),
        Target("LTT 2415", 89.1000, -27.8589, mag=12.2),
        Target("BD+28 4211", 327.7958, 28.8639, mag=10.5),
        Target("G191-B2B", 76.3777, 52.8311, mag=11.7),
        Target("HD 10700", 26.0170, -15.9375, mag=3.5),
        Target("HD 22049", 53.2327, -9.4583, mag=3.7),
        Target("HD 20794", 49.9819, -43.0698, mag=4.3),
        Target("HD 1581", 5.0177, -64.8748, mag=4.2),
        Target("HD 48915", 101.2872, -16.7161, mag=-1.5),
        Target("HD 39060", 86.8212, -51.0665, mag=3.9),
        Target("HD 10647", 25.6221, -53.7408, mag=5.5),
        Target("SA 95", 58.4000, 0.1000, mag=11.0),
        Target("SA 98", 103.0200, -0.3300, mag=10.0),
        Target("3C 120", 68.2962, 5.3543, mag=15.0),
        Target("PKS 0537-441", 84.7098, -44.0858, mag=16.0),
        Target("PKS 2155-304", 329.7169, -30.2256, mag=13.1),
    )
}


@lru_cache(maxsize=256)
def target(name: str) -> Target:
    """Find a target by its name."""
    if name in STARS:
        return STARS[name]
    found = ongc.get(name.replace(" ", ""))
    ra, dec = (float(np.degrees(angle)) for angle in found.rad_coords)
    major, minor, angle = found.dimensions
    magnitudes = [value for value in found.magnitudes[:2] if value is not None]
    return Target(
        name=name,
        ra=ra,
        dec=dec,
        kind=_KINDS.get(found.type, "star"),
        mag=float(magnitudes[-1]) if magnitudes else 12.0,
        major=float(major or 1.0) / 60,
        minor=float(minor or major or 1.0) / 60,
        angle=float(angle or 0.0),
    )
