# SPDX-License-Identifier: BSD-3-Clause
"""The cells under which outlines are filed: for many outlines at once, and tight."""

import math
from dataclasses import dataclass

import numpy as np
from cdshealpix import nested

from vo.sky.arcs import distance_within, edge_distance, encloses
from vo.sky.faces import LEAST_WIDTH, cell_size
from vo.sky.healpix import cell_centres, cell_radius, children, hpx29
from vo.sky.polygons import cap_of, convex_sides
from vo.sky.vectors import Bools, Floats, Ints, chord_squared, cross, directions_of, settled, vectors_of
from vo.sky.zuniq import LAST_ORDER, zuniq

__all__ = ["Middle", "cells_of_outline", "cells_of_quads", "middle_of_outline", "middles_of_quads", "order_of"]

COARSENESS = 1.6
"""The side of a cell over the smaller side of an outline, at most."""

CHUNK = 8192

LESS, MORE = 1 - 1e-9, 1 + 1e-9
RIGHT_ANGLE_CHORD = 1.4


def order_of(size: float) -> int:
    """Choose the order of the cells for outlines whose smaller side is `size` radians."""
    if size <= 0:
        return LAST_ORDER
    # Rounded up to one of ORDERS.
    return min(LAST_ORDER, max(0, 2 * math.ceil(math.log2(cell_size(0) / (COARSENESS * size)) / 2)))


@dataclass(frozen=True, eq=False)
class Middle:
    """A place in an outline, and how much of its neighbourhood the outline takes.

    Parameters
    ----------
    place
        Unit vector.
    core, reach
        Radians: from there all is outline up to `core`, and none is beyond `reach`.
    is_convex
        Whether the outline is known to have no bay.
    """

    place: Floats
    core: float
    reach: float
    is_convex: bool


def middle_of_outline(outline: Floats) -> Middle:
    """Choose the place of an outline of any form: its middle, or a corner where that is outside."""
    middle, _ = cap_of(outline)
    sides = convex_sides(outline)
    if sides is not None and (height := float((sides @ middle).min())) > 0:
        place, core = middle, math.asin(min(1.0, height)) * LESS
    elif encloses(outline, middle[None, :])[0]:
        place, core = middle, edge_distance(outline, middle) * LESS
    else:
        place, core = outline[0], 0.0
    chord = float(np.linalg.norm(outline - place, axis=1).max())
    # Beyond a right angle the farthest place may lie between corners.
    reach = min(math.pi, 2 * math.asin(chord / 2) * MORE) if chord < RIGHT_ANGLE_CHORD else math.pi
    return Middle(place, core, reach, sides is not None)


def middles_of_quads(quads: Floats) -> tuple[Floats, Floats, Floats]:
    """Give places ``(n, 3)``, cores and reaches ``(n,)`` of small convex quadrangles ``(n, 4, 3)``, anticlockwise."""
    places = quads.mean(axis=1)
    places = settled(places / np.linalg.norm(places, axis=1)[:, None])
    heights = np.einsum("nsk,nsk->ns", _inward(quads), places[:, None, :] - quads)
    chords = np.linalg.norm(quads - places[:, None, :], axis=2).max(axis=1)
    return places, np.arcsin(np.clip(heights.min(axis=1), 0, 1)) * LESS, 2 * np.arcsin(chords / 2) * MORE


def cells_of_outline(outline: Floats) -> Ints:
    """Give the keys of the cells that one outline of any form touches."""
    sides = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    area = float(np.linalg.norm(cross(outline - outline[0], np.roll(outline, -1, axis=0) - outline[0]).sum(axis=0)) / 2)
    # A long and narrow outline gets cells by its width, so far as they stay few.
    longest = float(sides.max())
    order = order_of(max(area / longest, longest / 16) if longest > 0 else 0.0)
    level, cells = 0, np.arange(12)
    while True:
        centres = cell_centres(level, cells)
        cells = cells[encloses(outline, centres) | distance_within(outline, centres, cell_radius(level))]
        if level == order:
            return zuniq(order, cells)
        level, cells = level + 1, children(cells)


