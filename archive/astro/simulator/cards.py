# SPDX-License-Identifier: BSD-3-Clause
"""Header cards as the instruments of NOAO write them."""

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from astropy.io import fits

from archive.astro.simulator.night import Exposure
from archive.astro.simulator.programs import program_of

__all__ = [
    "Card",
    "archive_cards",
    "degrees_text",
    "header_of",
    "hours_text",
    "iso",
    "object_name",
    "pipeline_cards",
    "pointing_cards",
    "time_cards",
    "wcs_cards",
]

Card = tuple[str, object, str]

_HOSTS = {
    "decam": "pipeline4.ctio.noao.edu",
    "mosaic3": "mosaic3dhs-4m.kpno.noao.edu",
    "newfirm": "newfirm.kpno.noao.edu",
}


def header_of(cards: Iterable[Card]) -> Any:  # noqa: ANN401
    """Make a header."""
    header = fits.Header()
    for keyword, value, comment in cards:
        room = 80 - 10 - 3 - (max(len(value), 8) + 2 if isinstance(value, str) else 20)
        header.append((keyword, value, comment[: max(room, 0)]), end=True)
    return header


def iso(exposure: Exposure, digits: int = 1) -> str:
    """Write the start as ISO time with so many digits of the second."""
    text = f"{exposure.start:%Y-%m-%dT%H:%M:%S.%f}"
    return text[: 20 + digits] if digits else text[:19]


def hours_text(degrees: float) -> str:
    """Write an angle as hours, minutes and seconds."""
    return _sexagesimal(degrees % 360 / 15, 100)


def degrees_text(degrees: float) -> str:
    """Write an angle as degrees, minutes and seconds, with its sign where it is negative."""
    return ("-" if degrees < 0 else "") + _sexagesimal(abs(degrees), 10)


def _sexagesimal(value: float, parts: int) -> str:
    units = round(value * 3600 * parts)
    minutes, rest = divmod(units, 60 * parts)
    digits = int(math.log10(parts))
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // parts:02d}.{rest % parts:0{digits}d}"


def object_name(exposure: Exposure) -> str:
    """Give what stands in OBJECT."""
    return exposure.target.name or {"zero": "bias", "dome flat": "dome flat", "dark": "dark"}.get(exposure.kind, "lamp")


def time_cards(exposure: Exposure, digits: int = 1) -> list[Card]:
    """Give the clock: DATE-OBS in full ISO form, and what goes with it."""
    return [
        ("TIMESYS", "UTC", "Time system"),
        ("DATE-OBS", iso(exposure, digits), "UTC of observation start"),
        ("TIME-OBS", iso(exposure, digits)[11:], "Universal time of observation start"),
        ("MJD-OBS", round(exposure.mjd, 8), "MJD of observation start"),
        ("ST", _sexagesimal(exposure.sidereal_time, 10)[:8], "Sidereal time"),
        ("EXPTIME", exposure.seconds, "[s] Exposure time"),
    ]


def pointing_cards(exposure: Exposure) -> list[Card]:
    """Give where the telescope looks."""
    return [
        ("RADECSYS", "FK5", "Default coordinate system"),
        ("RADECEQ", 2000.0, "Default equinox"),
        ("RA", hours_text(exposure.ra), "[HH:MM:SS] RA of observation"),
        ("DEC", degrees_text(exposure.dec), "[DD:MM:SS] Dec of observation"),
        ("HA", degrees_text(exposure.hour_angle), "[HH:MM:SS] Telescope hour angle"),
        ("ZD", round(exposure.zenith_distance, 3), "[deg] Zenith distance"),
        ("AIRMASS", exposure.airmass, "Airmass at start"),
    ]


