# SPDX-License-Identifier: BSD-3-Clause
"""Columns of a FITS table: what is learned of them while rows are spooled, and the cards that tell it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from astropy.io.fits import Header

from vo.tables.field import Datatype, Field
from vo.tables.octets import NUMPY_TYPES

__all__ = ["FITSColumn", "extension_header", "primary_header"]

_LETTERS = {
    Datatype.BOOLEAN: "L",
    Datatype.UNSIGNED_BYTE: "B",
    Datatype.SHORT: "I",
    Datatype.INT: "J",
    Datatype.LONG: "K",
    Datatype.FLOAT: "E",
    Datatype.DOUBLE: "D",
    Datatype.CHAR: "A",
    Datatype.UNICODE_CHAR: "A",
}
_MOST_COLUMNS = 999
# Strings are padded to the longest, unless that would make the table this much larger than they are.
_GREATEST_PADDING = 4
_SHORT_STRING = 64
_LARGEST_SMALL_HEAP = 2**31 - 1


class FITSColumn:
    """One column; complete once it has seen all values and was settled.

    Attributes
    ----------
    kind
        The numpy type of one element.
    count
        Elements in a row, where they are not in the heap.
    width
        Octets in a row.
    heap
        Octets in the heap.
    null
        The number that stands for NULL, chosen so that it is no value.
    """

    def __init__(self, field: Field) -> None:
        self.field = field
        self.kind = np.dtype("u1") if field.is_text else NUMPY_TYPES[field.datatype]
        self.count = 1
        self.width = 0
        self.heap = 0
        self.null = 0
        self.is_in_heap = False
        self.pointer: np.dtype[np.generic] = np.dtype(">i4")
        self._has_nulls = False
        self._extremes = (0, 0)
        self._longest = 0
        self._elements = 0

    def observe(self, array: pa.Array) -> None:
        """Take account of the values of one batch."""
        if self.field.is_text or self.field.is_array:
            lengths = pc.binary_length(array) if self.field.is_text else pc.list_value_length(array)
            self._longest = max(self._longest, pc.max(lengths).as_py() or 0)
            self._elements += pc.sum(lengths).as_py() or 0
        values = array.flatten() if self.field.is_array else array
        if self.field.datatype.is_integer and (values.null_count or (self.field.is_array and array.null_count)):
            self._has_nulls = True
        if self.field.datatype.is_integer and len(values) > values.null_count:
            least, greatest = (extreme.as_py() for extreme in pc.min_max(values).values())
            self._extremes = (min(self._extremes[0], least), max(self._extremes[1], greatest))

    def settle(self, rows: int) -> None:
        """Decide on the form of the column."""
        self.count = self.field.length or max(1, self._longest)
        if self.field.is_text:
            padding = rows * self.count
            self.is_in_heap = self.count > _SHORT_STRING and padding > _GREATEST_PADDING * self._elements
        else:
            self.is_in_heap = self.field.length is None
        if self.field.datatype.is_integer:
            self.null = self._free_number()
        if self.is_in_heap:
            self.heap = self._elements * self.kind.itemsize
            self.pointer = np.dtype(">i4") if self.heap <= _LARGEST_SMALL_HEAP else np.dtype(">i8")
        self.width = 2 * self.pointer.itemsize if self.is_in_heap else self.count * self.kind.itemsize

    def cards(self) -> dict[str, str | int]:
        """Give its cards by the names without its number."""
        letter = _LETTERS[self.field.datatype]
        form = f"{self.count}{letter}"
        if self.is_in_heap:
            form = f"1{'P' if self.pointer.itemsize == 4 else 'Q'}{letter}({self._longest})"
        cards: dict[str, str | int] = {"TTYPE": self.field.name, "TFORM": form, "TUNIT": self.field.unit}
        if self._has_nulls:
            cards["TNULL"] = self.null
        if self.field.is_array and "x" in self.field.arraysize and not self.is_in_heap:
            cards["TDIM"] = f"({self.field.arraysize.replace('x', ',')})"
        # As STIL writes what FITS itself has no words for.
        said = {"TUCD": self.field.ucd, "TUTYP": self.field.utype, "TXTYP": self.field.xtype}
        return {**cards, **said, "TCOMM": self.field.description}

    def _free_number(self) -> int:
        least, greatest = self._extremes
        wished = self.field.null_number
        bits = 8 * self.kind.itemsize - (self.kind.kind == "i")
        smallest, largest = (0 if self.kind.kind == "u" else -(2**bits)), 2**bits - 1
        if not least <= wished <= greatest:
            return wished
        return smallest if least > smallest else largest if greatest < largest else wished


def primary_header() -> bytes:
    """Write the header of the empty first HDU."""
    return _octets(Header([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)]))


def extension_header(columns: Sequence[FITSColumn], rows: int, heap: int, facts: Mapping[str, str]) -> bytes:
    """Write the header of the table.

    Raises
    ------
    ValueError
        If there are more columns than FITS can have.
    """
    if len(columns) > _MOST_COLUMNS:
        raise ValueError(f"a FITS table has at most {_MOST_COLUMNS} columns")
    header = Header(
        [
            ("XTENSION", "BINTABLE"),
            ("BITPIX", 8),
            ("NAXIS", 2),
            ("NAXIS1", sum(column.width for column in columns)),
            ("NAXIS2", rows),
            ("PCOUNT", heap),
            ("GCOUNT", 1),
            ("TFIELDS", len(columns)),
            ("EXTNAME", "RESULT"),
        ]
    )
    for number, column in enumerate(columns, 1):
        for name, value in column.cards().items():
            if value != "":
                header.append((f"{name}{number}", _ascii(value) if isinstance(value, str) else value))
    for name, value in facts.items():
        header.add_history(_ascii(f"{name}: {value}"))
    if facts.get("QUERY_STATUS") == "OVERFLOW":
        header.append(("OVERFLOW", True, "there are more rows"))
    return _octets(header)


def _ascii(text: str) -> str:
    return "".join(character if " " <= character <= "~" else "?" for character in text)


def _octets(header: Header) -> bytes:
    text: str = header.tostring(sep="", endcard=True, padding=True)
    return text.encode("ascii")