def cells_of_quads(quads: Floats) -> tuple[Ints, Ints]:
    """Give the cells that many small convex quadrangles of about one size touch.

    Parameters
    ----------
    quads
        Unit vectors ``(n, 4, 3)``, anticlockwise, each within 15 degrees.

    Returns
    -------
    tuple of ndarray
        Row numbers of `quads` and keys of cells, one pair for each cell of each quadrangle.
    """
    sides = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2)
    order = order_of(float(np.median(sides.min(axis=1))))
    middles = quads.mean(axis=1)
    middles /= np.linalg.norm(middles, axis=1)[:, None]
    reach = float(np.linalg.norm(quads - middles[:, None, :], axis=2).max()) * 1.01
    # A cell that is nowhere narrower than the reach: it and its neighbours hold the quadrangle.
    start = min(order, math.floor(math.log2(LEAST_WIDTH * cell_size(0) / reach))) if reach > 0 else order
    if start < 0:
        raise ValueError("The quadrangles are too large to be filed together")
    home = hpx29(*directions_of(middles)) >> (58 - 2 * start)
    around = nested.neighbours(home.astype(np.uint64), start).astype(np.int64)
    rows = np.repeat(np.arange(len(quads)), around.shape[1])
    cells = around.ravel()
    rows, cells = rows[cells >= 0], cells[cells >= 0]
    for level in range(start, order + 1):
        if level > start:
            rows, cells = np.repeat(rows, 4), children(cells)
        # Most are told apart by their circles; the exact look is for the rest.
        near = _are_near(middles, reach, rows, level, cells)
        rows, cells = rows[near], cells[near]
    meet = _may_meet(quads, rows, order, cells)
    return rows[meet], zuniq(order, cells[meet])


def _are_near(middles: Floats, reach: float, rows: Ints, order: int, cells: Ints) -> Bools:
    different, place = np.unique(cells, return_inverse=True)
    difference = cell_centres(order, different)[place] - middles[rows]
    near: Bools = np.einsum("nk,nk->n", difference, difference) <= chord_squared(reach + cell_radius(order))
    return near


def _may_meet(quads: Floats, rows: Ints, order: int, cells: Ints) -> Bools:
    """Whether no side of either shape parts quadrangle and cell; a cell's curved sides are given their swell."""
    different, place = np.unique(cells, return_inverse=True)
    lon, lat = nested.vertices(different.astype(np.uint64), order, 2)
    rim = vectors_of(lon.deg, lat.deg)
    corners, bulges = rim[:, ::2], rim[:, 1::2]
    middle = corners + np.roll(corners, -1, axis=1)
    middle /= np.linalg.norm(middle, axis=2)[:, :, None]
    swell = 0.5 * np.linalg.norm(bulges - middle, axis=2).max(axis=1) + 1e-12
    sides = _inward(quads)
    # The chords between a cell's corners, moved out to the swell of its sides.
    chords = _inward(corners)
    depth = np.einsum("nsk,npk->nsp", chords, rim).min(axis=2) - swell[:, None]
    meet = np.empty(len(rows), dtype=bool)
    for first in range(0, len(rows), CHUNK):
        mine, its = rows[first : first + CHUNK], place[first : first + CHUNK]
        outside = _farthest(sides[mine], rim[its]) < -swell[its]
        beyond = _farthest(chords[its], quads[mine]) < depth[its].T
        meet[first : first + CHUNK] = ~(outside.any(axis=0) | beyond.any(axis=0))
    return meet


def _farthest(normals: Floats, points: Floats) -> Floats:
    """Give how far the points reach to the inner side of each great circle, the farthest of them: ``(sides, n)``."""
    # Parts in long rows of their own are summed several times faster than short vectors.
    n, p = np.ascontiguousarray(normals.transpose(1, 2, 0)), np.ascontiguousarray(points.transpose(1, 2, 0))
    return np.array([np.max([side[0] * at[0] + side[1] * at[1] + side[2] * at[2] for at in p], axis=0) for side in n])


def _inward(corners: Floats) -> Floats:
    """Give the unit normals of the sides, towards the inside of anticlockwise corners."""
    following = np.roll(corners, -1, axis=1)
    normal = cross(corners, following - corners)
    length = np.linalg.norm(normal, axis=2)[:, :, None]
    return normal / np.where(length > 0, length, 1.0)
