# SPDX-License-Identifier: BSD-3-Clause
"""KOSMOS at the Mayall: a spectrograph of one CCD and two amplifiers; its WCS is a place-holder, and says so."""

from functools import partial

import numpy as np
import numpy.typing as npt

from archive.astro.simulator.camera import SATURATION, Camera, Chip, overscan, raw_counts
from archive.astro.simulator.cards import Card, archive_cards, header_of, object_name, pointing_cards, time_cards
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.products import name_root
from archive.astro.simulator.scene import add_noise
from archive.astro.simulator.seeds import chance
from archive.astro.simulator.spectra import arc, long_slit, source_spectrum
from archive.astro.simulator.stars import Floats
from archive.astro.simulator.writing import SimulatedFile, compressed, file_bytes, primary

__all__ = ["files"]

_PREFIX = "k4k"
_BINNING = 16
_OVERSCAN = 3
CAMERA = Camera(
    chips=(Chip("im1", 1, -1024, -2048, 1024, 4096), Chip("im2", 2, 0, -2048, 1024, 4096)),
    binning=_BINNING,
    scale=0.29,
    matrix=(-1.0, 0.0, 0.0, 1.0),
    projection="TAN",
    zero_point=20.5,
    fwhm=1.7,
    sky=8.0,
    bias=2000.0,
)
_WAVES = np.linspace(4100.0, 7300.0, 4096 // _BINNING)
_DISPERSION = float(_WAVES[1] - _WAVES[0])


def files() -> list[SimulatedFile]:
    """Give all files of the spectrograph."""
    exposures = list(exposures_of(PLANS["kosmos"]))
    raw = [SimulatedFile(_original(one), "kosmos", partial(_raw, one)) for one in exposures]
    spectra = [one for one in exposures if one.kind in {"object", "standard"} and _is_slit(one)]
    return raw + [
        SimulatedFile(f"{name_root(_PREFIX, one, 'oi')}_v1.fits", "kosmos", partial(_reduced, one)) for one in spectra
    ]


def _is_slit(exposure: Exposure) -> bool:
    return exposure.band == "b2k"


def _original(exposure: Exposure) -> str:
    return f"n4.{exposure.number:05d}.fits.fz"


def _primary(exposure: Exposure) -> list[Card]:
    cards: list[Card] = [
        ("OBJECT", object_name(exposure), "Observation title"),
        ("OBSTYPE", {"dome flat": "flat", "comparison": "comp"}.get(exposure.kind, exposure.kind), "Observation type"),
        ("OBSMODE", "sos_slit" if _is_slit(exposure) else "imaging", "Observation mode"),
        ("OBSERVAT", "KPNO", "Observatory"),
        ("TELESCOP", "KPNO 4.0 meter telescope", "Telescope"),
        ("INSTRUME", "KOSMOS", "Kosmos detector"),
        ("DETSIZE", "[1:2048,1:4096]", "Kosmos detector size"),
        ("OBSID", f"kp4m.{exposure.start:%Y%m%dT%H%M%S}", "Observation ID"),
        ("PROPOSER", exposure.pi, "Proposer(s)"),
        ("PROPID", exposure.propid, "Proposal identification"),
        ("FILTER", "Open" if _is_slit(exposure) or not exposure.band else exposure.band, "Filter"),
        ("KSDPOS", "b2k" if _is_slit(exposure) else "Open", "Disperser"),
        ("KSSPOS", "4px" if _is_slit(exposure) else "Open", "Slit"),
        *time_cards(exposure),
        *pointing_cards(exposure),
    ]
    return cards + archive_cards(exposure, f"/home/data/{_original(exposure)}", name_root(_PREFIX, exposure, "ri"))


def _raw(exposure: Exposure) -> bytes:
    raw: list[Card] = [("PROCTYPE", "raw", "Processing type"), ("PRODTYPE", "image", "Product type")]
    extensions = []
    for chip, pixels in zip(CAMERA.chips, _amplifiers(exposure), strict=True):
        rows, width = pixels.shape
        first = round(chip.x0) + 1025
        cards: list[Card] = [
            ("IMAGEID", chip.number, "Image identification"),
            ("AMPNAME", f"K123-45:{'AB'[chip.number - 1]}", "Amplifier name"),
            ("CCDSUM", f"{_BINNING} {_BINNING}", "CCD pixel summing"),
            ("DETSEC", f"[{first}:{first + 1023},1:4096]", "Detector section"),
            ("DATASEC", f"[1:{width},1:{rows}]", "Data section"),
            ("BIASSEC", f"[{width + 1}:{width + _OVERSCAN},1:{rows}]", "Bias section"),
            ("WCSASTRM", "Placeholder WCS", "WCS Source"),
            ("CTYPE1", "LINEAR", "Coordinate type"),
            ("CTYPE2", "LINEAR", "Coordinate type"),
            ("CRVAL1", round(exposure.ra, 6), "Coordinate reference value"),
            ("CRVAL2", round(exposure.dec, 6), "Coordinate reference value"),
            ("CRPIX1", 0.5 - chip.x0 / _BINNING, "Coordinate reference pixel"),
            ("CRPIX2", 0.5 - chip.y0 / _BINNING, "Coordinate reference pixel"),
            ("CD1_1", 0.29 * _BINNING, "Coordinate matrix"),
            ("CD2_2", 0.69 * _BINNING, "Coordinate matrix"),
        ]
        both = np.hstack([pixels, overscan(CAMERA, exposure, chip, _OVERSCAN)])
        extensions.append(compressed(both, header_of(cards), chip.name))
    return file_bytes([primary(header_of(_primary(exposure) + raw)), *extensions])


def _amplifiers(exposure: Exposure) -> list[npt.NDArray[np.uint16]]:
    if not _is_slit(exposure) or exposure.kind == "dome flat":
        return [raw_counts(CAMERA, exposure, chip) for chip in CAMERA.chips]
    # The spectrum runs up the columns.
    whole = _slit_counts(exposure).T
    half = whole.shape[1] // 2
    noisy = add_noise(whole, chance(*exposure.names, "slit"), CAMERA.read_noise) + CAMERA.bias
    counts = np.clip(noisy, 0, SATURATION).round().astype(np.uint16)
    return [counts[:, :half], counts[:, half:]]


def _slit_counts(exposure: Exposure) -> Floats:
    rows = 2048 // _BINNING
    if exposure.kind == "comparison":
        return np.broadcast_to(arc(_WAVES, _DISPERSION * 1.2) * 25000, (rows, _WAVES.size))
    return long_slit(_WAVES, _spectrum(exposure) * 900, rows, seeing=1.6, extent=9.0, sky=160.0)


def _spectrum(exposure: Exposure) -> Floats:
    kind = "hot star" if exposure.kind == "standard" else "galaxy"
    return source_spectrum(_WAVES, exposure.target.name, kind, _DISPERSION * 1.2)


def _reduced(exposure: Exposure) -> bytes:
    """Give the extracted spectrum, with its wavelengths in the header."""
    flux = add_noise(_spectrum(exposure) * 900, chance(*exposure.names, "extracted"), 20.0) * 1e-18
    cards: list[Card] = [
        *_primary(exposure),
        ("PROCTYPE", "InstCal", "Processing type"),
        ("PRODTYPE", "spectrum", "Product type"),
        ("PLVER", "V1.0", "Pipeline version"),
        ("CTYPE1", "WAVE", "Wavelength in air"),
        ("CUNIT1", "Angstrom", "Unit of wavelength"),
        ("CRPIX1", 1.0, "Reference pixel"),
        ("CRVAL1", float(_WAVES[0]), "[Angstrom] Wavelength there"),
        ("CDELT1", _DISPERSION, "[Angstrom] Step"),
        ("BUNIT", "erg/s/cm2/Angstrom", "Unit of flux"),
    ]
    return file_bytes([primary(header_of(cards), flux.astype(np.float32))])
