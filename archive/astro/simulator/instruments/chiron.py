# SPDX-License-Identifier: BSD-3-Clause
"""CHIRON at the SMARTS 1.5 m: an echelle; its headers have no INSTRUME, the slit's name tells what it is."""

from functools import partial

import numpy as np

from archive.astro.simulator.camera import SATURATION
from archive.astro.simulator.cards import Card, degrees_text, header_of, hours_text, iso, object_name
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.products import name_root
from archive.astro.simulator.scene import add_noise
from archive.astro.simulator.seeds import chance
from archive.astro.simulator.stars import Floats
from archive.astro.simulator.writing import SimulatedFile, file_bytes, primary

__all__ = ["files"]

_PREFIX = "c15e"
_ROWS, _COLUMNS, _ORDERS, _FIRST = 256, 384, 36, 70
_BIAS, _READ_NOISE = 1100.0, 5.0
_TYPES = {"zero": "zero", "dome flat": "flat", "comparison": "comparison", "object": "object"}


def files() -> list[SimulatedFile]:
    """Give all files of the echelle."""
    exposures = list(exposures_of(PLANS["chiron"]))
    raw = [SimulatedFile(_original(one), "chiron", partial(_raw, one)) for one in exposures]
    return raw + [
        SimulatedFile(f"{name_root(_PREFIX, one, 'oi')}_v1.fits", "chiron", partial(_reduced, one))
        for one in exposures
        if one.kind == "object"
    ]


def _original(exposure: Exposure) -> str:
    return f"chi{exposure.night:%y%m%d}.{exposure.number}.fits"


def _cards(exposure: Exposure) -> list[Card]:
    return [
        ("OBJECT", object_name(exposure), "object name"),
        ("OBSERVAT", "CTIO", "observatory"),
        ("TELESCOP", "CTIO 1.5 meter telescope", "telescope"),
        ("IMAGETYP", _TYPES[exposure.kind], "type of image"),
        ("DECKER", "slicer", "decker position"),
        ("IODCELL", "OUT", "iodine cell"),
        ("DATE-OBS", iso(exposure), "UTC of start"),
        ("UTSHUT", iso(exposure, 3), "shutter opened, UTC"),
        ("EXPTIME", exposure.seconds, "[s] exposure time"),
        ("RA", hours_text(exposure.ra), "right ascension"),
        ("DEC", degrees_text(exposure.dec), "declination"),
        ("EQUINOX", 2000.0, "equinox of RA and DEC"),
        ("AIRMASS", exposure.airmass, "airmass"),
        ("PROPID", exposure.propid, "proposal"),
        ("OBSERVER", exposure.pi, "observer"),
        ("CCDSUM", "4 16", "on chip summation"),
    ]


def _waves(order: int) -> Floats:
    """Give the wavelengths of an order by the grating equation; orders overlap in the blue."""
    centre = 565000.0 / order
    return np.linspace(centre * 0.9925, centre * 1.0075, _COLUMNS)


def _order_spectrum(exposure: Exposure, order: int) -> Floats:
    if exposure.kind == "dome flat":
        return np.full(_COLUMNS, 1.0)
    is_lamp = exposure.kind == "comparison"
    dice = chance("thorium" if is_lamp else exposure.target.name, order)
    lines = dice.integers(14, 24)
    places, depths = dice.random(lines) * _COLUMNS, dice.random(lines) ** 2
    shape = sum(
        depth * np.exp(-((np.arange(_COLUMNS) - place) ** 2) / (2 * 1.3**2))
        for place, depth in zip(places, depths, strict=True)
    )
    return np.asarray(shape) * 1.5 if is_lamp else np.clip(1 - 0.8 * np.asarray(shape), 0.05, None)


def _blaze() -> Floats:
    return np.asarray(np.sinc(np.linspace(-0.75, 0.75, _COLUMNS)) ** 2)


def _raw(exposure: Exposure) -> bytes:
    counts = np.zeros((_ROWS, _COLUMNS))
    if exposure.kind != "zero":
        rows = np.arange(_ROWS)[:, None]
        bow = ((np.arange(_COLUMNS) - _COLUMNS / 2) / _COLUMNS) ** 2 * 16
        for index in range(_ORDERS):
            trace = 8 + index * 6.4 + 0.006 * index**2 + bow
            light = _order_spectrum(exposure, _FIRST + _ORDERS - index) * _blaze() * 9000
            counts += light * np.exp(-((rows - trace) ** 2) / (2 * 0.9**2))
    noisy = add_noise(counts, chance(*exposure.names, "echelle"), _READ_NOISE) + _BIAS
    return file_bytes([primary(header_of(_cards(exposure)), np.clip(noisy, 0, SATURATION).round().astype(np.uint16))])


def _reduced(exposure: Exposure) -> bytes:
    """Give all orders extracted, in IRAF's multispec format."""
    orders = range(_FIRST + 1, _FIRST + _ORDERS + 1)
    dice = chance(*exposure.names, "extracted")
    lines = np.stack([add_noise(_order_spectrum(exposure, order) * _blaze() * 9000, dice, 8.0) for order in orders])
    words = ["wtype=multispec"]
    for number, order in enumerate(orders, start=1):
        waves = _waves(order)
        step = waves[1] - waves[0]
        words.append(
            f'spec{number} = "{number} {order} 0 {waves[0]:.4f} {step:.6f} {_COLUMNS} 0. {number}. {number + 1}."'
        )
    text = " ".join(words)
    cards: list[Card] = [
        *_cards(exposure),
        ("PROCTYPE", "InstCal", "processing"),
        ("PRODTYPE", "spectrum", "product"),
        ("BUNIT", "adu", "unit of flux"),
        ("WCSDIM", 2, ""),
        ("CTYPE1", "MULTISPE", ""),
        ("CTYPE2", "MULTISPE", ""),
        ("CDELT1", 1.0, ""),
        ("CDELT2", 1.0, ""),
        ("CD1_1", 1.0, ""),
        ("CD2_2", 1.0, ""),
        ("WAT0_001", "system=multispec", ""),
        ("WAT1_001", "wtype=multispec label=Wavelength units=angstroms", ""),
        *((f"WAT2_{index // 68 + 1:03d}", text[index : index + 68], "") for index in range(0, len(text), 68)),
    ]
    return file_bytes([primary(header_of(cards), lines.astype(np.float32))])
