# SPDX-License-Identifier: BSD-3-Clause
"""The whole sky as a drawing: where the holdings lie, in Hammer's equal-area projection.

RA 0 is in the middle, east is to the left, as on the sky.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
import numpy.typing as npt
from cdshealpix import nested

__all__ = ["SkyMap", "SkyMapLayer", "draw_sky"]

Floats = npt.NDArray[np.float64]

_SCALE = 176.0
_CENTRE = (500.0, 252.0)
_COLOURS = ("#1f4479", "#2b66a8", "#3f8fc4", "#6fbfc9", "#b9dca0", "#ffd27a")
# North galactic pole and the ascending node's longitude, J2000.
_POLE_RA, _POLE_DEC, _NODE = np.radians((192.85948, 27.12825, 32.93192))


@dataclass(frozen=True)
class SkyMapLayer:
    """All cells of one density, as one path.

    Parameters
    ----------
    least, most
        Files in the cells of this layer.
    """

    path: str
    colour: str
    least: int
    most: int


@dataclass(frozen=True)
class SkyMap:
    """The drawing, in a box of 1000 by 504."""

    layers: tuple[SkyMapLayer, ...]
    graticule: tuple[str, ...]
    galactic_plane: str
    cells: int
    percent: float


def draw_sky(density: Mapping[int, int], order: int) -> SkyMap:
    """Draw numbers of files by nested HEALPix cell."""
    return SkyMap(
        layers=_layers(density, order),
        graticule=(*_meridians(), *_parallels()),
        galactic_plane=_galactic_plane(),
        cells=len(density),
        percent=100 * len(density) / (12 * 4**order),
    )


def _layers(density: Mapping[int, int], order: int) -> tuple[SkyMapLayer, ...]:
    if not density:
        return ()
    cells = np.fromiter(density.keys(), dtype=np.uint64)
    numbers = np.fromiter(density.values(), dtype=np.int64)
    classes = np.zeros(len(cells), dtype=int)
    if numbers.max() > 1:
        classes = np.floor(np.log(numbers) / log(numbers.max()) * (len(_COLOURS) - 1e-9)).astype(int)
    lon, lat = nested.vertices(cells, order, step=1)
    ra, dec = np.asarray(lon.deg), np.asarray(lat.deg)
    return tuple(
        SkyMapLayer(
            "".join(map(_cell, ra[classes == level], dec[classes == level])),
            colour,
            int(numbers[classes == level].min()),
            int(numbers[classes == level].max()),
        )
        for level, colour in enumerate(_COLOURS)
        if (classes == level).any()
    )


def _cell(ra: Floats, dec: Floats) -> str:
    # A cell on the seam is drawn on the side of its middle, cut at the edge.
    middle = _wrapped(np.degrees(np.angle(np.exp(1j * np.radians(ra)).mean())))
    near = np.clip(middle + _wrapped(ra - middle), -180, 180)
    return _path(near, dec) + "z"


def _meridians() -> tuple[str, ...]:
    dec = np.linspace(-90, 90, 61)
    return tuple(_path(np.full_like(dec, ra), dec) for ra in range(-180, 181, 30))


def _parallels() -> tuple[str, ...]:
    ra = np.linspace(-180, 180, 121)
    return tuple(_path(ra, np.full_like(ra, dec)) for dec in (-60, -30, 0, 30, 60))


def _galactic_plane() -> str:
    longitude = np.radians(np.linspace(0, 360, 241)) - _NODE
    dec = np.arcsin(np.cos(_POLE_DEC) * np.sin(longitude))
    ra = _wrapped(
        np.degrees(_POLE_RA + np.pi / 2 + np.arctan2(np.sin(longitude) * np.sin(_POLE_DEC), np.cos(longitude)))
    )
    x, y = _project(ra, np.degrees(dec))
    pieces = [f"M{x[0]:.1f} {y[0]:.1f}"]
    for before, after in pairwise(range(len(ra))):
        letter = "M" if abs(ra[after] - ra[before]) > 180 else "L"
        pieces.append(f"{letter}{x[after]:.1f} {y[after]:.1f}")
    return "".join(pieces)


def _wrapped(degrees: Floats) -> Floats:
    return (np.asarray(degrees, dtype=np.float64) + 180) % 360 - 180


def _project(ra: Floats, dec: Floats) -> tuple[Floats, Floats]:
    half, latitude = np.radians(ra) / 2, np.radians(dec)
    depth = np.sqrt(1 + np.cos(latitude) * np.cos(half))
    x = 2 * np.sqrt(2) * np.cos(latitude) * np.sin(half) / depth
    y = np.sqrt(2) * np.sin(latitude) / depth
    return _CENTRE[0] - _SCALE * x, _CENTRE[1] - _SCALE * y


def _path(ra: Floats, dec: Floats) -> str:
    x, y = _project(ra, dec)
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
