# SPDX-License-Identifier: BSD-3-Clause
"""Mosaic-3 at the Mayall: four thick CCDs of four amplifiers, fpacked."""

from dataclasses import replace
from functools import partial

from archive.astro.simulator.amplifiers import quadrants, raw_extension
from archive.astro.simulator.camera import Camera, four_chips
from archive.astro.simulator.cards import Card, archive_cards, header_of, object_name, pointing_cards, time_cards
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.products import calibrated, name_root, stack
from archive.astro.simulator.writing import SimulatedFile, file_bytes, primary

__all__ = ["CAMERA", "files"]

_PREFIX = "k4m"
_CCDS = four_chips("ccd", 4096, 190, 190)
CAMERA = Camera(
    chips=_CCDS,
    binning=32,
    scale=0.2624,
    matrix=(0.0, 1.0, 1.0, 0.0),
    projection="TPV",
    zero_point=20.3,
    fwhm=1.8,
    sky=8.0,
    bias=3350.0,
)
_RAW = replace(CAMERA, chips=quadrants(_CCDS))


def files() -> list[SimulatedFile]:
    """Give all files of the camera."""
    exposures = list(exposures_of(PLANS["mosaic3"]))
    objects = [one for one in exposures if one.kind == "object"]
    raw = [SimulatedFile(_original(one), "mosaic3", partial(_raw, one)) for one in exposures]
    made = [file for one in objects[:5] for file in calibrated(_PREFIX, CAMERA, one, _primary)]
    return raw + made + stack(_PREFIX, CAMERA, objects[:3], _primary, 300)


def _original(exposure: Exposure) -> str:
    return f"mos3.{exposure.number}.fits.fz"


def _primary(exposure: Exposure) -> list[Card]:
    cards: list[Card] = [
        ("OBJECT", object_name(exposure), "Observation title"),
        ("OBSTYPE", exposure.kind, "Observation type"),
        ("OBSERVAT", "KPNO", "Observatory"),
        ("TELESCOP", "KPNO 4.0 meter telescope", "Telescope"),
        ("INSTRUME", "Mosaic3", "Mosaic detector"),
        ("DETSIZE", "[1:8382,1:8382]", "Mosaic detector size"),
        ("OBSID", f"kp4m.{exposure.start:%Y%m%dT%H%M%S}", "Observation ID"),
        ("EXPNUM", exposure.number, "Exposure number"),
        ("PROPOSER", exposure.pi, "Proposer(s)"),
        ("PROPID", exposure.propid, "Proposal identification"),
        ("FILTER", "zd DECam k1038" if exposure.band else "none", "Filter name"),
        *time_cards(exposure),
        *pointing_cards(exposure),
    ]
    return cards + archive_cards(exposure, f"/data/{_original(exposure)}", name_root(_PREFIX, exposure, "ri"))


def _raw(exposure: Exposure) -> bytes:
    raw: list[Card] = [("PROCTYPE", "raw", "Processing type"), ("PRODTYPE", "image", "Product type")]
    hdus = [primary(header_of(_primary(exposure) + raw))]
    for chip in _RAW.chips:
        own: list[Card] = [("CCDNAME", f"ccd{(chip.number - 1) // 4 + 1}", "CCD name"), ("GAIN", 1.91, "[e/adu] Gain")]
        hdus.append(raw_extension(_RAW, exposure, chip, own, columns=3, is_compressed=True))
    return file_bytes(hdus)
