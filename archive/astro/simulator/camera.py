# SPDX-License-Identifier: BSD-3-Clause
"""Cameras of one or many detectors: their geometry on the sky, and the pixels that they read.

The detectors are binned strongly, which the headers say, so that a file has the true field of its
instrument in few bytes.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.wcs import WCS

from archive.astro.simulator.cards import Card, header_of, wcs_cards
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.scene import add_noise, light
from archive.astro.simulator.seeds import chance
from archive.astro.simulator.stars import Floats, Stars, stars_around

__all__ = [
    "Camera",
    "Chip",
    "bias_level",
    "field_stars",
    "flags",
    "four_chips",
    "overscan",
    "raw_counts",
    "reduced_counts",
    "sky_cards",
    "weights",
]

SATURATION = 60000.0
_FLAT_LEVEL = 18000.0


@dataclass(frozen=True)
class Chip:
    """A detector, or what one amplifier of it reads.

    Parameters
    ----------
    x0, y0
        Of its lower left corner from the middle of the focal plane, in unbinned pixels.
    width, height
        Unbinned pixels.
    """

    name: str
    number: int
    x0: float
    y0: float
    width: int
    height: int


def four_chips(name: str, side: int, gap_x: float, gap_y: float) -> tuple[Chip, ...]:
    """Give four square detectors around the middle, from the lower left one to the upper right one.

    Parameters
    ----------
    name
        What stands before their numbers.
    side, gap_x, gap_y
        Of a detector, and between two of them, in unbinned pixels.
    """
    left, bottom = -side - gap_x / 2, -side - gap_y / 2
    return tuple(
        Chip(
            name=f"{name}{row * 2 + column + 1}",
            number=row * 2 + column + 1,
            x0=left + column * (side + gap_x),
            y0=bottom + row * (side + gap_y),
            width=side,
            height=side,
        )
        for row in range(2)
        for column in range(2)
    )


@dataclass(frozen=True)
class Camera:
    """A focal plane.

    Parameters
    ----------
    binning
        Unbinned pixels along a side of one of ours.
    scale
        Arcsec of an unbinned pixel.
    matrix
        Directions of the axes: east and north of x, east and north of y, as CD1_1, CD1_2, CD2_1, CD2_2.
    zero_point
        Magnitude of one count a second.
    sky
        Counts of the sky in one pixel and second.
    """

    chips: tuple[Chip, ...]
    binning: int
    scale: float
    matrix: tuple[float, float, float, float]
    projection: str
    zero_point: float
    fwhm: float
    sky: float
    bias: float = 1200.0
    read_noise: float = 6.0

    def shape(self, chip: Chip) -> tuple[int, int]:
        """Rows and columns of the binned image."""
        return chip.height // self.binning, chip.width // self.binning


def sky_cards(camera: Camera, exposure: Exposure, chip: Chip, margin: int = 0) -> list[Card]:
    """Give the WCS of a detector; `margin` is the number of columns before its own."""
    pixel = camera.scale * camera.binning / 3600
    crpix = (0.5 - chip.x0 / camera.binning + margin, 0.5 - chip.y0 / camera.binning)
    cd = tuple(round(direction * pixel, 12) for direction in camera.matrix)
    return wcs_cards(exposure, crpix, (cd[0], cd[1], cd[2], cd[3]), camera.projection)


def field_stars(camera: Camera, exposure: Exposure) -> Stars:
    """Give the stars of the whole field."""
    reach = max(np.hypot(abs(chip.x0) + chip.width, abs(chip.y0) + chip.height) for chip in camera.chips)
    return stars_around(round(exposure.ra, 4), round(exposure.dec, 4), round(float(reach) * camera.scale / 3600, 3))


@lru_cache(maxsize=128)
def reduced_counts(camera: Camera, exposure: Exposure, chip: Chip) -> Floats:
    """Give the pixels as a pipeline leaves them: sky and stars, no bias."""
    sky, dice = _exposed(camera, exposure, chip)
    return add_noise(sky, dice, camera.read_noise)


def raw_counts(camera: Camera, exposure: Exposure, chip: Chip) -> npt.NDArray[np.uint16]:
    """Give the pixels as they are read: bias, the pixels' own sensitivity, saturation."""
    exposed, dice = _exposed(camera, exposure, chip)
    response = _response(camera, exposure, chip)
    bias = bias_level(camera, exposure, chip)
    ramp = np.linspace(0, 4, exposed.shape[0])[:, None]
    counts = add_noise(exposed * response, dice, camera.read_noise) + bias + ramp
    return np.clip(counts, 0, SATURATION).round().astype(np.uint16)