def archive_cards(exposure: Exposure, acquired: str, root: str) -> list[Card]:
    """Give what Save-the-Bits added when a raw file came in.

    Parameters
    ----------
    acquired
        Path of the file at the telescope.
    root
        The archive's name without extension.
    """
    program = program_of(exposure.propid)
    serial = 2_100_000 + exposure.number
    return [
        ("DTSITE", exposure.site.code, "observatory location"),
        ("DTTELESC", exposure.telescope, "telescope identifier"),
        ("DTINSTRU", exposure.instrument, "instrument identifier"),
        ("DTCALDAT", exposure.night.isoformat(), "calendar date from observing schedule"),
        ("ODATEOBS", "", "previous DATE-OBS"),
        ("DTUTC", f"{exposure.end + timedelta(seconds=9):%Y-%m-%dT%H:%M:%S}", "post exposure UTC epoch from DTS"),
        ("DTOBSERV", "NOAO", "scheduling institution"),
        ("DTPROPID", exposure.propid, "observing proposal ID"),
        ("DTPI", program.pi, "Principal Investigator"),
        ("DTPIAFFL", program.affiliation, "PI affiliation"),
        ("DTTITLE", program.title[:60], "title"),
        ("DTCOPYRI", "AURA", "copyright holder of data"),
        ("DTACQUIS", _HOSTS.get(exposure.instrument, "dhs.noao.edu"), "host of data acquisition"),
        ("DTACQNAM", acquired, "file name supplied at telescope"),
        ("DTNSANAM", f"{root}.fits", "file name in NOAO Science Archive"),
        ("DT_RTNAM", root, "NSA root name"),
        ("DTSTATUS", "done", "data transport status"),
        ("SB_DIR1", f"{exposure.night:%Y%m%d}", "level 1 directory in NSA DS"),
        ("SB_DIR2", exposure.telescope, "level 2 directory in NSA DS"),
        ("SB_DIR3", exposure.propid, "level 3 directory in NSA DS"),
        ("SB_RECNO", serial, "iSTB sequence number"),
        ("SB_ID", f"{exposure.site.code}{serial}", "unique iSTB identifier"),
        ("SB_NAME", f"{root}.fits", "name assigned by iSTB"),
        ("RECNO", serial, "NOAO Science Archive sequence number"),
    ]


def pipeline_cards(proc_type: str, prod_type: str, seeing: float, magzero: float, depth: float) -> list[Card]:
    """Give what the Community Pipeline adds to its products."""
    return [
        ("PROCTYPE", proc_type, "Data processing level"),
        ("PRODTYPE", prod_type, "Data product type"),
        ("SEEING", seeing, "[arcsec] Seeing"),
        ("MAGZERO", magzero, "[mag] Magnitude zero point"),
        ("PHOTDPTH", depth, "[mag] Photometric depth"),
        ("PHOTREF", "PS1", "Photometric reference"),
        ("WCSCAL", "Successful", "Astrometric calibration"),
        ("PLVER", "V4.8.2", "Pipeline version"),
        ("PLQUEUE", "DEMO", "Pipeline queue"),
        ("PLQNAME", "DR1", "Pipeline run"),
    ]


def wcs_cards(
    exposure: Exposure, crpix: tuple[float, float], cd: tuple[float, float, float, float], projection: str = "TAN"
) -> list[Card]:
    """Give the WCS of one detector.

    Parameters
    ----------
    cd
        CD1_1, CD1_2, CD2_1, CD2_2 in degrees per pixel.
    projection
        ``TPV`` adds the terms of the optics' distortion.
    """
    cards: list[Card] = [
        ("WCSAXES", 2, "WCS dimensionality"),
        ("EQUINOX", 2000.0, "Equinox of WCS"),
        ("CTYPE1", f"RA---{projection}", "Coordinate type"),
        ("CTYPE2", f"DEC--{projection}", "Coordinate type"),
        ("CUNIT1", "deg", "Axis unit"),
        ("CUNIT2", "deg", "Axis unit"),
        ("CRVAL1", round(exposure.ra, 7), "[deg] Coordinate reference value"),
        ("CRVAL2", round(exposure.dec, 7), "[deg] Coordinate reference value"),
        ("CRPIX1", round(crpix[0], 4), "Coordinate reference pixel"),
        ("CRPIX2", round(crpix[1], 4), "Coordinate reference pixel"),
        *(
            (f"CD{axis}", value, "[deg/pixel] Coordinate matrix")
            for axis, value in zip(("1_1", "1_2", "2_1", "2_2"), cd, strict=True)
        ),
    ]
    if projection == "TPV":
        cards += [(f"PV{axis}_{term}", value, "Distortion") for axis in (1, 2) for term, value in _DISTORTION]
    return cards


# A radial term, as the correctors of prime foci have: r (1 + 0.0018 r^2), r in degrees.
_DISTORTION = ((0, 0.0), (1, 1.0), (2, 0.0), (3, 0.0), (4, 0.0), (5, 0.0), (6, 0.0), (7, 0.0018), (8, 0.0), (9, 0.0018))
