"""Small true FITS files, made by astropy, with the headers that a test wants."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from astropy.io import fits

__all__ = ["RAW", "make_fits", "sky_cards"]

RAW: Mapping[str, object] = {
    "TELESCOP": "CTIO 4.0-m telescope",
    "INSTRUME": "DECam",
    "OBSTYPE": "object",
    "PROPID": "2014B-0404",
    "DATE-OBS": "2014-08-19T02:03:04.5",
    "EXPTIME": 30.0,
    "FILTER": "g DECam SDSS c0001 4720.0 1520.0",
    "OBJECT": "M 31",
    "RA": "00:42:44.3",
    "DEC": "+41:16:09",
}


def sky_cards(ra: float = 10.68, dec: float = 41.27, scale: float = 1 / 3600) -> dict[str, object]:
    """Give a gnomonic WCS centred on a field of 20 x 30 pixels."""
    return {
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRVAL1": ra,
        "CRVAL2": dec,
        "CRPIX1": 10.5,
        "CRPIX2": 15.5,
        "CD1_1": -scale,
        "CD1_2": 0.0,
        "CD2_1": 0.0,
        "CD2_2": scale,
    }


def make_fits(
    path: Path, header: Mapping[str, object] = RAW, *, extensions: int = 1, seed: int = 0, checksum: bool = False
) -> Path:
    """Write a multi-extension file; another seed gives other bytes."""
    pixels = np.random.default_rng(seed).integers(0, 1000, (30, 20), dtype=np.int16)
    hdus: list[object] = [fits.PrimaryHDU(header=fits.Header(dict(header)))]
    for number in range(1, extensions + 1):
        cards = sky_cards(ra=10.68 + 0.01 * number) | {"CCDNUM": number}
        hdus.append(fits.ImageHDU(pixels + number, header=fits.Header(cards), name=f"S{number}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    fits.HDUList(hdus).writeto(path, overwrite=True, checksum=checksum)
    return path
