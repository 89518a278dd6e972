# SPDX-License-Identifier: BSD-3-Clause
"""Columns of a FITS table that somebody sent: what their cards say, and their values out of rows."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.field import Datatype, Field
from vo.tables.octets import Octets, Offsets, as_binary
from vo.tables.uploads.fits_cards import Cards, whole
from vo.tables.uploads.octet_columns import ascii_text, listed, numbers
from vo.tables.uploads.upload import UploadError, UploadLimits

__all__ = ["FITSSlot", "read_slots"]

_FORM = re.compile(r"(\d{0,9})([LXBIJKAEDCM]|([PQ])(L|X|B|I|J|K|A|E|D|C|M)(?:\(\d*\))?)\s*")
_DIMENSIONS = re.compile(r"\(\d{1,9}(?:,\d{1,9})+\)")
# The datatype of a letter, and how many of its numbers make one element.
_LETTERS = {
    "L": (Datatype.BOOLEAN, 1),
    "B": (Datatype.UNSIGNED_BYTE, 1),
    "I": (Datatype.SHORT, 1),
    "J": (Datatype.INT, 1),
    "K": (Datatype.LONG, 1),
    "A": (Datatype.CHAR, 1),
    "E": (Datatype.FLOAT, 1),
    "D": (Datatype.DOUBLE, 1),
    "C": (Datatype.FLOAT, 2),
    "M": (Datatype.DOUBLE, 2),
}
_SIZES = {"L": 1, "X": 1, "B": 1, "I": 2, "J": 4, "K": 8, "A": 1, "E": 4, "D": 8, "C": 8, "M": 16}
# Whole numbers of the other sign are written with an offset (FITS 4.0 §7.3.2, table 19).
_SHIFTED: dict[tuple[str, float], Datatype] = {
    ("B", -128): Datatype.SHORT,
    ("I", 2**15): Datatype.INT,
    ("J", 2**31): Datatype.LONG,
}

Heap = Callable[[Offsets, Offsets], Octets]


@dataclass(frozen=True)
class FITSSlot:
    """One column.

    Parameters
    ----------
    field
        What becomes of it.
    raw
        What stands in the file: before scaling, with the number for NULL.
    letter
        Of one element.
    repeat
        Elements in a row; in the heap, if `pointer` is one of its two letters.
    start, width
        Octets in a row.
    """

    field: Field
    raw: Field
    letter: str
    repeat: int
    pointer: str
    start: int
    width: int
    scale: float
    zero: float

    def values(self, rows: Octets, heap: Heap) -> pa.Array:
        """Read the column out of rows of octets."""
        octets = np.ascontiguousarray(rows[:, self.start : self.start + self.width])
        steps = np.arange(len(octets) + 1, dtype=np.int64)
        if self.pointer:
            pairs = octets.view(">i4" if self.pointer == "P" else ">i8").astype(np.int64)
            counts, places = pairs[:, 0], pairs[:, 1]
            data = heap(places, counts * _SIZES[self.letter])
            return self._elements(data, np.concatenate([[0], np.cumsum(counts)]))
        if self.letter == "X":
            bits = np.unpackbits(octets, axis=1)[:, : self.repeat].reshape(-1) != 0
            return listed(pa.array(bits), steps * self.repeat, self.field) if self.field.is_array else pa.array(bits)
        return self._elements(octets.reshape(-1), steps * self.repeat)

    def _elements(self, octets: Octets, offsets: Offsets) -> pa.Array:
        if self.field.is_text:
            text = ascii_text(as_binary(offsets, octets), self.field, empty_is_null=True)
            return text if self.field.is_timestamp else _trimmed(text)
        values = numbers(octets, self.raw, nan_is_null=not self.field.is_array)
        if self.scale != 1 or self.zero:
            values = self._scaled(values)
        parts = _LETTERS[self.letter][1]
        return listed(values, offsets * parts, self.field) if self.field.is_array else values

    def _scaled(self, values: pa.Array) -> pa.Array:
        if self.field.datatype.is_integer:
            return pc.add(values.cast(pa.int64()), int(self.zero))
        return pc.add(pc.multiply(values.cast(pa.float64()), self.scale), self.zero)


def read_slots(cards: Cards, limits: UploadLimits) -> list[FITSSlot]:
    """Read the columns; those of no width are left out.

    Raises
    ------
    UploadError
        If one is none, or they do not fill the rows as the header says.
    """
    count = whole(cards, "TFIELDS")
    if count > limits.columns:
        raise UploadError(f"The table has {count} columns; at most {limits.columns} are allowed.")
    slots, start = [], 0
    for number in range(1, count + 1):
        slot = _slot(cards, number, start)
        start += slot.width
        if slot.width:
            slots.append(slot)
    if start != whole(cards, "NAXIS1"):
        raise UploadError(f"The columns of the FITS table have {start} octets a row, not {cards.get('NAXIS1')}.")
    return slots


def _slot(cards: Cards, number: int, start: int) -> FITSSlot:
    name = str(cards.get(f"TTYPE{number}", ""))
    form = _FORM.fullmatch(str(cards.get(f"TFORM{number}", "")))
    if form is None:
        raise UploadError(f"Column {name[:40]!r}: TFORM{number} is none that can be uploaded.")
    repeat = int(form[1]) if form[1] else 1
    pointer, letter = form[3] or "", form[4] or form[2]
    if pointer and (repeat > 1 or letter == "X"):
        raise UploadError(f"Column {name[:40]!r}: TFORM{number} is none that can be uploaded.")
    size = {"P": 8, "Q": 16}[pointer] if pointer else _SIZES[letter]
    width = (repeat + 7) // 8 if letter == "X" else repeat * size
    scale, zero = _real(cards, f"TSCAL{number}", 1), _real(cards, f"TZERO{number}", 0)
    raw_type, parts = _LETTERS.get(letter, (Datatype.BOOLEAN, 1))
    datatype = raw_type
    if raw_type.is_text or letter in "LX":
        scale, zero = 1, 0
    elif scale != 1 or zero:
        datatype = _SHIFTED.get((letter, zero), Datatype.DOUBLE) if scale == 1 else Datatype.DOUBLE
    null = cards.get(f"TNULL{number}")
    field = Field(
        name=name,
        datatype=datatype,
        arraysize=_arraysize(cards.get(f"TDIM{number}"), raw_type, repeat * parts, is_heap=bool(pointer)),
        unit=str(cards.get(f"TUNIT{number}", "")),
        ucd=str(cards.get(f"TUCD{number}", "")),
        utype=str(cards.get(f"TUTYP{number}", "")),
        description=str(cards.get(f"TCOMM{number}", "")),
        xtype=str(cards.get(f"TXTYP{number}", "")),
    )
    raw = Field(name, raw_type, null=null if isinstance(null, int) and raw_type.is_integer else None)
    return FITSSlot(field, raw, letter, repeat, pointer, start, width, scale, zero)


def _arraysize(dimensions: object, datatype: Datatype, length: int, *, is_heap: bool) -> str:
    if datatype.is_text or is_heap:
        return "*"
    if isinstance(dimensions, str) and _DIMENSIONS.fullmatch(dimensions):
        sizes = [int(size) for size in dimensions[1:-1].split(",")]
        if int(np.prod(sizes, dtype=object)) == length and all(sizes):
            return "x".join(map(str, sizes))
    return "" if length == 1 else str(max(length, 1))


def _real(cards: Cards, name: str, default: float) -> float:
    value = cards.get(name, default)
    if isinstance(value, bool | str):
        raise UploadError(f"{name} of the FITS file is no number.")
    return value


def _trimmed(text: pa.Array) -> pa.Array:
    """Leave the blanks at the end out, which FITS does not count (FITS 4.0 §7.3.3.1)."""
    trimmed = pc.utf8_rtrim(text, " ")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
