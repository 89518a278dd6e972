# SPDX-License-Identifier: BSD-3-Clause
"""Coordinate ranges: between two meridians and two parallels."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vo.sky.cover import cover_of
from vo.sky.healpix import ALL_SKY
from vo.sky.vectors import Bools, Floats, Ints, directions_of

__all__ = ["Range"]

SEAM = 1e-12
"""Degrees: how near a right ascension may miss a bound by rounding."""


@dataclass(frozen=True)
class Range:
    """All places between two right ascensions, eastwards from the first, and two declinations; ICRS degrees.

    Where `ra_min` is above `ra_max` the range runs over RA 0. The poles belong to every range that reaches them.
    Its sides in RA are great circles, those in Dec are not (SIA 2.0 §2.1.1).

    Raises
    ------
    ValueError
        A bound is outside the sky, or `dec_min` is above `dec_max`.
    """

    ra_min: float
    ra_max: float
    dec_min: float
    dec_max: float

    def __post_init__(self) -> None:
        for value in (self.ra_min, self.ra_max):
            if not (math.isfinite(value) and 0 <= value <= 360):
                raise ValueError(f"RA must lie between 0 and 360 degrees, not {value:g}")
        for value in (self.dec_min, self.dec_max):
            if not (math.isfinite(value) and -90 <= value <= 90):
                raise ValueError(f"Dec must lie between -90 and +90 degrees, not {value:g}")
        if self.dec_min > self.dec_max:
            raise ValueError(f"The lower Dec {self.dec_min:g} is above the upper one {self.dec_max:g}")

    @property
    def ra_width(self) -> float:
        """How far it runs eastwards, degrees, 0 to 360."""
        width = self.ra_max - self.ra_min
        return width if width >= 0 else width + 360

    def contains(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Bools:
        """Whether positions (degrees) are inside or on the edge."""
        lon, lat = np.atleast_1d(np.asarray(ra, dtype=float)), np.atleast_1d(np.asarray(dec, dtype=float))
        offset = lon - self.ra_min + SEAM
        offset = offset - 360 * np.floor(offset / 360)
        inside = (offset <= self.ra_width + 2 * SEAM) | (np.abs(lat) >= 90 - SEAM)
        held: Bools = inside & (lat >= self.dec_min - SEAM) & (lat <= self.dec_max + SEAM)
        return held

    def cover(self) -> Ints:
        """Give sorted half-open ranges of order-29 cells that hold the range."""
        dec = (self.dec_min + self.dec_max) / 2
        reach = self._reach()
        if reach > 90:
            dec, reach = (90.0, 90 - self.dec_min) if self.dec_min > -self.dec_max else (-90.0, 90 + self.dec_max)
        if reach > 150:
            return cover_of(self._touches, 0.0, 0.0, 180.0) if self._is_part else ALL_SKY
        return cover_of(self._touches, (self.ra_min + self.ra_width / 2) % 360, dec, min(180.0, reach))

    @property
    def _is_part(self) -> bool:
        return self.ra_width < 360 or self.dec_min > -90 or self.dec_max < 90

    def _reach(self) -> float:
        """Give the degrees from the middle of the range to the farthest place of it, or a bound above."""
        half = min(180.0, self.ra_width / 2)
        # The way along the middle parallel is never shorter than the great circle, the way along a meridian is one.
        along = half * math.cos(math.radians(min(abs(self.dec_min), abs(self.dec_max)) if self._is_one_sided else 0.0))
        return (along + (self.dec_max - self.dec_min) / 2) * (1 + 1e-9) + 1e-11

    @property
    def _is_one_sided(self) -> bool:
        return self.dec_min >= 0 or self.dec_max <= 0

    def _touches(self, centres: Floats, radius: float) -> Bools:
        """Whether circles may touch: whether their bounding ranges do."""
        ra, dec = directions_of(centres)
        reach = math.degrees(radius) + 1e-11
        near_pole = np.abs(dec) + reach >= 90
        with np.errstate(invalid="ignore"):
            sine = math.sin(min(math.pi / 2, radius)) / np.cos(np.radians(np.where(near_pole, 0, dec)))
            half = np.where(near_pole, 180.0, np.degrees(np.arcsin(np.minimum(1.0, sine))) + 1e-9 * reach + 1e-11)
        offset = (ra - self.ra_min + half) % 360
        beside = (offset <= self.ra_width + 2 * half) | (half >= 180) | (self.ra_width + 2 * half >= 360)
        return beside & (dec + reach >= self.dec_min) & (dec - reach <= self.dec_max)
