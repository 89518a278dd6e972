# SPDX-License-Identifier: BSD-3-Clause
"""90Prime at the Bok: four CCDs of four amplifiers, plain FITS; the date and the time are two cards."""

from dataclasses import replace
from functools import partial

from archive.astro.simulator.amplifiers import quadrants, raw_extension
from archive.astro.simulator.camera import Camera, four_chips
from archive.astro.simulator.cards import Card, degrees_text, header_of, hours_text, iso, object_name
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.products import calibrated
from archive.astro.simulator.writing import SimulatedFile, file_bytes, primary

__all__ = ["CAMERA", "files"]

_PREFIX = "ksb"
_CCDS = four_chips("CCD", 4032, 370, 1118)
CAMERA = Camera(
    chips=_CCDS,
    binning=48,
    scale=0.454,
    matrix=(-1.0, 0.0, 0.0, 1.0),
    projection="TAN",
    zero_point=19.0,
    fwhm=1.7,
    sky=10.0,
    bias=1000.0,
)
_RAW = replace(CAMERA, chips=quadrants(_CCDS))
_TYPES = {"dome flat": "flat", "comparison": "comp"}


def files() -> list[SimulatedFile]:
    """Give all files of the camera."""
    exposures = list(exposures_of(PLANS["90prime"]))
    objects = [one for one in exposures if one.kind == "object"]
    raw = [SimulatedFile(_original(one), "90prime", partial(_raw, one)) for one in exposures]
    return raw + [file for one in objects[2:6] for file in calibrated(_PREFIX, CAMERA, one, _primary)]


def _original(exposure: Exposure) -> str:
    return f"d{int(exposure.mjd) % 10000}.{exposure.number:04d}.fits"


def _primary(exposure: Exposure) -> list[Card]:
    """Give the cards; 90Prime writes no OBSID, and IMAGETYP in the place of OBSTYPE."""
    return [
        ("OBJECT", object_name(exposure), "object name"),
        ("IMAGETYP", _TYPES.get(exposure.kind, exposure.kind), "image type"),
        ("OBSERVAT", "KPNO", "Observatory"),
        ("TELESCOP", "Steward 2.3 m (bok)", "Telescope"),
        ("INSTRUME", "90prime", "Instrument"),
        ("DATE-OBS", iso(exposure)[:10], "UTC date of start of observation"),
        ("TIME-OBS", iso(exposure, 3)[11:], "UTC time of start of observation"),
        ("UT", iso(exposure, 3)[11:], "UTC time of start of observation"),
        ("EXPTIME", exposure.seconds, "[s] exposure time"),
        ("FILTER", exposure.band or "g", "filter in the beam"),
        ("RA", hours_text(exposure.ra), "right ascension"),
        ("DEC", degrees_text(exposure.dec), "declination"),
        ("EPOCH", 2000.0, "equinox of RA and DEC"),
        ("AIRMASS", exposure.airmass, "airmass"),
        ("PROPID", exposure.propid, "proposal"),
        ("PROPOSER", exposure.pi, "principal investigator"),
        ("OBSERVER", exposure.pi, "observer"),
    ]


def _raw(exposure: Exposure) -> bytes:
    extensions = [
        raw_extension(_RAW, exposure, chip, [("GAIN", 1.4, "[e/adu] gain")], columns=2, is_compressed=False)
        for chip in _RAW.chips
    ]
    return file_bytes([primary(header_of(_primary(exposure))), *extensions])
