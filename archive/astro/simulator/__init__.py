# SPDX-License-Identifier: BSD-3-Clause
"""A small archive out of nothing: true FITS files of ten instruments over two weeks, the same on every machine."""

from archive.astro.simulator.files import HLSP_README, simulated_files
from archive.astro.simulator.observing import PLANS, Plan, exposures_of
from archive.astro.simulator.programs import PROGRAMS, SimulatedProgram
from archive.astro.simulator.writing import SimulatedFile, written

__all__ = [
    "HLSP_README",
    "PLANS",
    "PROGRAMS",
    "Plan",
    "SimulatedFile",
    "SimulatedProgram",
    "exposures_of",
    "simulated_files",
    "written",
]
