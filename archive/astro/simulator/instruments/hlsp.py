# SPDX-License-Identifier: BSD-3-Clause
"""A set of high-level science products made of the exposures: stacks, a catalogue, a cube."""

from functools import partial
from typing import Any

import numpy as np
from astropy.io import fits

from archive.astro.simulator.camera import field_stars
from archive.astro.simulator.cards import Card, degrees_text, header_of, hours_text, iso, object_name, wcs_cards
from archive.astro.simulator.instruments.mosaic3 import CAMERA
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.products import stack_bytes
from archive.astro.simulator.seeds import chance
from archive.astro.simulator.spectra import source_spectrum
from archive.astro.simulator.writing import SimulatedFile, file_bytes, primary

__all__ = ["HLSP_README", "files"]

HLSP_README = """\
The discs of the nearest spirals: high-level science products, version 1.

hlsp_spirals_mosaic3_<target>_zd_v1_stack.fits.fz  sky-subtracted z-band stack, counts per second (TAN)
hlsp_spirals_mosaic3_<target>_zd_v1_weight.fits.fz  exposure time of each pixel of the stack, in 1000 s
hlsp_spirals_mosaic3_<target>_zd_v1_cat.fits       point sources of the field: RA, DEC (ICRS, deg), MAG
hlsp_spirals_kosmos_ngc628_v1_cube.fits            emission around H alpha (RA, Dec, wavelength)

The data are simulated: stars of the Hipparcos catalogue are at their places, everything else is made up.
"""
_SIDE = 300
_CHANNELS, _CUBE_SIDE = 40, 48


def files() -> list[SimulatedFile]:
    """Give all files of the set."""
    objects = [one for one in exposures_of(PLANS["mosaic3"]) if one.kind == "object"]
    sets = {"m31": objects[:3], "m33": objects[3:4], "ngc891": objects[4:5]}
    made = []
    for name, exposures in sets.items():
        stem = f"hlsp_spirals_mosaic3_{name}_zd_v1"
        made += [
            _file(f"{stem}_stack.fits.fz", "mosaic3", _stack, exposures, "image"),
            _file(f"{stem}_weight.fits.fz", "mosaic3", _stack, exposures, "wtmap"),
            _file(f"{stem}_cat.fits", "mosaic3", _catalogue, exposures),
        ]
    slit = next(one for one in exposures_of(PLANS["kosmos"]) if one.target.name == "NGC 628")
    return [*made, _file("hlsp_spirals_kosmos_ngc628_v1_cube.fits", "kosmos", _cube, slit)]


def _file(name: str, instrument: str, make: Any, *args: object) -> SimulatedFile:  # noqa: ANN401
    return SimulatedFile(name, instrument, partial(make, *args))


def _header(exposure: Exposure) -> list[Card]:
    is_mosaic = exposure.instrument == "mosaic3"
    return [
        ("OBJECT", object_name(exposure), "Target"),
        ("TELESCOP", "KPNO 4.0 meter telescope", "Telescope"),
        ("INSTRUME", "Mosaic3" if is_mosaic else "KOSMOS", "Instrument"),
        ("OBSERVAT", "KPNO", "Observatory"),
        ("OBSTYPE", "object", "Observation type"),
        ("OBSID", f"hlsp.spirals.{exposure.target.name.replace(' ', '').lower()}", "Identifier"),
        ("DATE-OBS", iso(exposure), "UTC of the first exposure"),
        ("EXPTIME", exposure.seconds, "[s] Exposure time"),
        ("FILTER", "zd DECam k1038" if is_mosaic else "Open", "Filter"),
        ("RA", hours_text(exposure.ra), "Right ascension"),
        ("DEC", degrees_text(exposure.dec), "Declination"),
        ("EQUINOX", 2000.0, "Equinox"),
        ("PROPID", exposure.propid, "Proposal"),
        ("PROPOSER", exposure.pi, "Principal investigator"),
        ("HLSPNAME", "spirals", "Name of the set"),
        ("HLSPVER", "v1", "Version of the set"),
    ]


def _stack(exposures: list[Exposure], prod_type: str) -> bytes:
    return stack_bytes(CAMERA, exposures, _header, _SIDE, "HLSP", prod_type)


def _catalogue(exposures: list[Exposure]) -> bytes:
    first = exposures[0]
    stars = field_stars(CAMERA, first)
    reach = 0.3
    east = ((stars.ra - first.ra + 180) % 360 - 180) * np.cos(np.radians(first.dec))
    near = (np.abs(east) < reach) & (np.abs(stars.dec - first.dec) < reach) & (stars.mag < 18)
    dice = chance("catalogue", first.target.name)
    count = int(near.sum())
    columns = [
        fits.Column("ID", "J", array=np.arange(1, count + 1)),
        fits.Column("RA", "D", unit="deg", array=stars.ra[near]),
        fits.Column("DEC", "D", unit="deg", array=stars.dec[near]),
        fits.Column("MAG", "E", unit="mag", array=(stars.mag[near] + dice.normal(0, 0.02, count)).astype(np.float32)),
    ]
    made: list[Card] = [("PROCTYPE", "HLSP", "Processing"), ("PRODTYPE", "catalogue", "Product")]
    table: Any = fits.BinTableHDU.from_columns(columns, name="SOURCES")
    return file_bytes([primary(header_of(_header(first) + made)), table])


def _cube(exposure: Exposure) -> bytes:
    waves = 6500.0 + np.arange(_CHANNELS, dtype=np.float64) * 5.0
    spectrum = source_spectrum(waves, exposure.target.name, "galaxy", 4.0)
    y, x = np.mgrid[:_CUBE_SIDE, :_CUBE_SIDE] - (_CUBE_SIDE - 1) / 2
    radius = np.hypot(x, y * 1.2)
    arms = 1 + 0.7 * np.cos(2 * np.arctan2(y, x) - 4 * np.log(radius / 6 + 0.2))
    light = np.exp(-radius / 9) * arms
    # The disc turns: one side comes, the other goes.
    shift = np.round(2.5 * x / np.maximum(radius, 3)).astype(int)
    cube = np.stack([spectrum[np.clip(channel - shift, 0, _CHANNELS - 1)] * light for channel in range(_CHANNELS)])
    cube += chance("cube", exposure.target.name).standard_normal(cube.shape) * 0.05
    pixel = 4.0 / 3600
    middle = (_CUBE_SIDE + 1) / 2
    made: list[Card] = [
        ("PROCTYPE", "HLSP", "Processing"),
        ("PRODTYPE", "cube", "Product"),
        *[
            card
            for card in wcs_cards(exposure, (middle, middle), (-pixel, 0.0, 0.0, pixel))
            if card[0] not in {"WCSAXES", "EQUINOX"}
        ],
        ("CTYPE3", "AWAV", "Wavelength in air"),
        ("CUNIT3", "Angstrom", "Unit"),
        ("CRPIX3", 1.0, "Reference channel"),
        ("CRVAL3", 6500.0, "Wavelength there"),
        ("CD3_3", 5.0, "Step"),
        ("BUNIT", "1e-18 erg/s/cm2/Angstrom", "Unit of flux"),
    ]
    return file_bytes([primary(header_of(_header(exposure) + made), cube.astype(np.float32))])
