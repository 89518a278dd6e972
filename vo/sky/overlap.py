# SPDX-License-Identifier: BSD-3-Clause
"""Whether a region and an outline share a place: exact for every pair of shapes."""

import math

import numpy as np

from vo.sky.arcs import arcs_cross, distance_within, encloses, holds, outlines_meet
from vo.sky.bands import Range
from vo.sky.circles import Circle, Point
from vo.sky.faces import MAX_ORDER, cell_size
from vo.sky.healpix import cell_centres, cell_radius, children, hpx29
from vo.sky.mocs import MOC
from vo.sky.parse import Region
from vo.sky.polygons import Box, Polygon
from vo.sky.vectors import TOLERANCE, Floats, Ints, cross, directions_of, vectors_of

__all__ = ["INNER", "MOST_CELLS", "overlaps"]

INNER = 0.3
"""A circle of this part of a cell's side around its centre lies within the cell, at every place and order."""

MOST_CELLS = 20_000
"""A MOC and an outline that are still not told apart after so many cells touch, as far as it matters."""


def overlaps(region: Region, outline: Floats) -> bool:
    """Whether the region and the inside or edge of an outline have a place in common.

    Parameters
    ----------
    outline
        Unit vectors ``(n, 3)``, anticlockwise, as `Polygon.outline`.
    """
    match region:
        case Point() | Circle():
            radius = (math.radians(region.radius) if isinstance(region, Circle) else 0.0) + TOLERANCE
            centre = region.vector[None, :]
            return bool(encloses(outline, centre)[0] or distance_within(outline, centre, radius)[0])
        case Polygon() | Box():
            return outlines_meet(region.outline, outline)
        case Range():
            return _meets_range(region, outline)
        case MOC():
            return _meets_moc(region, outline)


def _meets_range(band: Range, outline: Floats) -> bool:
    ra, dec = directions_of(outline)
    if band.contains(ra, dec).any():
        return True
    sides = [band.ra_min, band.ra_min + band.ra_width]
    decs = [band.dec_min, (band.dec_min + band.dec_max) / 2, band.dec_max]
    corners = vectors_of([[side] * 3 for side in sides], [decs, decs])
    if holds(outline, corners.reshape(-1, 3)).any():
        return True
    following = np.roll(outline, -1, axis=0)
    if band.ra_width < 360:
        for side in corners:
            for low, high in ((side[0], side[1]), (side[1], side[2])):
                if arcs_cross(outline, following, low, high).any():
                    return True
    return any(_crosses_parallel(band, outline, dec) for dec in (band.dec_min, band.dec_max) if abs(dec) < 90)


def _crosses_parallel(band: Range, outline: Floats, dec: float) -> bool:
    """Whether a side meets the parallel inside the range; along a side z = a cos t + w sin t."""
    following = np.roll(outline, -1, axis=0)
    normal = cross(outline, following - outline)
    length = np.linalg.norm(normal, axis=1)
    usable = length > 0
    a, b, normal = outline[usable], following[usable], normal[usable] / length[usable, None]
    across = cross(normal, a)
    arc = np.arctan2(length[usable], np.sum(a * b, axis=1))
    height = np.hypot(a[:, 2], across[:, 2])
    middle = np.arctan2(across[:, 2], a[:, 2])
    sine = math.sin(math.radians(dec))
    reached = np.abs(sine) <= height
    swing = np.arccos(np.where(reached, sine / np.where(reached, height, 1.0), 0.0))
    for sign in (-1, 1):
        way = (middle + sign * swing) % (2 * math.pi)
        place = a * np.cos(way)[:, None] + across * np.sin(way)[:, None]
        ra = directions_of(place)[0]
        if (reached & (way <= arc) & band.contains(ra, np.full(len(ra), dec))).any():
            return True
    return False


def _meets_moc(moc: MOC, outline: Floats) -> bool:
    if len(moc.ranges) == 0:
        return False
    if moc.contains_cells(hpx29(*directions_of(outline))).any():
        return True
    waiting = [(0, np.arange(12))]
    seen = 0
    while waiting:
        order, cells = waiting.pop()
        seen += len(cells)
        if seen > MOST_CELLS:
            return True
        shift = 2 * (MAX_ORDER - order)
        touched, full = _parts(moc, cells << shift, (cells + 1) << shift)
        centres = cell_centres(order, cells)
        near = touched & _reached(outline, centres, cell_radius(order))
        inner = full & near & _reached(outline, centres, INNER * cell_size(order))
        if inner.any() or (order == MAX_ORDER and near.any()):
            return True
        waiting.extend((order + 1, children(cell)) for cell in cells[near][:, None])
    return False


def _reached(outline: Floats, centres: Floats, radius: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return encloses(outline, centres) | distance_within(outline, centres, radius)


def _parts(moc: MOC, low: Ints, high: Ints) -> tuple[np.ndarray, np.ndarray]:
    """Tell of order-29 ranges whether the MOC has a part of each, and whether it has all of it."""
    first = np.searchsorted(moc.ranges[:, 1], low, side="right")
    inside = first < len(moc.ranges)
    begin, end = moc.ranges[np.minimum(first, len(moc.ranges) - 1)].T
    touched = inside & (begin < high)
    return touched, touched & (begin <= low) & (end >= high)
