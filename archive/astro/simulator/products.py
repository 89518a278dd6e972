# SPDX-License-Identifier: BSD-3-Clause
"""What a pipeline makes of a camera's exposures: calibrated images with mask and weights, stacks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from astropy.wcs import WCS

from archive.astro.simulator.camera import Camera, Chip, field_stars, flags, reduced_counts, sky_cards, weights
from archive.astro.simulator.cards import Card, header_of, pipeline_cards, wcs_cards
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.scene import add_noise, light
from archive.astro.simulator.seeds import chance
from archive.astro.simulator.stars import Floats
from archive.astro.simulator.writing import SimulatedFile, compressed, file_bytes, primary

__all__ = ["HeaderMaker", "calibrated", "chip_section", "name_root", "stack", "stack_bytes"]

# Primary cards of an exposure, without those of the pipeline.
HeaderMaker = Callable[[Exposure], list[Card]]

# Pixels of a stack that share what covers them.
_COARSE = 3
_LETTERS = {"image": "i", "dqmask": "d", "wtmap": "w"}
_PROCESSING = {"InstCal": "o", "SkySub": "k", "Resampled": "p", "Stacked": "s"}
_OBSERVATIONS = {
    "object": "o", "standard": "p", "zero": "z", "dark": "d", "dome flat": "f", "sky": "s", "comparison": "c",
}  # fmt: skip


def name_root(prefix: str, exposure: Exposure, letters: str) -> str:
    """Give an archive name without extension; `letters` are those of processing and product."""
    return f"{prefix}_{exposure.start:%y%m%d_%H%M%S}_{_OBSERVATIONS[exposure.kind]}{letters}"


def calibrated(
    prefix: str, camera: Camera, exposure: Exposure, header: HeaderMaker, proc_type: str = "InstCal"
) -> list[SimulatedFile]:
    """Give the calibrated image of an exposure, its mask and its weights."""
    return [
        SimulatedFile(
            f"{name_root(prefix, exposure, _PROCESSING[proc_type] + letter)}_{exposure.band}_v1.fits.fz",
            exposure.instrument,
            partial(_calibrated_bytes, camera, exposure, header, proc_type, kind),
        )
        for kind, letter in _LETTERS.items()
    ]


def _calibrated_bytes(camera: Camera, exposure: Exposure, header: HeaderMaker, proc_type: str, prod_type: str) -> bytes:
    seeing = round(float(chance(*exposure.names, "seeing").uniform(0.8, 1.4)), 3)
    cards = [*header(exposure), *pipeline_cards(proc_type, prod_type, seeing, camera.zero_point, 20.5)]
    hdus = [primary(header_of(cards))]
    for chip in camera.chips:
        counts = reduced_counts(camera, exposure, chip)
        if proc_type == "SkySub":
            counts = counts - camera.sky * exposure.seconds
        mask = flags(camera, exposure, chip, counts)
        pixels: Any = {"image": counts.astype(np.float32), "dqmask": mask, "wtmap": weights(camera, counts, mask)}
        own = [("CCDNUM", chip.number, "CCD number"), ("BUNIT", "adu", "Unit"), *sky_cards(camera, exposure, chip)]
        hdus.append(compressed(pixels[prod_type], header_of(own), chip.name))
    return file_bytes(hdus)


def stack(
    prefix: str,
    camera: Camera,
    exposures: list[Exposure],
    header: HeaderMaker,
    side: int,
    proc_type: str = "Stacked",
) -> list[SimulatedFile]:
    """Give the stack of some exposures on one plane, and its weights; of one exposure, it resampled."""
    first = exposures[0]
    return [
        SimulatedFile(
            f"{name_root(prefix, first, _PROCESSING[proc_type] + _LETTERS[kind])}_{first.band}_v1.fits.fz",
            first.instrument,
            partial(stack_bytes, camera, exposures, header, side, proc_type, kind),
        )
        for kind in ("image", "wtmap")
    ]


def stack_bytes(
    camera: Camera, exposures: list[Exposure], header: HeaderMaker, side: int, proc_type: str, prod_type: str
) -> bytes:
    """Give the bytes of a stack or of its weights."""
    first = exposures[0]
    cards = [*header(first), *pipeline_cards(proc_type, prod_type, 1.05, camera.zero_point, 21.0)]
    cards = [card for card in cards if card[0] != "EXPTIME"]
    cards += [("EXPTIME", sum(one.seconds for one in exposures), "[s] Exposure time of all together")]
    cards += [("NCOMBINE", len(exposures), "Number of exposures")]
    cards += [(f"IMCMB{number:03d}", f"{one.start:%y%m%d_%H%M%S}", "Input") for number, one in enumerate(exposures, 1)]
    pixel = camera.scale * camera.binning / 3600
    plane = wcs_cards(first, ((side + 1) / 2, (side + 1) / 2), (-pixel, 0.0, 0.0, pixel))
    wcs: Any = WCS(header_of(plane))
    depth = sum(_coverage(camera, one, wcs, side) * one.seconds for one in exposures)
    pixels = _stacked(camera, first, wcs, np.asarray(depth)) if prod_type == "image" else np.asarray(depth) / 1000
    return file_bytes([primary(header_of(cards)), compressed(pixels.astype(np.float32), header_of(plane), "STACK")])


def _stacked(camera: Camera, exposure: Exposure, wcs: Any, depth: Floats) -> Floats:  # noqa: ANN401
    shape = (depth.shape[0], depth.shape[1])
    bright = light(wcs, shape, exposure.target, field_stars(camera, exposure), camera.zero_point, camera.fwhm)
    noisy = add_noise((bright + camera.sky) * depth, chance(*exposure.names, "stack"), camera.read_noise)
    return np.where(depth > 0, noisy / np.maximum(depth, 1) - camera.sky, np.nan)


def _coverage(camera: Camera, exposure: Exposure, wcs: Any, side: int) -> Floats:  # noqa: ANN401
    """Tell for each pixel of the plane whether a detector saw it."""
    coarse = -(-side // _COARSE)
    seen = np.zeros((coarse, coarse))
    rows, columns = np.mgrid[:coarse, :coarse] * _COARSE + _COARSE / 2
    sky = wcs.wcs_pix2world(np.stack([columns.ravel(), rows.ravel()], axis=-1), 0)
    for chip in camera.chips:
        own: Any = WCS(header_of(sky_cards(camera, exposure, chip)))
        x, y = own.wcs_world2pix(sky, 0).T
        height, width = camera.shape(chip)
        inside = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
        seen[inside.reshape(coarse, coarse)] = 1
    return seen.repeat(_COARSE, axis=0).repeat(_COARSE, axis=1)[:side, :side]


def chip_section(chip: Chip, left: float, bottom: float) -> str:
    """Write where a detector lies in the whole, as DETSEC does."""
    x, y = round(chip.x0 - left) + 1, round(chip.y0 - bottom) + 1
    return f"[{x}:{x + chip.width - 1},{y}:{y + chip.height - 1}]"
