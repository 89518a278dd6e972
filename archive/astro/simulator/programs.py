# SPDX-License-Identifier: BSD-3-Clause
"""The ten programs of the simulated archive. People and proposals are invented."""

from dataclasses import dataclass

__all__ = ["PROGRAMS", "SimulatedProgram", "program_of"]

# Fifty years: what shall be proprietary in a demo is so whenever somebody tries it.
_LONG = 600


@dataclass(frozen=True)
class SimulatedProgram:
    """A proposal.

    Parameters
    ----------
    proprietary_months
        Calendar months; 0 for none.
    account
        User name of the PI where there is an account.
    """

    propid: str
    pi: str
    affiliation: str
    title: str
    abstract: str
    proprietary_months: int
    is_metadata_private: bool = False
    account: str = ""


PROGRAMS = (
    SimulatedProgram(
        "2016B-0101", "Amara Okafor", "University of Lagos", "A Wide View of the Magellanic Clouds",
        "Deep images of the outskirts of both Clouds trace how they have pulled at each other. "
        "The data are public at once.", 0,
    ),
    SimulatedProgram(
        "2016B-0102", "Ingrid Solheim", "University of Bergen", "The Discs of the Nearest Spirals",
        "A census of the outer discs of M31, M33 and their neighbours in the z band.", 12,
    ),
    SimulatedProgram(
        "2016B-0203", "Rafael Quiroga", "Universidad de La Serena", "Young Stars through the Dust",
        "Near-infrared images of nearby regions of star formation, some 30 minutes deep in J, H and K.", 18,
    ),
    SimulatedProgram(
        "2016B-0204", "Mei-Ling Zhao", "University of Arizona", "The Chemistry of Star-Forming Galaxies",
        "Long-slit spectra give the abundance of oxygen along the discs of nearby galaxies.", _LONG, account="pi1",
    ),
    SimulatedProgram(
        "2016B-0305", "Tomasz Wilk", "Nicolaus Copernicus University", "Active Nuclei and their Hosts",
        "Spectra and wide images of active galaxies tell how the nucleus and its host depend on each other.",
        _LONG, account="pi2",
    ),
    SimulatedProgram(
        "2016B-0306", "Hana Petrova", "Charles University", "Planets of the Nearest Suns",
        "Radial velocities of bright southern stars, with a precision of a metre per second.",
        _LONG, is_metadata_private=True, account="pi3",
    ),
    SimulatedProgram(
        "2016B-0407", "Samuel Adeyemi", "University of Arizona", "A Northern Imaging Survey",
        "Two bands over fields of high galactic latitude, released without any proprietary period.", 0,
    ),
    SimulatedProgram(
        "2016B-0408", "Clara Lindqvist", "Stockholm University", "Open Clusters with a Small Telescope",
        "Colours and magnitudes of the members of open clusters, taken with students.", 18,
    ),
    SimulatedProgram(
        "2016B-0509", "Daniel Ferreira", "Universidade do Porto", "Molecular Hydrogen in Planetary Nebulae",
        "Images in narrow and broad infrared bands separate the shocked from the heated gas.",
        _LONG, account="pi4",
    ),
    SimulatedProgram(
        "2016B-0510", "Yuki Tanabe", "University of Tokyo", "The Flicker of Blazars",
        "Four bands each clear night follow the brightness of a dozen blazars.", 12,
    ),
)  # fmt: skip


def program_of(propid: str) -> SimulatedProgram:
    """Find a program."""
    return next(program for program in PROGRAMS if program.propid == propid)
