# SPDX-License-Identifier: BSD-3-Clause
"""All files of the simulated archive."""

from archive.astro.simulator.instruments import (
    chiron,
    decam,
    goodman,
    hlsp,
    imagers,
    kosmos,
    mosaic3,
    newfirm,
    ninetyprime,
)
from archive.astro.simulator.instruments.hlsp import HLSP_README
from archive.astro.simulator.writing import SimulatedFile

__all__ = ["HLSP_README", "simulated_files"]

_INSTRUMENTS = (decam, mosaic3, newfirm, kosmos, goodman, chiron, ninetyprime, imagers)


def simulated_files(*, of_hlsp: bool = False) -> list[SimulatedFile]:
    """List the files, none of them made yet; those of the high-level set are listed apart."""
    return hlsp.files() if of_hlsp else [file for instrument in _INSTRUMENTS for file in instrument.files()]
