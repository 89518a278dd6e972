# SPDX-License-Identifier: BSD-3-Clause
"""Where the pixels of an HDU lie on one tangent plane of the sky, north up and east left."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from astropy.wcs.utils import wcs_to_celestial_frame

from archive.astro.preview.reading import Floats, Plane

__all__ = ["Located", "Tangent", "located", "tangent_of"]

_CELESTIAL = re.compile(r"^(RA|DEC|[GESH]LON|[GESH]LAT)-")
_GRID = 13
# A field wider than this is shown as it is: it does not fit a tangent plane.
_WIDEST = 60.0
_SCALES = (1e-6, 1.0)


@dataclass(frozen=True)
class Located:
    """A plane with a grid of its pixels and their unit vectors (ICRS).

    Parameters
    ----------
    x, y
        Zero-based pixel coordinates of the grid, shape (n,).
    vectors
        Shape (n, 3).
    scale
        Degrees per pixel, the mean of both axes.
    """

    plane: Plane
    x: Floats
    y: Floats
    vectors: Floats
    scale: float


def located(plane: Plane, hdus: Any) -> Located | None:  # noqa: ANN401
    """Find where a plane lies on the sky by its own WCS; None where that is not usable."""
    types = [str(plane.header.get(f"CTYPE{axis}", "")).strip() for axis in (1, 2)]
    if not all(_CELESTIAL.match(text) for text in types):
        return None
    try:
        wcs = WCS(plane.header, fobj=hdus, naxis=2)
        # A half pixel outwards, so that the grid spans the pixels' whole area.
        columns, rows = np.linspace(-0.5, plane.width - 0.5, _GRID), np.linspace(-0.5, plane.height - 0.5, _GRID)
        x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
        lon, lat = wcs.all_pix2world(x, y, 0)
        sky = SkyCoord(lon, lat, unit="deg", frame=wcs_to_celestial_frame(wcs)).icrs
    except (ValueError, TypeError, ArithmeticError, IndexError, KeyError, AttributeError, MemoryError):
        # wcslib's own exceptions are ValueErrors; what a header can make astropy raise beside them is open-ended.
        return None
    vectors = np.stack([axis.value for axis in sky.cartesian.xyz], axis=-1)
    if not np.isfinite(vectors).all():
        return None
    scale = _scale(vectors, plane)
    if not _SCALES[0] <= scale <= _SCALES[1] or scale * max(plane.width, plane.height) > _WIDEST:
        return None
    return Located(plane, x, y, vectors, scale)


def _scale(vectors: Floats, plane: Plane) -> float:
    grid = vectors.reshape(_GRID, _GRID, 3)
    middle = _GRID // 2
    across = np.degrees(np.linalg.norm(grid[middle, middle + 1] - grid[middle, middle - 1])) / plane.width
    along = np.degrees(np.linalg.norm(grid[middle + 1, middle] - grid[middle - 1, middle])) / plane.height
    return float((across + along) / 2 * (_GRID - 1) / 2)


@dataclass(frozen=True)
class Tangent:
    """A tangent plane with pixels: x to the right is west, y down is south.

    Parameters
    ----------
    east, north, centre
        Unit vectors.
    scale
        Degrees per pixel of the canvas.
    """

    centre: Floats
    east: Floats
    north: Floats
    left: float
    top: float
    scale: float
    width: int
    height: int

    def pixels(self, vectors: Floats) -> tuple[Floats, Floats]:
        """Project unit vectors to canvas coordinates, 0 being the outer edge of the first pixel."""
        xi, eta = _project(vectors, self.centre, self.east, self.north)
        return (self.left - xi) / self.scale, (self.top - eta) / self.scale


def tangent_of(planes: list[Located], long_side: int, magnify_to: int) -> Tangent | None:
    """Lay a tangent plane under all planes; None where they are spread too wide for one.

    Parameters
    ----------
    long_side
        Greatest number of pixels along a side.
    magnify_to
        Small images are magnified, by a whole number, to about this.
    """
    vectors = np.concatenate([plane.vectors for plane in planes])
    mean = vectors.mean(axis=0)
    if np.linalg.norm(mean) < np.cos(np.radians(_WIDEST)):
        return None
    centre = mean / np.linalg.norm(mean)
    east = np.cross([0.0, 0.0, 1.0], centre)
    if np.linalg.norm(east) < 1e-9:
        east = np.array([0.0, 1.0, 0.0])
    east /= np.linalg.norm(east)
    north = np.cross(centre, east)
    if (vectors @ centre).min() < np.cos(np.radians(_WIDEST)):
        return None
    xi, eta = _project(vectors, centre, east, north)
    extent = max(float(np.ptp(xi)), float(np.ptp(eta)))
    native = min(plane.scale for plane in planes)
    scale = max(extent / long_side, native / max(1, int(magnify_to / (extent / native))))
    return Tangent(
        centre,
        east,
        north,
        left=float(xi.max()),
        top=float(eta.max()),
        scale=scale,
        width=max(1, round(float(np.ptp(xi)) / scale)),
        height=max(1, round(float(np.ptp(eta)) / scale)),
    )


def _project(vectors: Floats, centre: Floats, east: Floats, north: Floats) -> tuple[Floats, Floats]:
    depth = vectors @ centre
    return np.degrees((vectors @ east) / depth), np.degrees((vectors @ north) / depth)
