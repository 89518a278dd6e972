# SPDX-License-Identifier: BSD-3-Clause
"""HEALPix cells: the order-29 nested key of a position, and sets of cells as ranges of such keys."""

import math
from functools import cache

import astropy.units as u
import numpy as np
import numpy.typing as npt
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested

from vo.sky.faces import MAX_ORDER, places_on_faces, press_bits
from vo.sky.vectors import Bools, Floats, Ints

__all__ = [
    "ALL_SKY",
    "cell_centres",
    "cell_radius",
    "children",
    "hpx29",
    "merge_ranges",
    "ranges_of_cells",
    "thin_ranges",
]

ALL_SKY: Ints = np.array([[0, 12 << 58]], dtype=np.int64)


def hpx29(ra: npt.ArrayLike, dec: npt.ArrayLike) -> Ints:
    """Give the order-29 nested HEALPix cell of positions.

    Parameters
    ----------
    ra, dec
        Degrees ICRS.
    """
    lon = Longitude(np.atleast_1d(np.asarray(ra, dtype=float)), u.deg)
    lat = Latitude(np.atleast_1d(np.asarray(dec, dtype=float)), u.deg)
    return nested.lonlat_to_healpix(lon, lat, MAX_ORDER).astype(np.int64)  # type: ignore[no-any-return]


@cache
def cell_radius(order: int) -> float:
    """Give the radius (radians) of a circle around the centre that holds any cell of this order."""
    # The widest cells stand where the equatorial belt meets the caps.
    n = float(1 << order)
    z1, phi, z2 = 2.0 / 3.0, math.pi / (4 * n), 1.0 - (1.0 - 1.0 / n) ** 2 / 3.0
    # The difference of the two heights, 1/3 - (1 - 1/n)²/3, without loss of digits.
    dz = (2.0 / n - 1.0 / n**2) / 3.0
    c1, c2 = math.sqrt(1 - z1 * z1), math.sqrt(max(0.0, 1 - z2 * z2))
    dc = (z2 * z2 - z1 * z1) / (c1 + c2) if c1 + c2 > 0 else 0.0
    chord2 = dz * dz + dc * dc + 4 * c1 * c2 * math.sin(phi / 2) ** 2
    return 1.0001 * 2 * math.asin(math.sqrt(chord2) / 2)


def cell_centres(order: int, cells: Ints) -> Floats:
    """Give the centres of cells as unit vectors.

    Notes
    -----
    The library gives the same and starts threads at each call, which takes twenty times as long for the
    few hundred cells of a cover.
    """
    face, within = cells >> (2 * order), cells & ((1 << (2 * order)) - 1)
    x, y = press_bits(within).astype(np.float64), press_bits(within >> 1).astype(np.float64)
    height, width, lon = places_on_faces(order, face, x + 0.5, y + 0.5)
    return np.stack([width * np.cos(lon), width * np.sin(lon), height], axis=-1)


def children(cells: Ints) -> Ints:
    """Give the four cells of the next order in each cell."""
    return (cells[:, None] * 4 + np.arange(4)).ravel()


def ranges_of_cells(order: int, cells: Ints) -> Ints:
    """Give cells of one order as merged, sorted, half-open ranges of order 29."""
    if len(cells) == 0:
        return np.empty((0, 2), dtype=np.int64)
    ordered = np.sort(cells)
    return _between(ordered, ordered + 1, ordered[1:] > ordered[:-1] + 1) << (2 * (MAX_ORDER - order))


def merge_ranges(ranges: Ints) -> Ints:
    """Sort half-open ranges and join those that touch or overlap."""
    ranges = ranges[ranges[:, 1] > ranges[:, 0]]
    if len(ranges) == 0:
        return ranges.reshape(0, 2)
    ranges = ranges[np.argsort(ranges[:, 0], kind="stable")]
    ends = np.maximum.accumulate(ranges[:, 1])
    return _between(ranges[:, 0], ends, ranges[1:, 0] > ends[:-1])


def _between(starts: Ints, ends: Ints, is_gap: Bools) -> Ints:
    """Give the ranges between gaps: `is_gap` tells of all starts but the first."""
    gaps = np.flatnonzero(is_gap)
    ranges = np.empty((len(gaps) + 1, 2), dtype=np.int64)
    ranges[0, 0], ranges[-1, 1] = starts[0], ends[-1]
    ranges[1:, 0], ranges[:-1, 1] = starts[gaps + 1], ends[gaps]
    return ranges


def thin_ranges(ranges: Ints, limit: int) -> Ints:
    """Bridge the narrowest gaps until there are at most `limit` ranges."""
    if len(ranges) <= limit:
        return ranges
    gaps = ranges[1:, 0] - ranges[:-1, 1]
    is_kept = np.zeros(len(gaps), dtype=bool)
    is_kept[np.argpartition(gaps, len(gaps) - limit + 1)[len(gaps) - limit + 1 :]] = True
    return _between(ranges[:, 0], ranges[:, 1], is_kept)