def bias_level(camera: Camera, exposure: Exposure, chip: Chip) -> float:
    """Give the level of a detector's bias, the same every night."""
    return float(camera.bias + chance(exposure.telescope, exposure.instrument, chip.name, "bias").normal(0, 60))


def overscan(camera: Camera, exposure: Exposure, chip: Chip, columns: int) -> npt.NDArray[np.uint16]:
    """Give columns that are read after the detector's own are gone."""
    rows = camera.shape(chip)[0]
    noise = chance(*exposure.names, chip.name, "overscan").standard_normal((rows, columns)) * camera.read_noise
    return (bias_level(camera, exposure, chip) + noise).round().astype(np.uint16)


def flags(camera: Camera, exposure: Exposure, chip: Chip, counts: Floats) -> npt.NDArray[np.int16]:
    """Give the data-quality mask: 1 for bad pixels, 3 for saturated ones."""
    rows, columns = camera.shape(chip)
    mask = np.zeros((rows, columns), dtype=np.int16)
    dice = chance(exposure.telescope, exposure.instrument, chip.name, "bad")
    mask[:, dice.integers(0, columns)] = 1
    mask[dice.integers(0, rows, 4), dice.integers(0, columns, 4)] = 1
    mask[counts + camera.bias > SATURATION * 0.9] = 3
    return mask


def weights(camera: Camera, counts: Floats, mask: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    """Give the inverse variance; 0 where the mask is set."""
    variance = np.maximum(counts, 1) + camera.read_noise**2
    return np.where(mask == 0, 1 / variance, 0).astype(np.float32)


def _exposed(camera: Camera, exposure: Exposure, chip: Chip) -> tuple[Floats, np.random.Generator]:
    dice = chance(*exposure.names, chip.name)
    shape = camera.shape(chip)
    if exposure.kind in {"zero", "dark"}:
        glow = 0.02 * exposure.seconds * np.exp(-np.linspace(0, 6, shape[1]))
        return np.broadcast_to(glow, shape).copy(), dice
    if exposure.kind == "dome flat":
        return np.full(shape, _FLAT_LEVEL), dice
    wcs: Any = WCS(header_of(sky_cards(camera, exposure, chip)))
    bright = light(wcs, shape, exposure.target, field_stars(camera, exposure), camera.zero_point, camera.fwhm)
    return (bright + camera.sky) * exposure.seconds, dice


def _response(camera: Camera, exposure: Exposure, chip: Chip) -> Floats:
    """Give the flat field: vignetting over the focal plane, each detector's and pixel's own response."""
    dice = chance(exposure.telescope, exposure.instrument, chip.name, "response")
    rows, columns = camera.shape(chip)
    x = chip.x0 + (np.arange(columns) + 0.5) * camera.binning
    y = chip.y0 + (np.arange(rows) + 0.5) * camera.binning
    edge = max(max(abs(one.x0), abs(one.y0)) for one in camera.chips)
    vignetting = 1 - 0.08 * ((x / edge) ** 2 + (y[:, None] / edge) ** 2)
    own = 1 + 0.02 * dice.standard_normal() + 0.004 * dice.standard_normal((rows, columns))
    return np.asarray(vignetting * own)
