# SPDX-License-Identifier: BSD-3-Clause
"""Polygons and boxes: outlines of great-circle arcs."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vo.sky.arcs import distance_within, encloses, holds
from vo.sky.cover import cover_of
from vo.sky.vectors import (
    TOLERANCE,
    Bools,
    Floats,
    Ints,
    check_position,
    cross,
    directions_of,
    settled,
    tangent_frame,
    vectors_of,
)

__all__ = ["MAX_VERTICES", "Box", "Polygon", "cap_of", "convex_sides"]

MAX_VERTICES = 1000
MANY_SIDES = 8
TINY_SIDE = 1e-6
"""Radians; the normal of a shorter side is not known well enough to decide by it."""

HEMISPHERE = 1e-4
"""Least cosine between the middle of the hemisphere and a corner: a polygon ends 0.006° before its rim."""


@dataclass(frozen=True, eq=False)
class Polygon:
    """The part of the sky inside corners that are joined by great circles (DALI 1.1 §3.3.7), its edge included.

    Parameters
    ----------
    vertices
        ``(n, 2)`` RA and Dec in degrees ICRS. The last corner may repeat the first.

    Raises
    ------
    ValueError
        Fewer than three different corners, sides that cross, or corners that fit into no hemisphere.

    Notes
    -----
    A polygon lies within a hemisphere and its inside is the smaller side, in whichever direction
    its corners run: DALI asks for anticlockwise corners, and half of the world writes them
    the other way round. Corners on one line are allowed; such a polygon is its own edge.
    """

    vertices: Floats
    outline: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        given = np.array(self.vertices, dtype=float)
        if given.ndim != 2 or given.shape[1] != 2:
            raise ValueError("A polygon is a list of RA and Dec pairs")
        for ra, dec in given:
            check_position(float(ra), float(dec))
        vectors = vectors_of(given[:, 0], given[:, 1])
        different = np.any(np.abs(vectors - np.roll(vectors, 1, axis=0)) > 0, axis=1)
        given, vectors = given[different], vectors[different]
        if len(given) < 3:
            raise ValueError("A polygon needs at least three different corners")
        if len(given) > MAX_VERTICES:
            raise ValueError(f"A polygon may have at most {MAX_VERTICES} corners, not {len(given)}")
        plane = _flattened(vectors, _middle(vectors))
        if _sides_cross(plane):
            raise ValueError("The sides of the polygon cross each other")
        if _signed_area(plane) < 0:
            vectors = vectors[::-1].copy()
        given.setflags(write=False)
        vectors.setflags(write=False)
        object.__setattr__(self, "vertices", given)
        object.__setattr__(self, "outline", vectors)

    def cover(self) -> Ints:
        """Give sorted half-open ranges of order-29 cells that hold the polygon."""
        return _cover_of_outline(self.outline)

    def contains(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Bools:
        """Whether positions (degrees) are inside or on the edge."""
        return holds(self.outline, np.atleast_2d(vectors_of(ra, dec)))


@dataclass(frozen=True)
class Box:
    """A box on the sky, ICRS degrees, with the meaning of STC and ADQL 2.1.

    A cross whose arms run from the centre to north, south, east and west along great circles, each
    half the size long; the sides are great circles that meet the ends of the arms at right angles. So
    `width` and `height` are true angles on the sky, also near the poles.

    Raises
    ------
    ValueError
        The centre is no place on the sky, or a side is not between 0 and 179 degrees.
    """

    ra: float
    dec: float
    width: float
    height: float
    outline: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_position(self.ra, self.dec)
        for name, side in (("width", self.width), ("height", self.height)):
            if not (math.isfinite(side) and 0 <= side <= 179):
                raise ValueError(f"The {name} must lie between 0 and 179 degrees, not {side:g}")
        centre = vectors_of(self.ra, self.dec)
        north = vectors_of(self.ra, self.dec + 90)
        east = np.cross(north, centre)
        right, up = math.tan(math.radians(self.width) / 2), math.tan(math.radians(self.height) / 2)
        corners = [centre + sx * right * east + sy * up * north for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        outline = settled(np.array([corner / np.linalg.norm(corner) for corner in corners]))
        outline.setflags(write=False)
        object.__setattr__(self, "outline", outline)

    def cover(self) -> Ints:
        """Give sorted half-open ranges of order-29 cells that hold the box."""
        return _cover_of_outline(self.outline)

    def contains(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Bools:
        """Whether positions (degrees) are inside or on the edge."""
        return holds(self.outline, np.atleast_2d(vectors_of(ra, dec)))


def _cover_of_outline(outline: Floats) -> Ints:
    middle, reach = cap_of(outline)
    ra, dec = directions_of(middle)
    sides = convex_sides(outline)

    def touches(centres: Floats, radius: float) -> Bools:
        if sides is None:
            return encloses(outline, centres) | distance_within(outline, centres, radius)
        near: Bools = (centres @ sides.T).min(axis=1) >= -math.sin(min(radius, math.pi / 2)) - 1e-14
        return near

    return cover_of(touches, float(ra), float(dec), math.degrees(reach))


def convex_sides(outline: Floats) -> Floats | None:
    """Give the unit normals of the sides, to the inside; None if there are many, or short ones, or a bay."""
    if len(outline) > MANY_SIDES:
        return None
    normals = cross(outline, np.roll(outline, -1, axis=0) - outline)
    lengths = np.linalg.norm(normals, axis=1)
    if lengths.min() < TINY_SIDE:
        return None
    normals = normals / lengths[:, None]
    return settled(normals) if (normals @ outline.T).min() > -TINY_SIDE * 1e-9 else None


def cap_of(outline: Floats) -> tuple[Floats, float]:
    """Give the middle (a unit vector) and the radius (radians) of a circle that holds an outline."""
    middle = _middle(outline)
    reach = 2 * math.asin(min(1.0, float(np.linalg.norm(outline - middle, axis=1).max()) / 2))
    return settled(middle), reach * (1 + 1e-9) + 2 * TOLERANCE


def _middle(vectors: Floats) -> Floats:
    """Give the middle of a hemisphere that holds all vectors well inside."""
    middle = vectors.mean(axis=0)
    for _ in range(10_000):
        length = float(np.linalg.norm(middle))
        if length > 0:
            cosines = vectors @ middle / length
            lowest = int(np.argmin(cosines))
            if cosines[lowest] > HEMISPHERE:
                return middle / length  # type: ignore[no-any-return]
            # The perceptron's step: lean towards the corner that is worst off.
            middle = middle / length + vectors[lowest] * max(0.02, -2 * float(cosines[lowest]))
        else:
            middle = vectors[0] + 0.5 * vectors[1]
    raise ValueError("The corners of a polygon must lie within one hemisphere")


def _flattened(vectors: Floats, middle: Floats) -> Floats:
    """Project onto the tangent plane at `middle`, where great circles are straight lines."""
    east, north = tangent_frame(middle)
    difference = vectors - middle
    return np.stack([difference @ east, difference @ north], axis=1) / (vectors @ middle)[:, None]


def _signed_area(plane: Floats) -> float:
    corner = plane - plane[0]
    following = np.roll(corner, -1, axis=0)
    return float(np.sum(corner[:, 0] * following[:, 1] - corner[:, 1] * following[:, 0]))


def _sides_cross(plane: Floats) -> bool:
    a, b = plane, np.roll(plane, -1, axis=0)

    def turns(p: Floats, q: Floats, r: Floats) -> Floats:
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])

    first, second = a[:, None, :], b[:, None, :]
    before, after = turns(first, second, a[None, :, :]), turns(first, second, b[None, :, :])
    # Rounding of nearly straight corners is no crossing.
    noise = 1e-15 * float(np.abs(plane).max()) + 1e-30
    apart = (before > noise) & (after < -noise) | (before < -noise) & (after > noise)
    return bool((apart & apart.T).any())
