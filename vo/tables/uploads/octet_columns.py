# SPDX-License-Identifier: BSD-3-Clause
"""Big-endian octets made into columns, for VOTable's binary forms and FITS: the way back of `vo.tables.octets`."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.arrow import arrow_type
from vo.tables.field import Datatype, Field
from vo.tables.octets import NUMPY_TYPES, Octets, Offsets, as_binary
from vo.tables.uploads.text_values import as_text
from vo.tables.uploads.upload import UploadError

__all__ = ["Mask", "ascii_text", "between", "listed", "numbers", "utf16_text", "without"]

Mask = npt.NDArray[np.bool_]


def numbers(octets: Octets, field: Field, *, nan_is_null: bool) -> pa.Array:
    """Read primitives that stand one after the other.

    Parameters
    ----------
    nan_is_null
        Whether the form has no other way of saying NULL for a float.
    """
    if field.datatype is Datatype.BOOLEAN:
        true = np.isin(octets, np.frombuffer(b"Tt1", np.uint8))
        return pa.array(true, mask=~(true | np.isin(octets, np.frombuffer(b"Ff0", np.uint8))))
    kind = NUMPY_TYPES[field.datatype]
    values = np.ascontiguousarray(octets).view(kind).astype(kind.newbyteorder("="))
    if field.datatype.is_integer:
        return pa.array(values, mask=None if field.null is None else values == field.null)
    return pa.array(values, mask=np.isnan(values) if nan_is_null else None)


def between(octets: Octets, starts: Offsets, ends: Offsets) -> pa.Array:
    """Give the binary strings that stand at these ascending places."""
    offsets = np.empty(2 * len(starts), np.int32)
    offsets[0::2], offsets[1::2] = starts, ends
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(octets))]
    both = pa.Array.from_buffers(pa.binary(), max(len(offsets) - 1, 0), buffers)
    return both.take(pa.array(np.arange(len(starts)) * 2))


def ascii_text(strings: pa.Array, field: Field, *, empty_is_null: bool) -> pa.Array:
    """Read strings of single octets, in UTF-8 or, if they are none, in Latin-1; they end at the first NUL."""
    try:
        text = strings.cast(pa.string())
    except pa.ArrowInvalid:
        text = pa.array(
            [None if value is None else value.decode("latin-1") for value in strings.to_pylist()], pa.string()
        )
    return as_text(text, field, empty_is_null=empty_is_null)


def utf16_text(offsets: Offsets, octets: Octets, field: Field, *, empty_is_null: bool) -> pa.Array:
    """Read strings in UTF-16, big-endian.

    Raises
    ------
    UploadError
        If they are none.
    """
    units = np.ascontiguousarray(octets).view(">u2")
    try:
        whole = octets.tobytes().decode("utf-16-be").encode("utf-8")
    except UnicodeDecodeError as error:
        raise UploadError(f"Column {field.name!r} is no UTF-16.") from error
    # A pair of surrogates is four octets of UTF-8, which we count at the first.
    sizes = np.where(units < 0x80, 1, np.where(units < 0x800, 2, 3))
    sizes[(units & 0xFC00) == 0xD800] = 4
    sizes[(units & 0xFC00) == 0xDC00] = 0
    ends = np.concatenate([[0], np.cumsum(sizes)])[offsets // 2]
    try:
        text = as_binary(ends, np.frombuffer(whole, np.uint8)).cast(pa.string())
    except pa.ArrowInvalid as error:
        raise UploadError(f"Column {field.name!r} is no UTF-16.") from error
    return as_text(text, field, empty_is_null=empty_is_null)


def listed(values: pa.Array, offsets: Offsets, field: Field, mask: pa.Array | None = None) -> pa.Array:
    """Make lists of elements that stand one after the other."""
    lists = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values, mask=mask)
    return lists.cast(arrow_type(field))


def without(array: pa.Array, is_null: Mask | None) -> pa.Array:
    """Make further values NULL."""
    if is_null is None or not is_null.any():
        return array
    return pc.if_else(pa.array(is_null), pa.scalar(None, array.type), array)
