# SPDX-License-Identifier: BSD-3-Clause
"""Where the pixels of an HDU are on the sky, by the HDU's own world coordinate system.

Only a sound celestial system counts: linear axes, values that are no numbers, a place holder at
0, 0 and a scale that no instrument has give no footprint rather than a wrong one.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from astropy.wcs import WCSSUB_CELESTIAL, WcsError, Wcsprm

from archive.astro.positions import to_icrs
from vo.sky import Polygon

__all__ = ["SkyOutline", "enclosing_region", "field_size", "hull", "mean_position", "outline_of"]

Points = npt.NDArray[np.float64]

# An edge is broken up where a straight one would be off by more than this part of the field's diagonal.
STRAIGHTNESS = 1e-3
MOST_PARTS = 32
FINEST_SCALE = 1e-4  # arcsec a pixel
COARSEST_SCALE = 36_000.0
FK4_ENDS = 1984.0
_NUMBERS = ("CRVAL", "CRPIX", "CDELT", "CD1_", "CD2_", "CD3_", "PC1_", "PC2_", "PC3_")


@dataclass(frozen=True)
class SkyOutline:
    """The sky under one HDU.

    Parameters
    ----------
    vertices
        Shape (n, 2), ICRS degrees, in order along the edge.
    centre
        ICRS degrees of the middle of the pixels.
    scale
        Arcseconds a pixel, the geometric mean of both axes.
    """

    vertices: Points
    centre: tuple[float, float]
    scale: float


def outline_of(
    cards: str, values: Mapping[str, object], shape: Sequence[int], largest_field: float = 60.0
) -> SkyOutline | None:
    """Find the sky under an image.

    Parameters
    ----------
    cards
        The header's WCS cards, 80 characters each.
    values
        The header's values: wcslib takes 0 for a number that it cannot read, an archive must not.
    shape
        Lengths of the axes, NAXIS1 first.
    largest_field
        Degrees; what is wider is taken for broken.

    Returns
    -------
    SkyOutline or None
        None where there is no celestial system that can be used.
    """
    if "CTYPE" not in cards or len(shape) < 2 or not _has_sound_numbers(values):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = _celestial(cards)
            if found is None or max(found[1]) >= len(shape):
                return None
            wcs, axes = found
            return _traced(wcs, (shape[axes[0]], shape[axes[1]]), largest_field)
        except (WcsError, ValueError, MemoryError):
            return None


def enclosing_region(outlines: Sequence[Points]) -> str:
    """Give the outline of all as ObsCore's s_region: the polygon itself, or the hull of several (DALI 1.1 §3.3.7)."""
    vertices = outlines[0] if len(outlines) == 1 else hull(outlines)
    return "POLYGON ICRS " + " ".join(f"{value:.6f}" for value in vertices.ravel())


def field_size(outlines: Sequence[Points]) -> float:
    """Give the diameter of a field in degrees: the greatest distance between two of its corners."""
    vectors = _vectors(np.concatenate(outlines))
    chords = np.linalg.norm(vectors[:, np.newaxis, :] - vectors[np.newaxis, :, :], axis=2)
    return float(np.degrees(2.0 * np.arcsin(min(1.0, float(chords.max()) / 2.0))))


