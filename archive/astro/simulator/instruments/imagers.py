# SPDX-License-Identifier: BSD-3-Clause
"""Cameras of one detector: HDI at the WIYN 0.9 m, WHIRC at the WIYN, ANDICAM at the SMARTS 1.3 m."""

from functools import partial

from archive.astro.simulator.camera import Camera, Chip, raw_counts, sky_cards
from archive.astro.simulator.cards import Card, degrees_text, header_of, hours_text, iso, object_name
from archive.astro.simulator.night import Exposure
from archive.astro.simulator.observing import PLANS, exposures_of
from archive.astro.simulator.writing import SimulatedFile, file_bytes, image, primary

__all__ = ["ANDICAM", "HDI", "files"]

HDI = Camera(
    chips=(Chip("Im1", 1, -2056, -2056, 4112, 4112),),
    binning=32,
    scale=0.425,
    matrix=(-1.0, 0.0, 0.0, 1.0),
    projection="TAN",
    zero_point=19.0,
    fwhm=1.5,
    sky=9.0,
)
WHIRC = Camera(
    chips=(Chip("", 1, -1024, -1024, 2048, 2048),),
    binning=8,
    scale=0.0986,
    matrix=(0.035, 0.9994, 0.9994, -0.035),
    projection="TAN",
    zero_point=21.5,
    fwhm=2.2,
    sky=15.0,
    bias=400.0,
)
ANDICAM = Camera(
    chips=(Chip("", 1, -512, -512, 1024, 1024),),
    binning=8,
    scale=0.371,
    matrix=(1.0, 0.0, 0.0, 1.0),
    projection="TAN",
    zero_point=21.0,
    fwhm=1.8,
    sky=5.0,
    bias=350.0,
)
# HDI counts the places of its two wheels; what lies in them the observer's log tells.
_WHEELS = {"B": ("B", "open"), "V": ("V", "open"), "R": ("R", "open"), "I": ("I", "open"), "": ("open", "open")}


def files() -> list[SimulatedFile]:
    """Give all files of the three cameras."""
    makers = {"hdi": (_hdi_name, _hdi), "whirc": (_whirc_name, _whirc), "andicam": (_andicam_name, _andicam)}
    return [
        SimulatedFile(name(one), instrument, partial(make, one))
        for instrument, (name, make) in makers.items()
        for one in exposures_of(PLANS[instrument])
    ]


def _common(exposure: Exposure, types: dict[str, str]) -> list[Card]:
    return [
        ("OBJECT", object_name(exposure), "Name of the object"),
        ("IMAGETYP", types.get(exposure.kind, exposure.kind), "Type of image"),
        ("EXPTIME", exposure.seconds, "[s] Exposure time"),
        ("RA", hours_text(exposure.ra), "Right ascension"),
        ("DEC", degrees_text(exposure.dec), "Declination"),
        ("EQUINOX", 2000.0, "Equinox of RA and DEC"),
        ("AIRMASS", exposure.airmass, "Airmass"),
        ("OBSERVER", exposure.pi, "Observer"),
        ("PROPOSER", exposure.pi, "Principal investigator"),
    ]


def _hdi_name(exposure: Exposure) -> str:
    return f"c{int(exposure.mjd) % 10000}t{exposure.number:04d}f00.fits"


def _hdi(exposure: Exposure) -> bytes:
    wheels = _WHEELS[exposure.band]
    cards: list[Card] = [
        *_common(exposure, {"zero": "BIAS", "dome flat": "DFLAT", "object": "OBJECT", "standard": "STANDARD"}),
        ("OBSERVAT", "KPNO", "Observatory"),
        ("TELESCOP", "WIYN 0.9m", "Telescope"),
        ("INSTRUME", "hdi", "Instrument"),
        ("DATE-OBS", iso(exposure, 2), "UTC of start"),
        ("FILTER1", wheels[0], "Filter in wheel 1"),
        ("FILTER2", wheels[1], "Filter in wheel 2"),
        ("PROPID", exposure.propid, "Proposal"),
    ]
    chip = HDI.chips[0]
    own = [("CCDSUM", "32 32", "Binning"), ("GAIN", 1.3, "[e/adu] Gain"), *sky_cards(HDI, exposure, chip)]
    return file_bytes([primary(header_of(cards)), image(raw_counts(HDI, exposure, chip), header_of(own), chip.name)])


def _whirc_name(exposure: Exposure) -> str:
    return f"{exposure.kind.replace(' ', '')}_{exposure.night:%y%m%d}_{exposure.number:04d}.fits.gz"


def _whirc(exposure: Exposure) -> bytes:
    cards: list[Card] = [
        *_common(exposure, {"dome flat": "FLAT", "dark": "DARK", "object": "OBJECT"}),
        ("OBSERVAT", "KPNO", "Observatory"),
        ("TELESCOP", "WIYN", "Telescope"),
        ("INSTRUME", "WHIRC", "Instrument"),
        ("DATE-OBS", iso(exposure), "UTC of start"),
        ("MJD-OBS", round(exposure.mjd, 7), "MJD of start"),
        ("FILTER1", exposure.band or "OPAQUE", "Filter in wheel 1"),
        ("FILTER2", "OPEN", "Filter in wheel 2"),
        ("FILTER", exposure.band or "OPAQUE", "Filter"),
        # As written at the telescope, without the century.
        ("PROPID", exposure.propid[2:], "Proposal"),
        ("CCDSUM", "8 8", "Binning"),
        *sky_cards(WHIRC, exposure, WHIRC.chips[0]),
    ]
    return file_bytes([primary(header_of(cards), raw_counts(WHIRC, exposure, WHIRC.chips[0]))], is_gzipped=True)


def _andicam_name(exposure: Exposure) -> str:
    return f"ccd{exposure.night:%y%m%d}.{exposure.number:04d}.fits"


def _andicam(exposure: Exposure) -> bytes:
    cards: list[Card] = [
        *_common(exposure, {"dome flat": "DFLAT", "zero": "BIAS", "object": "OBJECT"}),
        ("OBSERVAT", "CTIO", "Observatory"),
        ("TELESCOP", "CTIO 1.3 meter telescope", "Telescope"),
        ("INSTRUME", "ANDICAM", "Instrument"),
        ("DATE-OBS", iso(exposure)[:10], "UTC date of start"),
        ("TIME-OBS", iso(exposure)[11:], "UTC time of start"),
        ("JD", round(exposure.mjd + 2400000.5, 6), "Julian date of start"),
        ("CCDFLTID", exposure.band or "V", "Filter of the CCD channel"),
        ("FILTER", exposure.band or "V", "Filter of the CCD channel"),
        ("PROPID", exposure.propid, "Proposal"),
        ("CCDSUM", "8 8", "Binning"),
        *sky_cards(ANDICAM, exposure, ANDICAM.chips[0]),
    ]
    return file_bytes([primary(header_of(cards), raw_counts(ANDICAM, exposure, ANDICAM.chips[0]))])
