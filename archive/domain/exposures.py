# SPDX-License-Identifier: BSD-3-Clause
"""Exposures of an observing log: what is known of pipeline products whose files are elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from archive.domain.holdings import ProdType

__all__ = ["CataloguedFile", "Exposure", "ExposureLog", "ImportCounts"]


@dataclass(frozen=True)
class CataloguedFile:
    """One product of an exposure."""

    archive_filename: str
    prod_type: ProdType
    version: str | None


@dataclass(frozen=True)
class Exposure:
    """One exposure and the products that show its pixels.

    Parameters
    ----------
    ra, dec
        The pointing, degrees ICRS.
    t_min
        Start, MJD (UTC).
    exptime
        Seconds.
    em_min, em_max
        The filter's band, metres.
    """

    obs_id: str
    propid: str | None
    caldat: date | None
    ra: float
    dec: float
    t_min: float
    exptime: float | None
    filter: str | None
    band: str | None
    em_min: float | None
    em_max: float | None
    data_release: datetime | None
    files: tuple[CataloguedFile, ...]


@dataclass(frozen=True)
class ExposureLog:
    """A log as read: its exposures, and the rows that could not be used with the reason of each."""

    exposures: Sequence[Exposure]
    refused: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class ImportCounts:
    """What an import has done so far."""

    exposures: int = 0
    products: int = 0
    footprints: int = 0
    known: int = 0

    def plus(self, other: "ImportCounts") -> "ImportCounts":
        """Add up."""
        return ImportCounts(
            self.exposures + other.exposures,
            self.products + other.products,
            self.footprints + other.footprints,
            self.known + other.known,
        )
