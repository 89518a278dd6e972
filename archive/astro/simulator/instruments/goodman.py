# SPDX-License-Identifier: BSD-3-Clause
"""The Goodman spectrograph at SOAR: one plain HDU; reduced spectra as images and as tables."""

from functools import partial
from typing import Any

import numpy as np
from astropy.io import fits

from archive.astro.simulator.camera import SATURATION
from archive.astro.simulator.cards import Card, degrees_text, header_of, hours_text, iso, object_name
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.scene import add_noise
from archive.astro.simulator.seeds import chance
from archive.astro.simulator.spectra import arc, long_slit, source_spectrum
from archive.astro.simulator.stars import Floats
from archive.astro.simulator.writing import SimulatedFile, file_bytes, primary

__all__ = ["files"]

_ROWS, _BIAS, _READ_NOISE = 120, 350.0, 4.0
_WAVES = np.linspace(3850.0, 7150.0, 512)
_DISPERSION = float(_WAVES[1] - _WAVES[0])
_TYPES = {"zero": "BIAS", "dome flat": "FLAT", "comparison": "COMP", "object": "OBJECT", "standard": "OBJECT"}
_HOT = {"LTT 1020", "Feige 110"}


def files() -> list[SimulatedFile]:
    """Give all files of the spectrograph."""
    exposures = list(exposures_of(PLANS["goodman"]))
    raw = [SimulatedFile(_original(one), "goodman", partial(_raw, one)) for one in exposures]
    sources = [one for one in exposures if one.is_on_sky]
    arcs = [one for one in exposures if one.kind == "comparison"]
    lines = [SimulatedFile(f"wecfzst_{_original(one)}", "goodman", partial(_line, one)) for one in sources + arcs]
    tables = [SimulatedFile(f"spec_{_original(one)}", "goodman", partial(_table, one)) for one in sources[2:8]]
    return raw + lines + tables


def _original(exposure: Exposure) -> str:
    name = object_name(exposure).replace(" ", "_").replace("+", "p")
    return f"{exposure.number:04d}_{name}_{exposure.night:%d-%m-%Y}.fits"


def _cards(exposure: Exposure) -> list[Card]:
    """Give the cards; the filters and the slit are written as the observers see them."""
    return [
        ("OBJECT", object_name(exposure), "Name of the object observed"),
        ("DATE-OBS", iso(exposure, 3), "DATE-OBS Format is YYYY-MM-DDThh:mm:ss.ss"),
        ("OBSTYPE", _TYPES[exposure.kind], "observation type"),
        ("TELESCOP", "SOAR 4.1m", "telescope"),
        ("INSTRUME", "Goodman Spectrograph", "instrument"),
        ("OBSERVAT", "SOAR", "observatory"),
        ("RA", hours_text(exposure.ra), "right ascension [hh:mm:ss.sss]"),
        ("DEC", degrees_text(exposure.dec), "declination [dd:mm:ss.sss]"),
        ("EQUINOX", 2000.0, "equinox of coordinates"),
        ("AIRMASS", exposure.airmass, "airmass at approx. start of exposure"),
        ("UT", iso(exposure)[11:], "time at approx. start of exposure [UTC]"),
        ("EXPTIME", exposure.seconds, "integration time"),
        ("FILTER", "<NO FILTER>", "primary filter wheel"),
        ("FILTER2", "GG385", "secondary filter wheel"),
        ("GRATING", "SYZY_400", "VPH grating [1/mm]"),
        ("SLIT", '1.03" long slit', "slit [arcsec]"),
        ("CAM_ANG", 11.8, "camera angle [deg]"),
        ("GRT_ANG", 5.9, "grating angle [deg]"),
        ("RDNOISE", 3.99, "CCD readnoise [e-]"),
        ("GAIN", 2.06, "CCD gain [e-/ADU]"),
        ("OBSERVER", exposure.pi, "observer"),
        ("PROPOSAL", exposure.propid, "proposal"),
        ("CCDSUM", "8 8", "binning"),
    ]


def _raw(exposure: Exposure) -> bytes:
    noisy = add_noise(_counts(exposure), chance(*exposure.names, "slit"), _READ_NOISE) + _BIAS
    return file_bytes([primary(header_of(_cards(exposure)), np.clip(noisy, 0, SATURATION).round().astype(np.uint16))])


def _counts(exposure: Exposure) -> Floats:
    shape = (_ROWS, _WAVES.size)
    if exposure.kind == "zero":
        return np.zeros(shape)
    if exposure.kind == "dome flat":
        across = 1 - 0.1 * np.linspace(-1, 1, _ROWS)[:, None] ** 2
        return np.asarray(across * 22000 * np.exp(-(((_WAVES - 5900) / 1500) ** 2)))
    if exposure.kind == "comparison":
        return np.broadcast_to(arc(_WAVES, _DISPERSION * 1.1) * 30000, shape)
    return long_slit(_WAVES, _spectrum(exposure) * 1300, _ROWS, seeing=2.0, extent=8.0, sky=120.0)


def _spectrum(exposure: Exposure) -> Floats:
    name = exposure.target.name
    kind = "hot star" if name in _HOT else "galaxy" if name.startswith("NGC") else "agn"
    return source_spectrum(_WAVES, name, kind, _DISPERSION * 1.1)


def _extracted(exposure: Exposure) -> Floats:
    if exposure.kind == "comparison":
        return add_noise(arc(_WAVES, _DISPERSION * 1.1) * 30000, chance(*exposure.names, "extracted"), 10.0)
    return add_noise(_spectrum(exposure) * 1300, chance(*exposure.names, "extracted"), 10.0) * 1e-18


def _line(exposure: Exposure) -> bytes:
    """Give the extracted spectrum as the instrument's own pipeline writes it."""
    unit = "adu" if exposure.kind == "comparison" else "erg/s/cm2/Angstrom"
    cards: list[Card] = [
        *_cards(exposure),
        ("PROCTYPE", "InstCal", "Processing"),
        ("PRODTYPE", "spectrum", "Product"),
        ("WCSDIM", 1, ""),
        ("CTYPE1", "LINEAR", ""),
        ("CRVAL1", float(_WAVES[0]), "[Angstrom] first wavelength"),
        ("CRPIX1", 1.0, ""),
        ("CDELT1", _DISPERSION, "[Angstrom] step"),
        ("CD1_1", _DISPERSION, "[Angstrom] step"),
        ("WAT0_001", "system=equispec", ""),
        ("WAT1_001", "wtype=linear label=Wavelength units=angstroms", ""),
        ("DC-FLAG", 0, ""),
        ("BUNIT", unit, "unit of flux"),
        ("GSP_VERS", "1.3.0", "pipeline version"),
    ]
    return file_bytes([primary(header_of(cards), _extracted(exposure).astype(np.float32))])


def _table(exposure: Exposure) -> bytes:
    flux = _extracted(exposure)
    made: list[Card] = [("PROCTYPE", "InstCal", "Processing"), ("PRODTYPE", "spectrum", "Product")]
    table: Any = fits.BinTableHDU.from_columns(
        [
            fits.Column("WAVELENGTH", "D", unit="Angstrom", array=_WAVES),
            fits.Column("FLUX", "E", unit="erg/s/cm2/Angstrom", array=flux.astype(np.float32)),
            fits.Column(
                "ERROR", "E", unit="erg/s/cm2/Angstrom", array=np.sqrt(np.abs(flux) * 1e-18).astype(np.float32)
            ),
        ],
        name="SPECTRUM",
    )
    return file_bytes([primary(header_of(_cards(exposure) + made)), table])
