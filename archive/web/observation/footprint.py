# SPDX-License-Identifier: BSD-3-Clause
"""Outlines on the sky as a drawing: gnomonic projection, north up, east left."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
import numpy.typing as npt

from archive.domain.details import Outline
from archive.web.wording import dec_in_words, ra_in_words

__all__ = ["Drawing", "DrawnOutline", "draw_footprint"]

Floats = npt.NDArray[np.float64]

_SIZE = 400.0
_MARGIN = 34.0
# The projection shows less than a half sphere; beyond this a drawing tells nothing.
_WIDEST = np.radians(60)
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000, 72000, 108000)
_MOST_LABELS = 80


@dataclass(frozen=True)
class DrawnOutline:
    """One HDU's outline.

    Parameters
    ----------
    points
        As SVG's ``points`` has it.
    label
        Number of the detector, else of the HDU; empty where there is no room.
    """

    points: str
    title: str
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """The outlines of a file, in a box of 400 by 400.

    Parameters
    ----------
    scale_length
        Of the bar that is `scale` long on the sky.
    centre_x, centre_y
        Where the middle of the outlines lies.
    """

    outlines: tuple[DrawnOutline, ...]
    scale: str
    scale_length: float
    centre_ra: str
    centre_dec: str
    width: str
    font_size: float


def draw_footprint(outlines: Sequence[Outline]) -> Drawing | None:
    """Draw outlines; None where there are none, or they span too much of the sky."""
    known = [outline for outline in outlines if len(outline.vertices) >= 3]
    if not known:
        return None
    corners = [_vectors(np.array(outline.vertices)) for outline in known]
    centre = _middle(corners)
    planes = None if centre is None else [_project(vectors, centre) for vectors in corners]
    if centre is None or planes is None or any(plane is None for plane in planes):
        return None
    flat = np.concatenate([plane for plane in planes if plane is not None])
    low, high = flat.min(axis=0), flat.max(axis=0)
    extent = float(max((high - low).max(), 1e-9))
    zoom = (_SIZE - 2 * _MARGIN) / extent
    middle = (low + high) / 2
    seconds, length = _scale_bar(zoom)
    ra, dec = _degrees(centre)
    font_size = _font_size(extent, planes, zoom)
    return Drawing(
        outlines=tuple(
            _drawn(outline, (plane - middle) * zoom, has_label=len(known) <= _MOST_LABELS and font_size >= 6)
            for outline, plane in zip(known, planes, strict=True)
            if plane is not None
        ),
        scale=_angle_in_words(seconds),
        scale_length=round(length, 1),
        centre_ra=ra_in_words(ra),
        centre_dec=dec_in_words(dec),
        width=_angle_in_words(_rounded(float(np.degrees(extent)) * 3600)),
        font_size=font_size,
    )


def _vectors(degrees: Floats) -> Floats:
    ra, dec = np.radians(degrees).T
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def _middle(corners: Sequence[Floats]) -> Floats | None:
    total = np.concatenate(corners).sum(axis=0)
    length = float(np.linalg.norm(total))
    return None if length < 1e-6 else np.asarray(total / length)


def _degrees(vector: Floats) -> tuple[float, float]:
    return float(np.degrees(np.arctan2(vector[1], vector[0])) % 360), float(np.degrees(np.arcsin(vector[2])))


def _project(vectors: Floats, centre: Floats) -> Floats | None:
    """Project onto the tangent plane; x grows to the east, y to the north."""
    ra, dec = np.radians(_degrees(centre))
    east = np.array([-np.sin(ra), np.cos(ra), 0.0])
    north = np.array([-np.sin(dec) * np.cos(ra), -np.sin(dec) * np.sin(ra), np.cos(dec)])
    depth = vectors @ centre
    if depth.min() < np.cos(_WIDEST):
        return None
    return np.stack([vectors @ east, vectors @ north], axis=1) / depth[:, np.newaxis]


def _drawn(outline: Outline, plane: Floats, *, has_label: bool) -> DrawnOutline:
    # East is to the left, and SVG counts downwards.
    x, y = _SIZE / 2 - plane[:, 0], _SIZE / 2 - plane[:, 1]
    detector = f", CCD {outline.ccdnum}" if outline.ccdnum is not None else ""
    number = outline.hdu_index if outline.ccdnum is None else outline.ccdnum
    return DrawnOutline(
        points=" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)),
        title=f"HDU {outline.hdu_index}{detector}",
        label=str(number) if has_label else "",
        x=round(float(x.mean()), 1),
        y=round(float(y.mean()), 1),
    )


def _font_size(extent: float, planes: Sequence[Floats | None], zoom: float) -> float:
    sides = [float((plane.max(axis=0) - plane.min(axis=0)).min()) for plane in planes if plane is not None]
    return round(min(14.0, 0.55 * zoom * min([*sides, extent])), 1)


def _scale_bar(zoom: float) -> tuple[float, float]:
    """Choose a round angle that is about a quarter of the drawing; give arcseconds and length."""
    per_second = zoom * np.radians(1 / 3600)
    fitting = [step for step in _STEPS if step * per_second <= 0.3 * _SIZE]
    seconds = float(fitting[-1]) if fitting else _power_of_ten(0.3 * _SIZE / per_second)
    return seconds, float(seconds * per_second)


def _power_of_ten(most: float) -> float:
    return 10.0 ** floor(log10(most))


def _rounded(seconds: float) -> float:
    return round(seconds, 2 - ceil(log10(max(seconds, 1e-6))))


def _angle_in_words(seconds: float) -> str:
    for scale, sign in ((3600, "°"), (60, "′")):
        if seconds >= scale:
            return f"{seconds / scale:.3g}{sign}"
    return f"{seconds:.3g}″"
