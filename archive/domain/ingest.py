# SPDX-License-Identifier: BSD-3-Clause
"""The nouns of ingest: what is wrong with a file, the draft of a product, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from archive.domain.holdings import DataproductType, ObsType, ProcType, ProdType

__all__ = ["Digests", "HDUDraft", "IngestCode", "IngestOutcome", "Outcome", "Problem", "ProductDraft", "Submission"]


class Outcome(StrEnum):
    """What became of a submitted file."""

    INGESTED = "ingested"
    PRESENT = "present"
    REFUSED = "refused"


class IngestCode(StrEnum):
    """What can be wrong with a file; the words are those of NOAO's ingest where it had one."""

    NOTFITS = "NOTFITS"
    NOVERIFY = "NOVERIFY"
    NORECIPE = "NORECIPE"
    MISSREQ = "MISSREQ"
    BADDATE = "BADDATE"
    STILUT = "STILUT"
    DUPFITS = "DUPFITS"
    HDREXIST = "HDREXIST"
    ETLKEY = "ETLKEY"
    HDRFUNKW = "HDRFUNKW"
    NOSCHED = "NOSCHED"
    NOREAD = "NOREAD"
    NOROOM = "NOROOM"
    SCHEDULE = "SCHEDULE"

    @property
    def meaning(self) -> str:
        """One line for people."""
        return _MEANINGS[self]


_MEANINGS = {
    IngestCode.NOTFITS: "not a FITS file, or one that cannot be unpacked",
    IngestCode.NOVERIFY: "damaged, or against the FITS standard",
    IngestCode.NORECIPE: "no recipe knows this telescope and instrument",
    IngestCode.MISSREQ: "required keywords are missing",
    IngestCode.BADDATE: "the time of the observation cannot be read",
    IngestCode.STILUT: "no file-name prefix for this telescope and instrument",
    IngestCode.DUPFITS: "the same bytes are here already, from another place",
    IngestCode.HDREXIST: "another file has this name already",
    IngestCode.ETLKEY: "a keyword's value cannot be read; it was left empty",
    IngestCode.HDRFUNKW: "a correction lacks a keyword it needs",
    IngestCode.NOSCHED: "the header's program had no time there that night; it stands",
    IngestCode.NOREAD: "the file cannot be read",
    IngestCode.NOROOM: "the file store has no room",
    IngestCode.SCHEDULE: "the program was taken from the telescope's schedule",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file; a warning lets the file in.

    Parameters
    ----------
    keyword
        The header keyword it is about, where it is about one.
    """

    code: IngestCode
    message: str
    keyword: str | None = None


@dataclass(frozen=True)
class Digests:
    """Size and digests of a file's bytes as submitted."""

    size: int
    md5: str
    sha256: str


@dataclass(frozen=True)
class HDUDraft:
    """One HDU as it will be catalogued.

    Parameters
    ----------
    shape
        FITS order, NAXIS1 first; of the image, where it is tile compressed.
    ra, dec
        Centre of the pixels by the HDU's own WCS, ICRS degrees.
    outline
        Corners on the sky, shape (n, 2), ICRS degrees; None without a usable WCS.
    header
        Keyword to value; COMMENT and HISTORY are lists of lines.
    """

    index: int
    extname: str | None
    kind: str
    shape: tuple[int, ...]
    bitpix: int | None
    ccdnum: int | None
    ra: float | None
    dec: float | None
    outline: npt.NDArray[np.float64] | None
    header: Mapping[str, object]


@dataclass(frozen=True)
class ProductDraft:
    """What the header of a file says, in the archive's terms; UTC, MJD for t_min and t_max, ICRS degrees."""

    archive_filename: str
    media_type: str
    telescope: str
    instrument: str
    site: str | None
    propid: str | None
    pi: str | None
    affiliation: str | None
    title: str | None
    obs_id: str
    caldat: date | None
    date_obs: datetime
    t_min: float
    t_max: float
    exptime: float | None
    obs_mode: str | None
    filter: str | None
    band: str | None
    em_min: float | None
    em_max: float | None
    obs_type: ObsType
    obs_type_raw: str | None
    proc_type: ProcType
    prod_type: ProdType
    dataproduct_type: DataproductType | None
    calib_level: int
    version: str | None
    target: str | None
    ra: float | None
    dec: float | None
    s_region: str | None
    s_fov: float | None
    s_resolution: float | None
    airmass: float | None
    seeing: float | None
    depth: float | None
    magzero: float | None
    parents: tuple[str, ...]
    hdus: tuple[HDUDraft, ...]


@dataclass(frozen=True)
class Submission:
    """One file on its way in: where it came from and what is known of it so far."""

    source_path: str
    original_filename: str
    submitted: datetime
    digests: Digests | None = None


@dataclass(frozen=True)
class IngestOutcome:
    """What became of one submitted file.

    Parameters
    ----------
    error_code
        Code of the first reason; also set when the file came in with a warning.
    reasons
        All that was found wrong, not the first only.
    public_id, archive_filename
        Of the product it became, or that was here already.
    """

    source_path: str
    outcome: Outcome
    error_code: IngestCode | None
    reasons: tuple[Problem, ...]
    public_id: str | None
    archive_filename: str | None
