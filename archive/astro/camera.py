# SPDX-License-Identifier: BSD-3-Clause
"""A camera's focal plane: where its detectors' outlines fall on the sky for a pointing."""

import ast
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from archive.astro.footprint import hull
from archive.errors import InvalidInputError

__all__ = ["Camera", "read_camera"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LARGEST_FILE = 1_000_000
LARGEST_OFFSET = 10.0


@dataclass(frozen=True, eq=False)
class Camera:
    """The detectors of a camera.

    Parameters
    ----------
    ccdnums
        Numbers of the detectors, ``(d,)``, ascending.
    corners
        ``(d, 4, 2)`` offsets from the pointing on the tangent plane, degrees east and north, anticlockwise.
    """

    ccdnums: Ints
    corners: Floats

    @property
    def hdu_indices(self) -> Ints:
        """The extension of each detector, in the order of their numbers after the primary HDU."""
        return np.arange(1, len(self.ccdnums) + 1)

    @property
    def diameter(self) -> float:
        """The largest distance between two corners, degrees."""
        flat = np.radians(self.corners.reshape(-1, 2))
        return math.degrees(2 * math.atan(float(np.linalg.norm(flat, axis=1).max())))

    def hull_at(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Floats:
        """Give the hull of all detectors on the sky, RA and Dec in degrees, ``(n, m, 2)``."""
        # Around a pointing on the equator, at some distance from RA 0, both planes are easily told from each other.
        outlines = self.outlines_at([180.0], [0.0])[0]
        corners = hull([_degrees(outline) for outline in outlines]) - [180.0, 0.0]
        east, north = np.tan(np.radians(corners[:, 0])), np.tan(np.radians(corners[:, 1]))
        plane = np.stack([east, north / np.cos(np.radians(corners[:, 0]))], axis=1)
        return _degrees(_project(plane, ra, dec))

    def outlines_at(self, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Floats:
        """Project the outlines onto the sky (gnomonic, north up).

        Parameters
        ----------
        ra, dec
            Pointings, degrees ICRS, ``(n,)``.

        Returns
        -------
        ndarray
            Unit vectors ``(n, d, 4, 3)``.
        """
        corners = np.radians(self.corners).reshape(-1, 2)
        vectors = _project(corners, ra, dec)
        return vectors.reshape(len(vectors), *self.corners.shape[:2], 3)


def read_camera(path: Path) -> Camera:
    """Read the outlines of detectors: a Python mapping of their numbers to four corners each, after lines of ``#``.

    Raises
    ------
    InvalidInputError
        The file is of another form.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _refused(path, "is too large for a list of outlines")
        found = ast.literal_eval(path.read_text(encoding="utf-8"))
        ccdnums = sorted(int(number) for number in found)
        corners = np.array([found[number] for number in ccdnums], dtype=float)
    except (SyntaxError, ValueError, TypeError, LookupError, RecursionError, MemoryError, OSError) as exc:
        raise _refused(path, "is no list of detector outlines") from exc
    if corners.ndim != 3 or corners.shape[1:] != (4, 2) or len(corners) == 0:
        raise _refused(path, "must give four corners of two numbers for each detector")
    if not (np.isfinite(corners).all() and np.abs(corners).max() <= LARGEST_OFFSET):
        raise _refused(path, f"has corners that are not within {LARGEST_OFFSET:g} degrees of the pointing")
    return Camera(np.array(ccdnums, dtype=np.int64), _anticlockwise(path, corners))


def _anticlockwise(path: Path, corners: Floats) -> Floats:
    """Turn the corners of each detector anticlockwise seen from outside the sphere, where east is to the right."""
    sides = np.roll(corners, -1, axis=1) - corners
    following = np.roll(sides, -1, axis=1)
    turns = sides[..., 0] * following[..., 1] - sides[..., 1] * following[..., 0]
    if not ((turns > 0).all(axis=1) | (turns < 0).all(axis=1)).all():
        raise _refused(path, "has a detector that is no convex quadrangle")
    clockwise = turns[:, 0] < 0
    corners[clockwise] = corners[clockwise, ::-1]
    return corners


def _project(plane: Floats, ra: npt.ArrayLike, dec: npt.ArrayLike) -> Floats:
    """Bring places of the tangent plane, ``(m, 2)`` radians east and north, to the sky at ``(n,)`` pointings."""
    lon, lat = np.radians(np.asarray(ra, dtype=float)), np.radians(np.asarray(dec, dtype=float))
    zero = np.zeros_like(lon)
    centre = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    offset = plane[None, :, :1] * east[:, None, :] + plane[None, :, 1:] * north[:, None, :]
    lengths = np.sqrt(1.0 + np.sum(plane * plane, axis=-1))
    vectors: Floats = (centre[:, None, :] + offset) / lengths[None, :, None]
    return vectors


def _degrees(vectors: Floats) -> Floats:
    ra = np.degrees(np.arctan2(vectors[..., 1], vectors[..., 0])) % 360.0
    dec = np.degrees(np.arctan2(vectors[..., 2], np.hypot(vectors[..., 0], vectors[..., 1])))
    return np.stack([ra, dec], axis=-1)


def _refused(path: Path, why: str) -> InvalidInputError:
    return InvalidInputError({"outlines": f"{path.name} {why}"})
