# SPDX-License-Identifier: BSD-3-Clause
"""Rows of BINARY and BINARY2 (VOTable 1.4 §5.3, §5.4): cut by their own counts, read a column at a time."""

import binascii
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from vo.tables.field import Datatype, Field
from vo.tables.octets import Octets, Offsets, as_binary, text_buffers
from vo.tables.uploads.octet_columns import Mask, ascii_text, between, listed, numbers, utf16_text, without
from vo.tables.uploads.upload import UploadError

__all__ = ["BinaryRows", "Slot"]

# A row that claims more is a lie, or nothing that a database should have.
_LONGEST_ROW = 64 * 2**20
_BLANKS = b" \t\r\n"


@dataclass(frozen=True)
class Slot:
    """Where a field's value lies in a row.

    Parameters
    ----------
    size
        Octets of one element.
    count
        Elements; None where the row says it.
    parts
        Our primitives in one element: two in a complex number.
    is_bit
        Whether it is a single bit in an octet of its own.
    """

    field: Field
    size: int
    count: int | None
    parts: int = 1
    is_bit: bool = False


class BinaryRows:
    """Takes the text of a STREAM in pieces and gives batches of whole rows."""

    def __init__(self, slots: Sequence[Slot], *, has_flags: bool) -> None:
        self._slots = slots
        self._has_flags = has_flags
        self._flags = (len(slots) + 7) // 8 if has_flags else 0
        self._encoded = b""
        self._rest = b""
        # Octets before each count, and after the last of them.
        self._steps: list[tuple[int, int]] = []
        self._tail = self._flags
        for slot in slots:
            if slot.count is None:
                self._steps.append((self._tail, slot.size))
                self._tail = 0
            else:
                self._tail += slot.size * slot.count
        if sum(before for before, _ in self._steps) + self._tail > _LONGEST_ROW:
            raise UploadError(f"The rows of the VOTable have more than {_LONGEST_ROW} octets.")

    def take(self, text: bytes) -> Iterator[pa.RecordBatch]:
        """Read a further piece.

        Raises
        ------
        UploadError
            If it is no base64, or a row claims too much.
        """
        encoded = self._encoded + text.translate(None, _BLANKS)
        whole = len(encoded) - len(encoded) % 4
        self._encoded = encoded[whole:]
        try:
            data = self._rest + binascii.a2b_base64(encoded[:whole], strict_mode=True)
        except binascii.Error as error:
            raise UploadError("The STREAM of the VOTable is no base64.") from error
        starts, counts, end = self._places(data)
        self._rest = data[end:]
        if len(starts):
            yield self._batch(np.frombuffer(data, np.uint8), starts, counts)

    def end(self) -> None:
        """Say that the STREAM has ended.

        Raises
        ------
        UploadError
            If it ended within a row.
        """
        if self._encoded or self._rest:
            raise UploadError("The STREAM of the VOTable ends in the middle of a row.")

    def _places(self, data: bytes) -> tuple[Offsets, Offsets, int]:
        """Give where whole rows start, the counts of their varying values, and where the last ends."""
        if not self._steps:
            if not self._tail:
                raise UploadError("The rows of the VOTable have no octets.")
            rows = len(data) // self._tail
            return np.arange(rows) * self._tail, np.zeros((rows, 0), np.int64), rows * self._tail
        starts: list[int] = []
        counts: list[int] = []
        place = self._walk(data, starts, counts)
        return np.array(starts, np.int64), np.array(counts, np.int64).reshape(len(starts), len(self._steps)), place

    def _walk(self, data: bytes, starts: list[int], counts: list[int]) -> int:
        place, length, steps, tail = 0, len(data), self._steps, self._tail
        read = struct.Struct(">I").unpack_from
        while True:
            following = place
            for before, size in steps:
                following += before
                if following + 4 > length:
                    break
                (count,) = read(data, following)
                counts.append(count)
                following += 4 + count * size
            else:
                following += tail
                if following <= length:
                    starts.append(place)
                    place = following
                    continue
            if following - place > _LONGEST_ROW:
                raise UploadError(f"A row of the VOTable claims to have more than {_LONGEST_ROW} octets.")
            del counts[len(starts) * len(steps) :]
            return place

    def _batch(self, data: Octets, starts: Offsets, counts: Offsets) -> pa.RecordBatch:
        flags: list[Mask | None] = [None] * len(self._slots)
        if self._has_flags:
            bits = np.unpackbits(_at(data, starts, self._flags), axis=1).astype(bool)
            flags = [bits[:, number] for number in range(len(self._slots))]
        places, varying = starts + self._flags, 0
        columns = []
        for slot, is_null in zip(self._slots, flags, strict=True):
            if slot.count is None:
                number = counts[:, varying]
                varying += 1
                begin = places + 4
                places = begin + number * slot.size
                column = _varying(between(data, begin, places), number, slot, has_flags=self._has_flags)
            else:
                octets = _at(data, places, slot.size * slot.count)
                places = places + slot.size * slot.count
                column = _fixed(octets, slot, has_flags=self._has_flags)
            columns.append(without(column, is_null))
        return pa.RecordBatch.from_arrays(columns, names=[slot.field.name for slot in self._slots])


def _at(data: Octets, places: Offsets, width: int) -> Octets:
    """Give the octets of equal number that stand at these places, a row each."""
    if len(places) > 1 and (np.diff(places) == places[1] - places[0]).all():
        step = int(places[1] - places[0])
        rows = data[places[0] : places[0] + len(places) * step]
        if len(rows) == len(places) * step and width <= step:
            return rows.reshape(len(places), step)[:, :width]
    found: Octets = data[places[:, None] + np.arange(width)]
    return found


def _fixed(octets: Octets, slot: Slot, *, has_flags: bool) -> pa.Array:
    octets = np.ascontiguousarray(octets)
    steps = np.arange(len(octets) + 1, dtype=np.int64)
    if slot.field.is_text:
        return _text(as_binary(steps * octets.shape[1], octets.reshape(-1)), slot, has_flags=has_flags)
    if slot.is_bit:
        return pa.array(octets.reshape(-1) != 0)
    if not slot.field.is_array:
        return numbers(octets.reshape(-1), slot.field, nan_is_null=not has_flags)
    values = numbers(octets.reshape(-1), slot.field, nan_is_null=False)
    return listed(values, steps * (slot.count or 1) * slot.parts, slot.field)


def _varying(strings: pa.Array, counts: Offsets, slot: Slot, *, has_flags: bool) -> pa.Array:
    if slot.field.is_text:
        return _text(strings, slot, has_flags=has_flags)
    values = numbers(text_buffers(strings)[1], slot.field, nan_is_null=False)
    lists = listed(values, np.concatenate([[0], np.cumsum(counts * slot.parts)]), slot.field)
    # Without flags nothing else tells NULL.
    return lists if has_flags else without(lists, counts == 0)


def _text(strings: pa.Array, slot: Slot, *, has_flags: bool) -> pa.Array:
    if slot.field.datatype is Datatype.CHAR:
        return ascii_text(strings, slot.field, empty_is_null=not has_flags)
    offsets, octets = text_buffers(strings)
    return utf16_text(offsets, octets, slot.field, empty_is_null=not has_flags)
