# SPDX-License-Identifier: BSD-3-Clause
"""Stars by their Hipparcos number, from the catalogue that a package carries."""

import math
from pathlib import Path

__all__ = ["Hipparcos"]

_EPOCH = 1991.25
_MAS = math.radians(1 / 3_600_000)


class Hipparcos:
    """The new reduction of the Hipparcos catalogue (ESA, I/311): lines of one length, by number.

    Parameters
    ----------
    path
        The catalogue's file; a star is found in it by halving, so that it is never read whole.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def position(self, number: int) -> tuple[float, float] | None:
        """Give a star's ICRS position at epoch 2000.0, in degrees; None when there is no such star."""
        if not self._path.is_file():
            return None
        with self._path.open("rb") as file:
            width = len(file.readline())
            low, high = 0, self._path.stat().st_size // width if width else 0
            while low < high:
                middle = (low + high) // 2
                file.seek(middle * width)
                line = file.read(width)
                found = int(line[:6])
                if found == number:
                    return _at_2000(line)
                low, high = (middle + 1, high) if found < number else (low, middle)
        return None


def _at_2000(line: bytes) -> tuple[float, float]:
    """Read a line (I/311, byte by byte) and move the star to epoch 2000.0."""
    ra, dec = float(line[15:28]), float(line[29:42])
    motion_ra, motion_dec = float(line[51:59]), float(line[60:68])
    years = 2000.0 - _EPOCH
    dec_then = dec + motion_dec * years * _MAS
    ra_then = ra + motion_ra * years * _MAS / math.cos(dec)
    return math.degrees(ra_then) % 360, math.degrees(dec_then)
