# SPDX-License-Identifier: BSD-3-Clause
"""FITS binary tables that somebody sent, rows as they come, values of varying length out of the heap."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from vo.tables.octets import Octets, Offsets
from vo.tables.uploads.fits_cards import BLOCK, Cards, data_octets, read_cards, whole
from vo.tables.uploads.fits_slots import FITSSlot, read_slots
from vo.tables.uploads.upload import UploadedTable, UploadError, UploadLimits, checked_fields

__all__ = ["read_fits"]

_PIECE = 2 * 2**20
_MOST_HDUS = 1000
_LONGEST_ROW = 64 * 2**20
# Of the heap at a time; pointers to the same place could claim any amount.
_LARGEST_HEAP = 256 * 2**20


def read_fits(file: BinaryIO, limits: UploadLimits) -> UploadedTable:
    """Read the first binary table.

    Raises
    ------
    UploadError
        If there is none, or its header and its size do not agree.
    """
    cards, start = _table_header(file)
    size = file.seek(0, io.SEEK_END)
    rows, width = whole(cards, "NAXIS2"), whole(cards, "NAXIS1")
    if whole(cards, "NAXIS") != 2 or start + data_octets(cards) > size:
        raise UploadError("The FITS file is shorter than its headers say.")
    if rows > limits.rows:
        raise UploadError(f"The table has {rows} rows; at most {limits.rows} are allowed.")
    if width > _LONGEST_ROW:
        raise UploadError(f"The rows of the FITS table have more than {_LONGEST_ROW} octets.")
    slots = read_slots(cards, limits)
    fields = checked_fields([slot.field for slot in slots], limits)
    slots = [replace(slot, field=field) for slot, field in zip(slots, fields, strict=True)]
    heap = _Heap(file, start + whole(cards, "THEAP", rows * width), start + data_octets(cards))
    return UploadedTable(fields, _batches(file, slots, start, rows, width, heap))


def _table_header(file: BinaryIO) -> tuple[Cards, int]:
    for _ in range(_MOST_HDUS):
        cards = read_cards(file)
        if cards is None:
            break
        start = file.tell()
        if cards.get("XTENSION") == "BINTABLE":
            return cards, start
        octets = data_octets(cards)
        file.seek(start + octets + -octets % BLOCK)
    raise UploadError("The FITS file has no binary table.")


@dataclass(frozen=True)
class _Heap:
    file: BinaryIO
    start: int
    end: int

    def __call__(self, places: Offsets, lengths: Offsets) -> Octets:
        """Give the octets at these places, one after the other."""
        ends = places + lengths
        if len(places) and (places.min() < 0 or lengths.min() < 0 or ends.max() > self.end - self.start):
            raise UploadError("The FITS table points behind its heap.")
        total = int(lengths.sum())
        used = lengths > 0
        if not total:
            return np.zeros(0, np.uint8)
        first, last = int(places[used].min()), int(ends[used].max())
        if total > _LARGEST_HEAP or last - first > _LARGEST_HEAP:
            raise UploadError("The values of varying length in the FITS table are too large or too scattered.")
        self.file.seek(self.start + first)
        octets = np.frombuffer(self.file.read(last - first), np.uint8)
        # The place of each octet: that of its value, and how far it stands within.
        begins = np.cumsum(lengths) - lengths
        return octets[np.repeat(places - first - begins, lengths) + np.arange(total)]


def _batches(
    file: BinaryIO, slots: Sequence[FITSSlot], start: int, rows: int, width: int, heap: _Heap
) -> Iterator[pa.RecordBatch]:
    step = max(1, _PIECE // width)
    for first in range(0, rows, step):
        count = min(step, rows - first)
        file.seek(start + first * width)
        octets = np.frombuffer(file.read(count * width), np.uint8).reshape(count, width)
        columns = [slot.values(octets, heap) for slot in slots]
        yield pa.RecordBatch.from_arrays(columns, names=[slot.field.name for slot in slots])
