# SPDX-License-Identifier: BSD-3-Clause
"""Exact tests on closed chains of great-circle arcs.

Outlines are arrays of unit vectors ``(n, 3)``, anticlockwise seen from outside the sphere, each
within one hemisphere. All determinants are taken of differences, so that an outline of a
milliarcsecond is tested as well as one of a hemisphere. Migration 0002 has the same tests in SQL.
"""

import math

import numpy as np

from vo.sky.vectors import TOLERANCE, Bools, Floats, Ints, chord_squared, cross

__all__ = ["arcs_cross", "distance_within", "edge_distance", "encloses", "holds", "outlines_meet"]

CHUNK = 1 << 18


def encloses(outline: Floats, points: Floats) -> Bools:
    """Whether each point is inside, by the winding of the outline around it; points on the edge may go either way.

    Parameters
    ----------
    points
        Unit vectors, ``(m, 3)``.
    """
    inside = np.empty(len(points), dtype=bool)
    step = max(1, CHUNK // len(outline))
    for first in range(0, len(points), step):
        inside[first : first + step] = _winding(outline, points[first : first + step]) > 0
    return inside


def _winding(outline: Floats, points: Floats) -> Ints:
    # Edges are counted where they cross the half great circle from the point to its antipode.
    axis = np.eye(3)[np.argmin(np.abs(points), axis=1)]
    normal = cross(points, axis)[:, None, :]
    from_point = outline[None, :, :] - points[:, None, :]
    side = np.sum(normal * from_point, axis=-1) >= 0
    following = np.roll(side, -1, axis=1)
    start = outline[None, :, :]
    edge = (np.roll(outline, -1, axis=0) - outline)[None, :, :]
    turn = np.sum(start * cross(edge, -from_point), axis=-1)
    upward = ~side & following & (turn > 0)
    downward = side & ~following & (turn < 0)
    return upward.sum(axis=1) - downward.sum(axis=1)  # type: ignore[no-any-return]


def distance_within(outline: Floats, points: Floats, radius: float) -> Bools:
    """Whether each point is within `radius` (radians) of the outline's edge."""
    near = np.empty(len(points), dtype=bool)
    step = max(1, CHUNK // len(outline))
    for first in range(0, len(points), step):
        near[first : first + step] = _near(outline, points[first : first + step], radius)
    return near


def _near(outline: Floats, points: Floats, radius: float) -> Bools:
    a, b = outline[None, :, :], np.roll(outline, -1, axis=0)[None, :, :]
    x = points[:, None, :]
    q = x - a
    near = np.sum(q * q, axis=-1) <= chord_squared(radius)
    normal = cross(a, b - a)
    length2 = np.sum(normal * normal, axis=-1)
    forward = np.sum(cross(normal, a) * q, axis=-1)
    beside = (length2 > 0) & (forward >= 0) & (np.sum(cross(b, normal) * (x - b), axis=-1) >= 0)
    if radius >= math.pi / 2:
        return np.any(near | beside, axis=1)  # type: ignore[no-any-return]
    if radius <= math.pi / 4:
        height = np.sum(normal * q, axis=-1)
        reached = height * height <= math.sin(radius) ** 2 * length2
    else:
        along = np.sum(a * x, axis=-1)
        reached = along * along * length2 + forward * forward >= math.cos(radius) ** 2 * length2
    return np.any(near | (beside & reached), axis=1)  # type: ignore[no-any-return]


def edge_distance(outline: Floats, point: Floats) -> float:
    """Give the distance (radians) of a place from the outline's edge."""
    following = np.roll(outline, -1, axis=0)
    q = point - outline
    nearest = float(np.min(2 * np.arcsin(np.minimum(1.0, np.linalg.norm(q, axis=1) / 2))))
    normal = cross(outline, following - outline)
    length = np.linalg.norm(normal, axis=1)
    beside = (length > 0) & (np.sum(cross(normal, outline) * q, axis=1) >= 0)
    beside &= np.sum(cross(following, normal) * (point - following), axis=1) >= 0
    heights = np.abs(np.sum(normal * q, axis=1))[beside] / length[beside]
    return min(nearest, float(np.arcsin(np.minimum(1.0, heights)).min())) if beside.any() else nearest


def holds(outline: Floats, points: Floats) -> Bools:
    """Whether each point is inside or on the edge."""
    return encloses(outline, points) | distance_within(outline, points, TOLERANCE)


def arcs_cross(a: Floats, b: Floats, c: Floats, d: Floats) -> Bools:
    """Whether arcs a-b and c-d cross in their inner parts; shapes broadcast, each arc is shorter than 180°."""

    def turn(p: Floats, q: Floats, r: Floats) -> Floats:
        return np.sum(p * cross(q - p, r - p), axis=-1)  # type: ignore[no-any-return]

    abc, abd, cda, cdb = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    one = (abc < 0) & (cdb < 0) & (abd > 0) & (cda > 0)
    other = (abc > 0) & (cdb > 0) & (abd < 0) & (cda < 0)
    return one | other


def outlines_meet(one: Floats, other: Floats) -> bool:
    """Whether two closed outlines have a point in common, their insides included."""
    if bool(holds(one, other).any()) or bool(holds(other, one).any()):
        return True
    crossings = arcs_cross(
        one[:, None, :], np.roll(one, -1, axis=0)[:, None, :], other[None, :, :], np.roll(other, -1, axis=0)[None, :, :]
    )
    return bool(crossings.any())
