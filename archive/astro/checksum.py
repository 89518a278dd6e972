# SPDX-License-Identifier: BSD-3-Clause
"""The ones' complement sum of FITS checksums (FITS Standard 4.0 Appendix J)."""

import numpy as np

__all__ = ["WordSum"]

_ALL_ONES = 0xFFFFFFFF


class WordSum:
    """Sums bytes as big-endian 32-bit words; the pieces fed must be whole words, the last one aside."""

    def __init__(self) -> None:
        self._sum = 0

    def feed(self, piece: bytes | memoryview) -> None:
        """Add bytes."""
        odd = len(piece) % 4
        if odd:
            piece = bytes(piece) + b"\0" * (4 - odd)
        words = np.frombuffer(piece, dtype=np.uint32)
        self._sum += int(words.byteswap().sum(dtype=np.uint64))

    @property
    def value(self) -> int:
        """The sum so far, carries added back in."""
        folded = self._sum
        while folded > _ALL_ONES:
            folded = (folded & _ALL_ONES) + (folded >> 32)
        return folded

    def is_equal(self, stated: int) -> bool:
        """Whether a stated DATASUM is this sum; all zeros and all ones are the same number here."""
        return self.value % _ALL_ONES == stated % _ALL_ONES

    def is_complement_of(self, other: "WordSum") -> bool:
        """Whether the two sums together are all ones, as header and data of a sound HDU are."""
        return (self.value + other.value) % _ALL_ONES == 0
