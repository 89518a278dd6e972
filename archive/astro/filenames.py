# SPDX-License-Identifier: BSD-3-Clause
"""NOAO's file names: ``PPP_yymmdd_hhmmss_OTP[_filter][_version].fits[.fz]``, and the older record numbers."""

import re
from dataclasses import dataclass
from datetime import datetime

from archive.domain.holdings import ObsType, ProcType, ProdType

__all__ = ["ArchiveName", "compose", "extension_of", "parse_name"]

_PATTERN = re.compile(
    r"[a-z]\w{2,3}_\d{6}_\d{6}(?:\d{6})?_([opzfsdcighru])([rocpsku])([ijdewgu])(?:_([^_.]+))?(?:_([^.]+))?(?:\..*)?"
)
# Save-the-Bits numbered the files of a site; the archive serves these names still.
_RECORD = re.compile(r"(?:kp|ct|cp|tu|dec|wi|soar)\d{5,8}(?:\..*)?")
_VERSION = re.compile(r"(?:v|ls|d|a)\d+")
_OBS_LETTERS = {
    ObsType.OBJECT: "o",
    ObsType.STANDARD: "p",
    ObsType.ZERO: "z",
    ObsType.DARK: "d",
    ObsType.DOME_FLAT: "f",
    ObsType.SKY: "s",
    ObsType.CALIBRATION: "c",
    ObsType.ILLUMINATION: "i",
    ObsType.FOCUS: "g",
    ObsType.FRINGE: "h",
    ObsType.PUPIL: "r",
}
_PROC_LETTERS = {
    ProcType.RAW: "r",
    ProcType.INSTCAL: "o",
    ProcType.MASTERCAL: "c",
    ProcType.PROJECTED: "p",
    ProcType.RESAMPLED: "p",
    ProcType.STACKED: "s",
    ProcType.SKYSUB: "k",
}
_PROD_LETTERS = {
    ProdType.IMAGE: "i",
    ProdType.IMAGE1: "j",
    ProdType.DQMASK: "d",
    ProdType.WTMAP: "w",
    ProdType.EXPMAP: "e",
    ProdType.GRAPHICS: "g",
}


@dataclass(frozen=True)
class ArchiveName:
    """What a name of the archive's own kind tells; letters and version are empty where it has none."""

    obs_letter: str = ""
    proc_letter: str = ""
    prod_letter: str = ""
    version: str | None = None


def parse_name(filename: str) -> ArchiveName | None:
    """Read a name; None if it is none of NOAO's."""
    match = _PATTERN.fullmatch(filename)
    if match:
        version = next((part for part in match.groups()[3:] if part and _VERSION.match(part)), None)
        return ArchiveName(match[1], match[2], match[3], version)
    return ArchiveName() if _RECORD.fullmatch(filename) else None


def compose(
    prefix: str,
    start: datetime,
    kinds: tuple[ObsType, ProcType, ProdType],
    *,
    has_fraction: bool,
    suffix: str,
    extension: str,
) -> str:
    """Make the name of a file from what is known of it."""
    when = start.strftime("%y%m%d_%H%M%S%f" if has_fraction else "%y%m%d_%H%M%S")
    obs_type, proc_type, prod_type = kinds
    letters = _OBS_LETTERS.get(obs_type, "u") + _PROC_LETTERS.get(proc_type, "u") + _PROD_LETTERS.get(prod_type, "u")
    ending = f"_{re.sub(r'[^A-Za-z0-9]', '', suffix)}" if suffix else ""
    return f"{prefix}_{when}_{letters}{ending}{extension}"


def extension_of(*, is_gzipped: bool, is_compressed: bool) -> str:
    """Give the extension that tells what the bytes are, whatever the submitted name said."""
    if is_gzipped:
        return ".fits.gz"
    return ".fits.fz" if is_compressed else ".fits"
