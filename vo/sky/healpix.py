# SPDX-License-Identifier: BSD-3-Clause
"""HEALPix cells: the order-29 nested key of a position, and sets of cells as ranges of such keys."""

import math

import astropy.units as u
import numpy as np
import numpy.typing as npt
from astropy.coordinates import Latitude, Longitude
from cdshealpix import nested

from vo.sky.vectors import Floats, Ints, settled

__all__ = [
    "ALL_SKY",
    "MAX_ORDER",
    "cell_centres",
    "cell_radius",
    "cell_size",
    "children",
    "hpx29",
    "merge_ranges",
    "ranges_of_cells",
    "thin_ranges",
]

MAX_ORDER = 29
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


def cell_size(order: int) -> float:
    """Give the side (radians) of a square as large as a cell."""
    return math.sqrt(math.pi / 3) / float(1 << order)


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
    Górski et al. 2005, ApJ 622, 759, §5. The library gives the same and starts threads at each call, which
    takes twenty times as long for the few hundred cells of a cover.
    """
    side = float(1 << order)
    face, within = cells >> (2 * order), cells & ((1 << (2 * order)) - 1)
    x, y = _every_other_bit(within) + 0.5, _every_other_bit(within >> 1) + 0.5
    ring = (2 + face // 4) * side - x - y
    belt = np.minimum(np.minimum(ring, side), 4 * side - ring)
    is_cap = belt < side
    depth = (belt / side) ** 2 / 3
    z = np.where(is_cap, np.where(ring < side, 1 - depth, depth - 1), (2 * side - ring) * 2 / (3 * side))
    width = np.sqrt(np.where(is_cap, depth * (2 - depth), 1 - z * z))
    eighth = 2 * (face % 4) + (face // 4 != 1)
    lon = (eighth * belt + x - y) * math.pi / (4 * belt)
    return settled(np.stack([width * np.cos(lon), width * np.sin(lon), z], axis=-1))


def _every_other_bit(cells: Ints) -> Ints:
    """Press the bits of even places together."""
    bits = cells & 0x0555555555555555
    for shift, mask in (
        (1, 0x0333333333333333),
        (2, 0x0F0F0F0F0F0F0F0F),
        (4, 0x00FF00FF00FF00FF),
        (8, 0x0000FFFF0000FFFF),
    ):
        bits = (bits | (bits >> shift)) & mask
    return (bits | (bits >> 16)) & 0xFFFFFFFF


def children(cells: Ints) -> Ints:
    """Give the four cells of the next order in each cell."""
    return (cells[:, None] * 4 + np.arange(4)).ravel()


def ranges_of_cells(order: int, cells: Ints) -> Ints:
    """Give cells of one order as merged, sorted, half-open ranges of order 29."""
    low = np.unique(cells)
    shift = 2 * (MAX_ORDER - order)
    return merge_ranges(np.stack([low << shift, (low + 1) << shift], axis=1))


def merge_ranges(ranges: Ints) -> Ints:
    """Sort half-open ranges and join those that touch or overlap."""
    ranges = ranges[ranges[:, 1] > ranges[:, 0]]
    if len(ranges) == 0:
        return ranges.reshape(0, 2)
    ranges = ranges[np.argsort(ranges[:, 0], kind="stable")]
    ends = np.maximum.accumulate(ranges[:, 1])
    starts_new = np.r_[True, ranges[1:, 0] > ends[:-1]]
    last = np.r_[np.flatnonzero(starts_new)[1:] - 1, len(ranges) - 1]
    return np.stack([ranges[starts_new, 0], ends[last]], axis=1)


def thin_ranges(ranges: Ints, limit: int) -> Ints:
    """Bridge the narrowest gaps until there are at most `limit` ranges."""
    if len(ranges) <= limit:
        return ranges
    gaps = ranges[1:, 0] - ranges[:-1, 1]
    kept = np.sort(np.argpartition(gaps, len(gaps) - limit + 1)[len(gaps) - limit + 1 :])
    low = np.r_[ranges[0, 0], ranges[kept + 1, 0]]
    high = np.r_[ranges[kept, 1], ranges[-1, 1]]
    return np.stack([low, high], axis=1)
