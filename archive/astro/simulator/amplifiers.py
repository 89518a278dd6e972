# SPDX-License-Identifier: BSD-3-Clause
"""Raw files of cameras that write one extension an amplifier, overscan on the right, as NOAO's controllers do."""

from typing import Any

import numpy as np

from archive.astro.simulator.camera import Camera, Chip, overscan, raw_counts, sky_cards
from archive.astro.simulator.cards import Card, header_of
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.products import chip_section
from archive.astro.simulator.writing import compressed, image

__all__ = ["quadrants", "raw_extension"]


def quadrants(chips: tuple[Chip, ...]) -> tuple[Chip, ...]:
    """Split each detector into the four parts that its amplifiers read."""
    amplifiers = []
    for chip in chips:
        width, height = chip.width // 2, chip.height // 2
        for part in range(4):
            x, y = chip.x0 + part % 2 * width, chip.y0 + part // 2 * height
            number = (chip.number - 1) * 4 + part + 1
            amplifiers.append(Chip(f"im{number}", number, x, y, width, height))
    return tuple(amplifiers)


def raw_extension(
    camera: Camera, exposure: Exposure, chip: Chip, cards: list[Card], *, columns: int, is_compressed: bool
) -> Any:  # noqa: ANN401
    """Make the extension of one amplifier.

    Parameters
    ----------
    cards
        What this instrument says of its amplifiers beside the sections and the WCS.
    columns
        Of overscan; 0 for infrared arrays.
    """
    pixels = raw_counts(camera, exposure, chip)
    rows, width = pixels.shape
    left, bottom = min(one.x0 for one in camera.chips), min(one.y0 for one in camera.chips)
    sections: list[Card] = [
        ("IMAGEID", chip.number, "Image identification"),
        ("CCDSUM", f"{camera.binning} {camera.binning}", "Binning of the pixels"),
        ("DETSEC", chip_section(chip, left, bottom), "Detector section"),
        ("DATASEC", f"[1:{width},1:{rows}]", "Data section"),
    ]
    if columns:
        pixels = np.hstack([pixels, overscan(camera, exposure, chip, columns)])
        sections.append(("BIASSEC", f"[{width + 1}:{width + columns},1:{rows}]", "Bias section"))
    header = header_of([*sections, *cards, *sky_cards(camera, exposure, chip)])
    return (compressed if is_compressed else image)(pixels, header, chip.name)