def mean_position(positions: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Give the middle of some positions; all ICRS degrees."""
    return _position(_vectors(np.array(positions)).mean(axis=0))


def hull(outlines: Sequence[Points]) -> Points:
    """Give the convex hull of some outlines that lie within one hemisphere, shape (n, 2), degrees."""
    vectors = _vectors(np.concatenate(outlines))
    middle = vectors.mean(axis=0)
    east = np.cross([0.0, 0.0, 1.0], middle)
    # At the very pole any direction is east.
    east = np.array([1.0, 0.0, 0.0]) if np.linalg.norm(east) < 1e-9 else east / np.linalg.norm(east)
    north = np.cross(middle, east)
    depth = vectors @ middle
    if np.any(depth <= 0):
        return np.concatenate(outlines)
    # In the gnomonic plane great circles are straight, so a flat hull is the hull on the sky.
    flat = np.column_stack([vectors @ east / depth, vectors @ north / depth])
    return np.concatenate(outlines)[_flat_hull(flat)]


def _flat_hull(points: Points) -> list[int]:
    """Give the indices of the hull's corners, anticlockwise (Andrew's monotone chain)."""
    order = [int(place) for place in np.lexsort((points[:, 1], points[:, 0]))]

    def half(places: Sequence[int]) -> list[int]:
        chain: list[int] = []
        for place in places:
            while len(chain) > 1 and _turn(points[chain[-2]], points[chain[-1]], points[place]) <= 0:
                chain.pop()
            chain.append(place)
        return chain[:-1]

    return half(order) + half(order[::-1])


def _turn(first: Points, second: Points, third: Points) -> float:
    return float((second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0]))


def _has_sound_numbers(values: Mapping[str, object]) -> bool:
    """Whether all numbers of the WCS are numbers, and the scale is not nothing: wcslib takes 1 for 0."""
    numbers = {name: value for name, value in values.items() if name.startswith(_NUMBERS) and name[-1].isdigit()}
    if not all(isinstance(value, (int, float)) for value in numbers.values()):
        return False
    rows: dict[str, list[object]] = {}
    for name, value in numbers.items():
        if name.startswith("CD") and name[2].isdigit():
            rows.setdefault(name[2], []).append(value)
    steps = [value for name, value in numbers.items() if name.startswith("CDELT")]
    return all(any(row) for row in rows.values()) if rows else all(steps)


def _celestial(cards: str) -> tuple[Wcsprm, tuple[int, int]] | None:
    """Make a wcslib object of two celestial axes, and tell which axes of the array they are."""
    wcs = Wcsprm(header=cards.encode("latin-1"), relax=True)
    wcs.fix()
    wcs.set()
    if wcs.lng < 0 or wcs.lat < 0:
        return None
    axes = (min(wcs.lng, wcs.lat), max(wcs.lng, wcs.lat))
    if wcs.naxis != 2:
        wcs = wcs.sub([WCSSUB_CELESTIAL])
        wcs.set()
    return wcs, axes


def _traced(wcs: Wcsprm, plane: tuple[int, int], largest_field: float) -> SkyOutline | None:
    width, height = plane
    parts = 1
    while True:
        pixels = _edge(width, height, 2 * parts)
        middle = np.array([[(width + 1) / 2, (height + 1) / 2]])
        world = _world(wcs, np.concatenate([pixels, middle]))
        if world is None:
            return None
        vectors = _vectors(world)
        corners, between = vectors[:-1:2], vectors[1:-1:2]
        if parts == 1 and not _is_sane(corners, plane, largest_field):
            return None
        if parts == MOST_PARTS or _is_straight(corners, between):
            break
        parts *= 2
    scale = _scale_of(wcs, middle)
    if scale is None:
        return None
    # An edge that crosses itself, or one round more than half of the sky, is a ValueError here.
    Polygon(world[:-1:2])
    return SkyOutline(world[:-1:2], (float(world[-1, 0]), float(world[-1, 1])), scale)


def _edge(width: int, height: int, parts: int) -> Points:
    """Pixel positions around the outer edge, `parts` to a side; pixel centres are whole numbers from 1 on."""
    steps = np.arange(parts) / parts
    low, right, top = 0.5, width + 0.5, height + 0.5
    across, up = low + steps * width, low + steps * height
    flat = np.full(parts, low)
    return np.concatenate(
        [
            np.column_stack([across, flat]),
            np.column_stack([np.full(parts, right), up]),
            np.column_stack([right - steps * width, np.full(parts, top)]),
            np.column_stack([flat, top - steps * height]),
        ]
    )


def _world(wcs: Wcsprm, pixels: Points) -> Points | None:
    """Pixel positions on the sky, ICRS degrees, shape (n, 2); None if one of them is nowhere."""
    found = wcs.p2s(pixels, 1)
    if np.any(found["stat"]):
        return None
    world = found["world"][:, [wcs.lng, wcs.lat]]
    if not np.all(np.isfinite(world)):
        return None
    kind = wcs.ctype[wcs.lng][:4].rstrip("-")
    if kind == "GLON":
        return to_icrs(world, "GALACTIC", None)
    if kind != "RA":
        return None
    frame = wcs.radesys.strip() or ("FK4" if wcs.equinox < FK4_ENDS else "ICRS")
    is_2000 = not math.isfinite(wcs.equinox) or abs(wcs.equinox - 2000.0) < 1e-6
    if frame.startswith("FK4"):
        return to_icrs(world, "FK4", None if is_2000 else wcs.equinox)
    # FK5 of 2000 and ICRS differ by less than any pointing is good for.
    return world if frame != "FK5" or is_2000 else to_icrs(world, "FK5", wcs.equinox)


def _is_sane(corners: Points, plane: tuple[int, int], largest_field: float) -> bool:
    diagonal = float(np.degrees(np.linalg.norm(corners[0] - corners[len(corners) // 2])))
    scale = diagonal * 3600.0 / math.hypot(*plane)
    return diagonal <= largest_field and FINEST_SCALE <= scale <= COARSEST_SCALE


def _is_straight(corners: Points, between: Points) -> bool:
    """Whether great circles from corner to corner follow the edge."""
    following = np.roll(corners, -1, axis=0)
    middles = corners + following
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    off = np.linalg.norm(middles - between, axis=1)
    diagonal = np.linalg.norm(corners[0] - corners[len(corners) // 2])
    return bool(np.all(off <= STRAIGHTNESS * diagonal))


def _scale_of(wcs: Wcsprm, middle: Points) -> float | None:
    near = _world(wcs, middle + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    if near is None:
        return None
    vectors = _vectors(near)
    area = np.linalg.norm(np.cross(vectors[1] - vectors[0], vectors[2] - vectors[0]))
    scale = math.degrees(math.sqrt(float(area))) * 3600.0
    return scale if FINEST_SCALE <= scale <= COARSEST_SCALE else None


def _vectors(world: Points) -> Points:
    ra, dec = np.radians(world[:, 0]), np.radians(world[:, 1])
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def _position(vector: Points) -> tuple[float, float]:
    ra = math.degrees(math.atan2(vector[1], vector[0])) % 360.0
    return ra, math.degrees(math.atan2(vector[2], math.hypot(vector[0], vector[1])))
