# SPDX-License-Identifier: BSD-3-Clause
"""BINARY and BINARY2: rows as big-endian octets in base64 (VOTable 1.4 §5.3, §5.4), a batch at a time."""

import binascii
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.arrow import flattened
from vo.tables.cells import Words, cells
from vo.tables.field import Datatype, Field
from vo.tables.octets import (
    NUMPY_TYPES,
    Fixed,
    Octets,
    Part,
    as_binary,
    elements,
    joined_rows,
    padded,
    text_buffers,
    utf16,
)
from vo.tables.sources import BatchSource

__all__ = ["closing", "null_numbers", "opening", "rows_in_base64"]

_COUNT = np.dtype(">u4")
_WORDS = Words()
_TRUTHS = b"FT?"


def opening(serialization: str) -> str:
    """Write what comes before the rows; `serialization` is ``BINARY`` or ``BINARY2``."""
    return f'<DATA>\n<{serialization}>\n<STREAM encoding="base64">\n'


def closing(serialization: str) -> str:
    """Write what comes after the rows."""
    return f"\n</STREAM>\n</{serialization}>\n</DATA>\n"


def null_numbers(fields: Sequence[Field]) -> dict[str, int]:
    """Give the numbers that stand for NULL in BINARY, by the name of the field."""
    return {field.name: field.null_number for field in fields if field.datatype.is_integer}


def rows_in_base64(source: BatchSource, fields: Sequence[Field], *, has_flags: bool) -> Iterator[bytes]:
    """Write the rows, with flags that tell NULLs (BINARY2) or without (BINARY)."""
    rest = np.zeros(0, np.uint8)
    try:
        for batch in source:
            octets = _rows(batch, fields, has_flags=has_flags)
            if len(rest):
                octets = np.concatenate([rest, octets])
            whole = len(octets) - len(octets) % 3
            # No more than one newline a batch, since readers decode long lines faster.
            yield binascii.b2a_base64(octets[:whole].data)
            rest = octets[whole:]
    except Exception:
        # What is there can be read up to the last whole row.
        yield binascii.b2a_base64(rest.data, newline=False)
        raise
    yield binascii.b2a_base64(rest.data, newline=False)


def _rows(batch: pa.RecordBatch, fields: Sequence[Field], *, has_flags: bool) -> Octets:
    parts: list[Part] = [_flags(batch)] if has_flags else []
    for array, field in zip(batch.columns, fields, strict=True):
        parts += _parts(array, field)
    return joined_rows(parts)


def _flags(batch: pa.RecordBatch) -> Fixed:
    """Give a bit a column, set where it is NULL; the first column has the highest bit."""
    width = (batch.num_columns + 7) // 8
    if not any(column.null_count for column in batch.columns):
        return np.dtype("u1"), np.zeros((batch.num_rows, width), np.uint8)
    nulls = [column.is_null().to_numpy(zero_copy_only=False) for column in batch.columns]
    return np.dtype("u1"), np.packbits(np.stack(nulls, axis=1), axis=1)


def _parts(array: pa.Array, field: Field) -> list[Part]:
    if field.is_text:
        return _text_parts(pc.fill_null(cells(array, field, _WORDS), ""), field)
    kind = NUMPY_TYPES[field.datatype]
    if not field.is_array:
        return [(kind, elements(array, field.null_number, _TRUTHS))]
    offsets, values = flattened(array)
    natives = elements(values, field.null_number, _TRUTHS)
    if field.length is None:
        octets = natives.astype(kind).view(np.uint8)
        return [(_COUNT, np.diff(offsets)), as_binary(offsets * kind.itemsize, octets)]
    filling = np.nan if field.datatype.is_float else b"?" if field.datatype is Datatype.BOOLEAN else field.null_number
    return [(kind, padded(offsets, natives, field.length, filling))]


def _text_parts(text: pa.Array, field: Field) -> list[Part]:
    is_wide = field.datatype is Datatype.UNICODE_CHAR
    offsets, octets = utf16(text) if is_wide else text_buffers(text)
    size = 2 if is_wide else 1
    if field.length is None:
        return [(_COUNT, np.diff(offsets) // size), as_binary(offsets, octets)]
    return [(np.dtype("u1"), padded(offsets, octets, field.length * size))]
