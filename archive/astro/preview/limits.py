# SPDX-License-Identifier: BSD-3-Clause
"""What a preview may cost, whatever the file claims to be."""

import time
from dataclasses import dataclass, field

__all__ = ["Budget", "Limits", "TooLargeError"]


class TooLargeError(Exception):
    """The file asks for more than a preview may cost."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one preview.

    Parameters
    ----------
    hdus
        HDUs looked at.
    unpacked_bytes
        Size to which a ``.gz`` may unpack.
    pixels
        Pixels of all images of the file together, by their headers.
    tile_pixels
        Pixels of one compression tile, which is unpacked whole.
    table_bytes
        Size of a table that is read.
    seconds
        Time for reading and painting.
    """

    hdus: int = 512
    unpacked_bytes: int = 4 << 30
    pixels: int = 4_000_000_000
    tile_pixels: int = 64 << 20
    table_bytes: int = 256 << 20
    seconds: float = 120.0


@dataclass
class Budget:
    """What one preview has used of its limits."""

    limits: Limits
    _pixels: int = 0
    _start: float = field(default_factory=time.monotonic)

    def take_pixels(self, number: int) -> None:
        """Count pixels that are about to be read.

        Raises
        ------
        TooLargeError
            The file has more than its preview may read.
        """
        self._pixels += number
        if self._pixels > self.limits.pixels:
            raise TooLargeError(f"its images have more than {self.limits.pixels:,} pixels")

    def check_time(self) -> None:
        """Stop a preview that takes too long.

        Raises
        ------
        TooLargeError
            The time is up.
        """
        if time.monotonic() - self._start > self.limits.seconds:
            raise TooLargeError(f"it took longer than {self.limits.seconds:.0f} s to read")
