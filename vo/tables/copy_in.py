# SPDX-License-Identifier: BSD-3-Clause
"""PostgreSQL's binary COPY made of Arrow batches: the way of an upload into its table, a column at a time."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.arrow import conformed, flattened
from vo.tables.field import Datatype, Field
from vo.tables.octets import Octets, Offsets, Part, as_binary, joined_rows

__all__ = ["binary_copy"]

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_LENGTH = np.dtype(">i4")
_KINDS = {
    Datatype.BOOLEAN: (np.dtype("?"), 16),
    Datatype.UNSIGNED_BYTE: (np.dtype(">i2"), 21),
    Datatype.SHORT: (np.dtype(">i2"), 21),
    Datatype.INT: (np.dtype(">i4"), 23),
    Datatype.LONG: (np.dtype(">i8"), 20),
    Datatype.FLOAT: (np.dtype(">f4"), 700),
    Datatype.DOUBLE: (np.dtype(">f8"), 701),
}
_ARRAY_HEAD = ("length", "dimensions", "nulls", "type", "count", "first")
# PostgreSQL counts microseconds from 2000-01-01.
_EPOCH = 946_684_800_000_000


def binary_copy(batches: Iterable[pa.RecordBatch], fields: Sequence[Field]) -> Iterator[bytes]:
    """Write what ``COPY … FROM STDIN (FORMAT binary)`` takes into columns of the types of `sql_type`, in order.

    Times must be Arrow's timestamps, as `read_table` gives them.
    """
    yield _HEADER
    for batch in batches:
        yield _rows(conformed(batch, fields), fields).tobytes()
    yield _TRAILER


def _rows(batch: pa.RecordBatch, fields: Sequence[Field]) -> Octets:
    count = np.full(batch.num_rows, len(fields))
    parts: list[Part] = [(np.dtype(">i2"), count)]
    for array, field in zip(batch.columns, fields, strict=True):
        parts += _parts(array, field)
    return joined_rows(parts)


def _parts(array: pa.Array, field: Field) -> list[Part]:
    if field.is_array:
        return _array_parts(array, field)
    nulls = array.is_null().to_numpy(zero_copy_only=False)
    if field.is_timestamp:
        times = array.cast(pa.timestamp("us")).cast(pa.int64())
        return _scalar_parts(pc.fill_null(times, _EPOCH).to_numpy() - _EPOCH, np.dtype(">i8"), nulls)
    if field.is_text:
        present = pc.fill_null(array, "")
        lengths = np.where(nulls, -1, pc.binary_length(present).to_numpy(zero_copy_only=False))
        return [(_LENGTH, lengths), present.cast(pa.binary())]
    kind, _ = _KINDS[field.datatype]
    values = pc.fill_null(array, pa.scalar(0).cast(array.type)).to_numpy(zero_copy_only=False)
    return _scalar_parts(values, kind, nulls)


def _scalar_parts(
    values: npt.NDArray[np.generic], kind: np.dtype[np.generic], nulls: npt.NDArray[np.bool_]
) -> list[Part]:
    if not nulls.any():
        return [(_LENGTH, np.full(len(values), kind.itemsize)), (kind, values)]
    octets, ends = _items(values, kind, nulls)
    return [as_binary(ends, octets)]


def _items(
    values: npt.NDArray[np.generic], kind: np.dtype[np.generic], nulls: npt.NDArray[np.bool_]
) -> tuple[Octets, Offsets]:
    """Write each value behind its length, NULL as the length -1 alone; give where each ends as well."""
    rows = np.empty(len(values), [("length", _LENGTH), ("value", kind)])
    rows["length"], rows["value"] = np.where(nulls, -1, kind.itemsize), values
    octets = rows.view(np.uint8).reshape(len(values), rows.dtype.itemsize)
    width = octets.shape[1]
    sizes = np.where(nulls, _LENGTH.itemsize, width)
    kept = octets[np.arange(width) < sizes[:, None]] if nulls.any() else octets.reshape(-1)
    return kept, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _array_parts(array: pa.Array, field: Field) -> list[Part]:
    """Write one-dimensional arrays: dimensions, whether there are NULLs, type, size, first index, elements."""
    kind, oid = _KINDS[field.datatype]
    offsets, values = flattened(array)
    nulls = values.is_null().to_numpy(zero_copy_only=False)
    natives = pc.fill_null(values, pa.scalar(0).cast(values.type)).to_numpy(zero_copy_only=False)
    octets, ends = _items(natives, kind, nulls)
    places = ends[offsets]
    head = np.empty(
        len(array), [(name, _LENGTH) for name in ("length", "dimensions", "nulls", "type", "count", "first")]
    )
    head["length"], head["dimensions"], head["nulls"] = 20 + np.diff(places), 1, int(nulls.any())
    head["type"], head["count"], head["first"] = oid, np.diff(offsets), 1
    heads = head.view(np.uint8).reshape(len(array), head.dtype.itemsize)
    if not array.null_count:
        return [(np.dtype("u1"), heads), as_binary(places, octets)]
    absent = array.is_null().to_numpy(zero_copy_only=False)
    head["length"][absent] = -1
    sizes = np.where(absent, _LENGTH.itemsize, heads.shape[1])
    kept = heads[np.arange(heads.shape[1]) < sizes[:, None]]
    begins = as_binary(np.concatenate([[0], np.cumsum(sizes)]), kept)
    return [begins, as_binary(places, octets)]
