# SPDX-License-Identifier: BSD-3-Clause
"""Points and circles."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vo.sky.cover import cone_core, cone_cover
from vo.sky.vectors import TOLERANCE, Bools, Floats, Ints, check_position, chord_squared, vector_of, vectors_of

__all__ = ["Circle", "Point"]


@dataclass(frozen=True)
class Point:
    """One place on the sky, ICRS degrees."""

    ra: float
    dec: float

    def __post_init__(self) -> None:
        check_position(self.ra, self.dec)

    @property
    def vector(self) -> Floats:
        """The place as a unit vector."""
        return vector_of(self.ra, self.dec)

    def cover(self) -> Ints:
        """Give sorted half-open ranges of order-29 cells that hold the point and its rounded twins next to it."""
        return cone_cover(self.ra, self.dec, 0.0)

    def contains(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Bools:
        """Whether positions (degrees) are this place."""
        return Circle(self.ra, self.dec, 0.0).contains(ra, dec)


@dataclass(frozen=True)
class Circle:
    """All places within `radius` of a centre, the rim included; ICRS degrees, DALI 1.1 §3.3.6.

    Raises
    ------
    ValueError
        The centre is no place on the sky, or the radius is not between 0 and 180 degrees.
    """

    ra: float
    dec: float
    radius: float

    def __post_init__(self) -> None:
        check_position(self.ra, self.dec)
        if not (math.isfinite(self.radius) and 0 <= self.radius <= 180):
            raise ValueError(f"The radius must lie between 0 and 180 degrees, not {self.radius:g}")

    @property
    def vector(self) -> Floats:
        """The centre as a unit vector."""
        return vector_of(self.ra, self.dec)

    def cover(self) -> Ints:
        """Give sorted half-open ranges of order-29 cells that hold the circle."""
        return cone_cover(self.ra, self.dec, self.radius)

    def core(self) -> Ints:
        """Give a few ranges of cells that lie wholly inside, the longest first; none for small circles."""
        return cone_core(self.ra, self.dec, self.radius)

    def contains(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Bools:
        """Whether positions (degrees) are inside or on the rim."""
        difference = np.atleast_2d(vectors_of(ra, dec)) - self.vector
        limit = chord_squared(math.radians(self.radius) + TOLERANCE)
        return np.sum(difference * difference, axis=-1) <= limit  # type: ignore[no-any-return]
