# SPDX-License-Identifier: BSD-3-Clause
"""The Dark Energy Camera: 60 working CCDs of two amplifiers, fpacked."""

from functools import partial

import numpy as np

from archive.astro.simulator.camera import Camera, Chip, overscan, raw_counts, sky_cards
from archive.astro.simulator.cards import Card, archive_cards, header_of, object_name, pointing_cards, time_cards
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.products import calibrated, chip_section, name_root, stack
from archive.astro.simulator.writing import SimulatedFile, compressed, file_bytes, primary

__all__ = ["files"]

_PREFIX = "c4d"
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 2048, 4096, 201, 153
_BINNING = 64
_OVERSCAN = 2
# CCDs a row, from the southern edge of the focal plane to the northern; detectors 31 and 61 are dead.
_ROWS = ((29, 3), (25, 4), (20, 5), (14, 6), (8, 6), (1, 7))
_DEAD = {31, 61}
_FILTERS = {
    "g": "g DECam SDSS c0001 4720.0 1520.0",
    "r": "r DECam SDSS c0002 6415.0 1480.0",
    "i": "i DECam SDSS c0003 7835.0 1470.0",
    "z": "z DECam SDSS c0004 9260.0 1520.0",
}


def _chips() -> tuple[Chip, ...]:
    rows = [("S", first, count) for first, count in _ROWS] + [("N", first, count) for first, count in reversed(_ROWS)]
    chips = []
    number = 0
    for index, (side, first, count) in enumerate(rows):
        for place in range(count):
            number += 1
            if number in _DEAD:
                continue
            x = (index - len(rows) / 2) * (_WIDTH + _GAP_X) + _GAP_X / 2
            y = (place - count / 2) * (_HEIGHT + _GAP_Y) + _GAP_Y / 2
            chips.append(Chip(f"{side}{first + place}", number, x, y, _WIDTH, _HEIGHT))
    return tuple(chips)


CAMERA = Camera(
    chips=_chips(),
    binning=_BINNING,
    scale=0.2626,
    matrix=(0.0, 1.0, -1.0, 0.0),
    projection="TPV",
    zero_point=20.5,
    fwhm=1.7,
    sky=9.0,
    bias=1500.0,
)


def files() -> list[SimulatedFile]:
    """Give all files of the camera."""
    exposures = list(exposures_of(PLANS["decam"]))
    raw = [SimulatedFile(f"DECam_{one.number:08d}.fits.fz", "decam", partial(_raw, one)) for one in exposures]
    objects = [one for one in exposures if one.kind == "object"]
    made = [file for one in objects[:1] + objects[3:4] for file in calibrated(_PREFIX, CAMERA, one, _primary)]
    return raw + made + stack(_PREFIX, CAMERA, objects[4:5], _primary, 384, "Resampled")


def _primary(exposure: Exposure) -> list[Card]:
    acquired = f"/data_local/images/DTS/{exposure.propid}/DECam_{exposure.number:08d}.fits.fz"
    cards: list[Card] = [
        ("OBJECT", object_name(exposure), "Name of the object observed"),
        ("OBSERVAT", "CTIO", "Observatory name"),
        ("TELESCOP", "CTIO 4.0-m telescope", "Telescope name"),
        ("INSTRUME", "DECam", "Instrument used to obtain these data"),
        ("OBSTYPE", exposure.kind, "Type of observation"),
        ("OBSID", f"ct4m{exposure.start:%Y%m%dt%H%M%S}", "Unique Observation ID"),
        ("EXPNUM", exposure.number, "DECam exposure number"),
        ("EXPREQ", exposure.seconds, "[s] Requested exposure duration"),
        ("DARKTIME", round(exposure.seconds + 1.08, 3), "[s] Dark time"),
        ("PROPID", exposure.propid, "Proposal ID"),
        ("PROPOSER", exposure.pi, "Proposal Principle Investigator"),
        ("OBSERVER", exposure.pi, "Observer name(s)"),
        *time_cards(exposure, 6),
        *pointing_cards(exposure),
    ]
    if exposure.band:
        cards += [("FILTER", _FILTERS[exposure.band], "Unique filter identifier"), ("BAND", exposure.band, "")]
    return cards + archive_cards(exposure, acquired, name_root(_PREFIX, exposure, "ri"))


def _raw(exposure: Exposure) -> bytes:
    raw: list[Card] = [("PROCTYPE", "raw", "Data processing level"), ("PRODTYPE", "image", "Data product type")]
    hdus = [primary(header_of(_primary(exposure) + raw))]
    for chip in CAMERA.chips:
        pixels = raw_counts(CAMERA, exposure, chip)
        rows, columns = pixels.shape
        half, last = columns // 2, columns + 2 * _OVERSCAN
        empty = overscan(CAMERA, exposure, chip, _OVERSCAN)
        cards: list[Card] = [
            ("CCDNUM", chip.number, "CCD number"),
            ("DETPOS", chip.name, "detector position ID"),
            ("DETSEC", chip_section(chip, -14700, -14525), "Location of this CCD on Focal Plane"),
            ("CCDSUM", f"{_BINNING} {_BINNING}", "Binning of the pixels"),
            ("DATASECA", f"[{_OVERSCAN + 1}:{_OVERSCAN + half},1:{rows}]", "Data section of amp A"),
            ("DATASECB", f"[{_OVERSCAN + half + 1}:{_OVERSCAN + columns},1:{rows}]", "Data section of amp B"),
            ("BIASSECA", f"[1:{_OVERSCAN},1:{rows}]", "Overscan of amp A"),
            ("BIASSECB", f"[{last - _OVERSCAN + 1}:{last},1:{rows}]", "Overscan of amp B"),
            ("GAINA", 4.0, "[e/adu] Gain of amp A"),
            ("GAINB", 4.0, "[e/adu] Gain of amp B"),
            *sky_cards(CAMERA, exposure, chip, margin=_OVERSCAN),
        ]
        hdus.append(compressed(np.hstack([empty, pixels, empty]), header_of(cards), chip.name))
    return file_bytes(hdus)
