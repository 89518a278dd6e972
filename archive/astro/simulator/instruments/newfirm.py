# SPDX-License-Identifier: BSD-3-Clause
"""NEWFIRM at the Mayall: four infrared arrays."""

from functools import partial

from archive.astro.simulator.amplifiers import raw_extension
from archive.astro.simulator.camera import Camera, four_chips
from archive.astro.simulator.cards import Card, archive_cards, header_of, object_name, pointing_cards, time_cards
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.products import calibrated, name_root, stack
from archive.astro.simulator.writing import SimulatedFile, file_bytes, primary

__all__ = ["CAMERA", "files"]

_PREFIX = "k4n"
CAMERA = Camera(
    chips=four_chips("im", 2048, 87, 87),
    binning=16,
    scale=0.4,
    matrix=(-1.0, 0.0, 0.0, 1.0),
    projection="TAN",
    zero_point=20.0,
    fwhm=1.7,
    sky=40.0,
    bias=900.0,
    read_noise=12.0,
)


def files() -> list[SimulatedFile]:
    """Give all files of the camera."""
    exposures = list(exposures_of(PLANS["newfirm"]))
    objects = [one for one in exposures if one.kind == "object"]
    raw = [SimulatedFile(_original(one), "newfirm", partial(_raw, one)) for one in exposures]
    made = [file for one in objects[:2] for file in calibrated(_PREFIX, CAMERA, one, _primary)]
    made += [file for one in objects[6:8] for file in calibrated(_PREFIX, CAMERA, one, _primary, "SkySub")]
    return raw + made + stack(_PREFIX, CAMERA, objects[:2], _primary, 280)


def _original(exposure: Exposure) -> str:
    return f"nhs_{exposure.start:%Y_%m%d}_{exposure.number}.fits.fz"


def _primary(exposure: Exposure) -> list[Card]:
    cards: list[Card] = [
        ("OBJECT", object_name(exposure), "Observation title"),
        ("OBSTYPE", exposure.kind, "Observation type"),
        ("OBSERVAT", "KPNO", "Observatory"),
        ("TELESCOP", "KPNO 4.0 meter telescope", "Telescope"),
        ("INSTRUME", "newfirm", "Instrument"),
        ("OBSID", f"kp4m.{exposure.start:%Y%m%dT%H%M%S}", "Observation ID"),
        ("EXPCOADD", exposure.seconds, "[s] Exposure of one coadd"),
        ("NCOADD", 1, "Coadds"),
        ("PROPOSER", exposure.pi, "Proposer(s)"),
        ("PROPID", exposure.propid, "Proposal identification"),
        ("FILTER", exposure.band or "Dark", "Filter name"),
        *time_cards(exposure),
        *pointing_cards(exposure),
    ]
    return cards + archive_cards(exposure, f"/data/{_original(exposure)}", name_root(_PREFIX, exposure, "ri"))


def _raw(exposure: Exposure) -> bytes:
    raw: list[Card] = [("PROCTYPE", "raw", "Processing type"), ("PRODTYPE", "image", "Product type")]
    own: list[Card] = [("GAIN", 8.0, "[e/adu] Gain")]
    extensions = [raw_extension(CAMERA, exposure, chip, own, columns=0, is_compressed=True) for chip in CAMERA.chips]
    return file_bytes([primary(header_of(_primary(exposure) + raw)), *extensions])
