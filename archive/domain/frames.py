# SPDX-License-Identifier: BSD-3-Clause
"""What the archive's positions and times are counted in; one rule for all its tables."""

from vo.tables import Frame, SkyFrame, TimeFrame

__all__ = ["frame_of"]

_ICRS = SkyFrame("ICRS")
# Ingest takes the times of the headers, which are those of the observatory's clock.
_MJD = TimeFrame("UTC", "TOPOCENTER", "MJD-origin")


def frame_of(ucd: str, unit: str) -> Frame | None:
    """Give the frame of a column of the archive's own, by what it is; None for what needs none."""
    if ucd.startswith(("pos.eq.", "pos.outline")):
        return _ICRS
    return _MJD if unit == "d" and ucd.startswith(("time.start", "time.end")) else None
