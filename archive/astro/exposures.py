# SPDX-License-Identifier: BSD-3-Clause
"""Reads lists of DECam exposures as the NOAO archive's own exposure tables write them."""

import math
import re
import warnings
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from archive.astro.filenames import parse_name
from archive.astro.times import mjd_of, night_of, parse_date
from archive.domain.exposures import CataloguedFile, Exposure, ExposureLog
from archive.domain.holdings import ProdType
from archive.errors import InvalidInputError

__all__ = ["read_exposures"]

COLUMNS = (
    "DATE_OBS", "MJD_OBS", "FILTER", "PROP_ID", "RA", "DEC", "EXPOSURE", "RELEASE_DATE",
    "FLUXFILE", "MASKFILE", "WTFILE",
)  # fmt: skip
PRODUCTS = {"FLUXFILE": ProdType.IMAGE, "MASKFILE": ProdType.DQMASK, "WTFILE": ProdType.WTMAP}
CHILE = "America/Santiago"
NOON = 12
ANGSTROM = 1e-10
_NIGHT = re.compile(r"/((?:19|20)\d{6})/")
# z DECam SDSS c0004 9260.0 1520.0: band, system, serial, centre and width in Angstrom.
_FILTER = re.compile(r"(\S+) DECam.* (\d+(?:\.\d*)?) (\d+(?:\.\d*)?)")
_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*\.fits(?:\.fz|\.gz)?")


def read_exposures(path: Path) -> ExposureLog:
    """Read a binary table of exposures.

    Returns
    -------
    ExposureLog
        Rows with a fault are told, with their number counted from 1, and left out.

    Raises
    ------
    InvalidInputError
        The file is no FITS table, or lacks a column.
    """
    table = _table(path)
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise InvalidInputError({"file": f"{path.name} lacks the columns {', '.join(missing)}"})
    exposures: list[Exposure] = []
    refused: list[tuple[int, str]] = []
    for number, values in enumerate(zip(*(table[name] for name in COLUMNS), strict=True), start=1):
        try:
            exposures.append(_exposure(dict(zip(COLUMNS, values, strict=True))))
        except ValueError as exc:
            refused.append((number, str(exc)))
    return ExposureLog(exposures, refused)


def _table(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyUserWarning)
            with fits.open(path, memmap=False) as hdus:
                tables = [hdu for hdu in hdus if isinstance(hdu, fits.BinTableHDU)]
                if tables:
                    data = tables[0].data
                    return {name.upper(): np.asarray(data[name]) for name in data.names}
    except (OSError, ValueError, TypeError, KeyError, IndexError, EOFError) as exc:
        raise InvalidInputError({"file": f"{path.name} cannot be read as FITS"}) from exc
    raise InvalidInputError({"file": f"{path.name} holds no table"})


def _exposure(row: dict[str, object]) -> Exposure:
    start = _start(row)
    ra, dec = _number(row["RA"]), _number(row["DEC"])
    if ra is None or dec is None or not (-360 <= ra <= 720 and -90 <= dec <= 90):
        raise ValueError(f"no position: RA {row['RA']}, Dec {row['DEC']}")
    exptime = _number(row["EXPOSURE"])
    if exptime is not None and exptime < 0:
        raise ValueError(f"negative exposure time {exptime:g}")
    files = tuple(_file(str(row[column]), kind) for column, kind in PRODUCTS.items())
    written = _text(row["FILTER"])
    band, em_min, em_max = _band(written)
    mjd = _number(row["MJD_OBS"])
    return Exposure(
        obs_id=f"ct4m{start:%Y%m%dt%H%M%S}",
        propid=_text(row["PROP_ID"]),
        caldat=_night(str(row["FLUXFILE"])) or night_of(start, CHILE, NOON),
        ra=ra % 360.0,
        dec=dec,
        t_min=mjd if mjd is not None and mjd > 0 else mjd_of(start),
        exptime=exptime,
        filter=written,
        band=band,
        em_min=em_min,
        em_max=em_max,
        data_release=_release(row["RELEASE_DATE"]),
        files=files,
    )


def _start(row: dict[str, object]) -> datetime:
    written = str(row["DATE_OBS"]).strip()
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"no start time: DATE_OBS {written!r}") from None


def _file(path: str, kind: ProdType) -> CataloguedFile:
    name = PurePosixPath(path.strip()).name
    if not _FILENAME.fullmatch(name):
        raise ValueError(f"no name of a FITS file: {path[:80]!r}")
    parsed = parse_name(name)
    return CataloguedFile(name, kind, parsed.version if parsed else None)


def _night(path: str) -> date | None:
    match = _NIGHT.search(path)
    if match is None:
        return None
    digits = match[1]
    return parse_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")


def _band(written: str | None) -> tuple[str | None, float | None, float | None]:
    match = _FILTER.fullmatch(written or "")
    if match is None:
        return written.split()[0] if written else None, None, None
    centre, width = float(match[2]), float(match[3])
    return match[1], (centre - width / 2) * ANGSTROM, (centre + width / 2) * ANGSTROM


def _release(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(written).strip()).replace(tzinfo=UTC)
    except ValueError:
        return None


def _text(value: object) -> str | None:
    text = str(value).strip()
    return text or None


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None
