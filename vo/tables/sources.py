# SPDX-License-Identifier: BSD-3-Clause
"""Rows on their way in bulk: pieces of PostgreSQL's COPY, or Arrow batches; no more of them than allowed."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vo.tables.arrow import conformed
from vo.tables.doors import Door
from vo.tables.field import Field

__all__ = ["BatchSource", "CopySource"]

_T = TypeVar("_T")
Mask = npt.NDArray[np.bool_]
_QUOTE, _NEWLINE = b'"'[0], b"\n"[0]


class _Limited:
    """What both kinds share: the limit, and the account of it.

    Parameters
    ----------
    limit
        Rows at most; None for all. The source was asked for one more than that, so that an exact
        fit and a cut are told apart.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self.rows = 0
        self.is_truncated = False

    def _admit(self, count: int) -> int:
        """Say how many of `count` further rows may pass, and take account of them."""
        admitted = count if self._limit is None else min(count, self._limit - self.rows)
        self.rows += admitted
        self.is_truncated = admitted < count
        return admitted


class CopySource(_Limited):
    """Pieces of COPY's output, text or CSV, cut at the limit; each ends with a row.

    Parameters
    ----------
    pieces
        In UTF-8, of any length; best 64 to 256 kB.
    door
        The form it was asked in.
    """

    def __init__(self, pieces: Iterable[bytes], limit: int | None = None, door: Door = Door.TEXT) -> None:
        super().__init__(limit)
        self._pieces = pieces
        # In COPY's text form no newline stands within a row.
        self._has_quotes = door is not Door.TEXT
        self._is_inside = False

    def begin(self) -> None:
        """Read the first piece, so that what fails at once does so before an answer begins."""
        self._pieces = _begun(self._pieces)

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        pieces = iter(self._pieces)
        for piece in pieces:
            end, ends, count = self._row_ends(piece)
            if not count:
                rest += piece
                continue
            admitted = self._admit(count)
            if admitted == count:
                yield rest + piece[:end]
                rest = piece[end:]
                continue
            if admitted:
                ends = np.frombuffer(piece, np.uint8) == _NEWLINE if ends is None else ends
                yield rest + piece[: int(np.flatnonzero(ends)[admitted - 1]) + 1]
            _look_for_end(pieces)
            return

    def _row_ends(self, piece: bytes) -> tuple[int, Mask | None, int]:
        """Give the end of the last whole row, where rows end if that had to be found, and how many do."""
        if not self._has_quotes or (not self._is_inside and b'"' not in piece):
            return piece.rfind(b"\n") + 1, None, piece.count(b"\n")
        octets = np.frombuffer(piece, np.uint8)
        # After an odd number of quotes we are inside; a doubled quote counts as two.
        inside = (np.cumsum(octets == _QUOTE) + self._is_inside) % 2 == 1
        self._is_inside = bool(inside[-1]) if piece else self._is_inside
        ends = (octets == _NEWLINE) & ~inside
        count = int(np.count_nonzero(ends))
        return int(np.flatnonzero(ends)[-1]) + 1 if count else 0, ends, count


class BatchSource(_Limited):
    """Arrow batches, conformed to the fields and cut at the limit."""

    def __init__(self, batches: Iterable[pa.RecordBatch], fields: Iterable[Field], limit: int | None = None) -> None:
        super().__init__(limit)
        self._batches = batches
        self._fields = tuple(fields)

    def begin(self) -> None:
        """Read the first batch, so that what fails at once does so before an answer begins."""
        self._batches = _begun(self._batches)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        batches = iter(self._batches)
        for batch in batches:
            admitted = self._admit(batch.num_rows)
            if admitted:
                yield conformed(batch.slice(0, admitted), self._fields)
            if self.is_truncated:
                _look_for_end(batches)
                return


def _look_for_end(items: Iterator[object]) -> None:
    """Ask for what follows the last row that was wanted, and the one too many: nothing.

    A connection to a database whose query was read to its end can be used again; one that was left has to be made anew.
    """
    next(items, None)


def _begun(pieces: Iterable[_T]) -> Iterable[_T]:
    pieces = iter(pieces)
    return chain([first for first in [next(pieces, None)] if first is not None], pieces)
