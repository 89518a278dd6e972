# SPDX-License-Identifier: BSD-3-Clause
"""Columns as big-endian octets, the common ground of VOTable's binary forms and FITS."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.field import Datatype

__all__ = [
    "NUMPY_TYPES",
    "Fixed",
    "Octets",
    "Offsets",
    "Part",
    "as_binary",
    "elements",
    "joined_rows",
    "padded",
    "side_by_side",
    "text_buffers",
    "utf16",
]

Octets = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
# The type of a column that has the same width in each row, and its values.
Fixed = tuple[np.dtype[np.generic], npt.NDArray[np.generic]]
# The same, or a column of binary strings.
Part: TypeAlias = Fixed | Any

NUMPY_TYPES: dict[Datatype, np.dtype[np.generic]] = {
    Datatype.BOOLEAN: np.dtype("S1"),
    Datatype.UNSIGNED_BYTE: np.dtype("u1"),
    Datatype.SHORT: np.dtype(">i2"),
    Datatype.INT: np.dtype(">i4"),
    Datatype.LONG: np.dtype(">i8"),
    Datatype.FLOAT: np.dtype(">f4"),
    Datatype.DOUBLE: np.dtype(">f8"),
    Datatype.CHAR: np.dtype("S1"),
    Datatype.UNICODE_CHAR: np.dtype("S2"),
}


def elements(values: pa.Array, null: int, truths: bytes) -> npt.NDArray[np.generic]:
    """Give numbers or truth values as numpy has them, with `null` or NaN for NULL.

    Parameters
    ----------
    truths
        The characters of false, true and NULL.
    """
    if pa.types.is_boolean(values.type):
        codes = pc.fill_null(values.cast(pa.int8()), 2).to_numpy(zero_copy_only=False)
        characters: npt.NDArray[np.generic] = np.frombuffer(truths, "S1")[codes]
        return characters
    if values.null_count:
        values = pc.fill_null(values, pa.scalar(np.nan if pa.types.is_floating(values.type) else null, values.type))
    native: npt.NDArray[np.generic] = values.to_numpy(zero_copy_only=False)
    return native


def text_buffers(text: pa.Array) -> tuple[Offsets, Octets]:
    """Give the offsets and the octets of a column of text or binary strings without NULLs."""
    _, offsets, data = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1].astype(np.int64)
    if not len(text):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    octets = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return ends - ends[0], octets[ends[0] : ends[-1]]


def utf16(text: pa.Array) -> tuple[Offsets, Octets]:
    """Give the offsets and octets of a column of text without NULLs in UTF-16, big-endian."""
    offsets, octets = text_buffers(text)
    if not len(octets) or octets.max() < 0x80:
        wide = np.zeros(2 * len(octets), np.uint8)
        wide[1::2] = octets
        return 2 * offsets, wide
    # An octet that opens a character is one unit, or two where it opens one of four octets.
    units = ((octets & 0xC0) != 0x80).astype(np.int64) + (octets >= 0xF0)
    ends = np.concatenate([[0], np.cumsum(units)])[offsets]
    return 2 * ends, np.frombuffer(octets.tobytes().decode("utf-8").encode("utf-16-be"), np.uint8)


def as_binary(offsets: npt.NDArray[np.integer], octets: npt.NDArray[np.generic]) -> pa.Array:
    """Make a column of binary strings."""
    ends = pa.py_buffer(np.ascontiguousarray(offsets, np.int32))
    return pa.Array.from_buffers(
        pa.binary(), len(offsets) - 1, [None, ends, pa.py_buffer(np.ascontiguousarray(octets))]
    )


def padded(
    offsets: Offsets, values: npt.NDArray[np.generic], width: int, filling: object = 0
) -> npt.NDArray[np.generic]:
    """Give rows of equal width of values of various number: what is missing is filled, what is over is cut."""
    lengths = np.diff(offsets)
    if len(values) == len(lengths) * width and (lengths == width).all():
        return values.reshape(-1, width)
    if len(lengths) and lengths.max() > width:
        place = np.arange(len(values)) - np.repeat(offsets[:-1], lengths)
        values, lengths = values[place < width], np.minimum(lengths, width)
    rows = np.full((len(lengths), width), filling, values.dtype)
    rows[np.arange(width) < lengths[:, None]] = values
    return rows


def side_by_side(columns: list[Fixed]) -> Octets:
    """Lay columns of fixed width side by side: rows of octets."""
    kinds = [(f"c{number}", kind, values.shape[1:]) for number, (kind, values) in enumerate(columns)]
    rows = np.empty(len(columns[0][1]), kinds)
    for number, (_, values) in enumerate(columns):
        rows[f"c{number}"] = values
    return rows.view(np.uint8).reshape(len(rows), rows.dtype.itemsize)


def joined_rows(parts: Sequence[Part]) -> Octets:
    """Join columns row by row, and all rows to one run of octets."""
    packed: list[Octets | pa.Array] = []
    fixed: list[Fixed] = []
    for part in parts:
        if isinstance(part, tuple):
            fixed.append(part)
            continue
        packed += [side_by_side(fixed)] if fixed else []
        packed.append(part)
        fixed = []
    packed += [side_by_side(fixed)] if fixed else []
    if len(packed) == 1 and isinstance(packed[0], np.ndarray):
        return packed[0].reshape(-1)
    columns = [as_binary(_steps(part), part) if isinstance(part, np.ndarray) else part for part in packed]
    _, octets = text_buffers(pc.binary_join_element_wise(*columns, b""))
    return octets


def _steps(rows: Octets) -> Offsets:
    steps: Offsets = np.arange(len(rows) + 1, dtype=np.int64) * rows.shape[1]
    return steps
