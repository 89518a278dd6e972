# SPDX-License-Identifier: BSD-3-Clause
"""The nouns of the catalogue: programs, observations, products (files), their HDUs."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

__all__ = [
    "DEFAULT_PROPRIETARY_MONTHS",
    "HDU",
    "DataproductType",
    "ObsType",
    "ProcType",
    "ProdType",
    "Program",
    "QAState",
    "add_months",
    "catalogue_id",
    "content_id",
    "data_release_of",
]

DEFAULT_PROPRIETARY_MONTHS = 18


class ObsType(StrEnum):
    """What was observed; the names are those of the NOAO file-name letters."""

    OBJECT = "object"
    STANDARD = "standard"
    ZERO = "zero"
    DARK = "dark"
    DOME_FLAT = "dome flat"
    SKY = "sky"
    CALIBRATION = "calibration"
    ILLUMINATION = "illumination"
    FOCUS = "focus"
    FRINGE = "fringe"
    PUPIL = "pupil"
    OTHER = "nota"

    @property
    def is_calibration(self) -> bool:
        """Whether such files are public at once (``design.md`` §1.7)."""
        return self not in {ObsType.OBJECT, ObsType.STANDARD, ObsType.OTHER}


class ProcType(StrEnum):
    """How far a product was processed."""

    RAW = "raw"
    INSTCAL = "instcal"
    MASTERCAL = "mastercal"
    PROJECTED = "projected"
    RESAMPLED = "resampled"
    SKYSUB = "skysub"
    STACKED = "stacked"
    TILE = "tile"
    HLSP = "hlsp"
    OTHER = "nota"


class ProdType(StrEnum):
    """What a product's pixels or rows mean."""

    IMAGE = "image"
    IMAGE1 = "image1"
    DQMASK = "dqmask"
    WTMAP = "wtmap"
    EXPMAP = "expmap"
    GRAPHICS = "graphics"
    SPECTRUM = "spectrum"
    CUBE = "cube"
    CATALOGUE = "catalogue"
    OTHER = "nota"


class DataproductType(StrEnum):
    """ObsCore 1.1 §4.1.1; catalogues of sources are ``measurements``."""

    IMAGE = "image"
    SPECTRUM = "spectrum"
    CUBE = "cube"
    MEASUREMENTS = "measurements"


class QAState(StrEnum):
    """What a curator thinks of a product."""

    UNCHECKED = "unchecked"
    USABLE = "usable"
    BLESSED = "blessed"
    DEFECTIVE = "defective"


def content_id(sha256: str) -> str:
    """Make the permanent public key of a product from the digest of its bytes.

    The same file has the same key in every archive; 16 letters of base 32 hold 80 bits.
    """
    return base64.b32encode(bytes.fromhex(sha256)[:10]).decode("ascii").lower()


def catalogue_id(archive_filename: str) -> str:
    """Make the permanent public key of a product that is known from a catalogue only."""
    return content_id(hashlib.sha256(f"catalogue:{archive_filename}".encode()).hexdigest())


def add_months(day: date, months: int) -> date:
    """Add calendar months; the last day of a shorter month stands in for a day it lacks."""
    years, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(years + (month0 + 1) // 12, (month0 + 1) % 12 + 1, 1)
    length = (following - date(years, month0 + 1, 1)).days
    return date(years, month0 + 1, min(day.day, length))


def data_release_of(night: date | None, obs_type: ObsType, proprietary_months: int | None) -> datetime | None:
    """When a product's bytes become public by its program's rule.

    Parameters
    ----------
    night
        The local date at the start of the night; None when it is unknown.
    proprietary_months
        The program's period in calendar months; None for the archive's default.

    Returns
    -------
    datetime or None
        None, never, where the night is unknown and the period is not zero.
    """
    months = DEFAULT_PROPRIETARY_MONTHS if proprietary_months is None else proprietary_months
    if obs_type.is_calibration:
        months = 0
    if night is None:
        return datetime(1970, 1, 1, tzinfo=UTC) if months == 0 else None
    return datetime.combine(add_months(night, months), time(), tzinfo=UTC)


@dataclass(frozen=True)
class Program:
    """An observing program (a proposal that was given time)."""

    id: int
    propid: str
    title: str
    pi: str
    semester: str
    abstract: str
    proprietary_months: int | None
    is_metadata_private: bool


@dataclass(frozen=True)
class HDU:
    """One header and data unit of a product.

    Parameters
    ----------
    kind
        ``image``, ``table``, ``spectrum``, ``cube`` or ``empty``.
    shape
        FITS order: NAXIS1 first.
    header
        Keyword to value, as parsed.
    """

    index: int
    extname: str | None
    kind: str
    shape: tuple[int, ...]
    bitpix: int | None
    ccdnum: int | None
    ra: float | None
    dec: float | None
    s_region: str | None
    header: Mapping[str, object]
