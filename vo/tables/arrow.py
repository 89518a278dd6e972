# SPDX-License-Identifier: BSD-3-Clause
"""Arrow's types of our fields, and batches brought to them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.field import Datatype, Field

__all__ = ["arrow_type", "batches_of", "conformed", "flattened"]

_PRIMITIVES = {
    Datatype.BOOLEAN: pa.bool_(),
    Datatype.UNSIGNED_BYTE: pa.uint8(),
    Datatype.SHORT: pa.int16(),
    Datatype.INT: pa.int32(),
    Datatype.LONG: pa.int64(),
    Datatype.FLOAT: pa.float32(),
    Datatype.DOUBLE: pa.float64(),
    Datatype.CHAR: pa.string(),
    Datatype.UNICODE_CHAR: pa.string(),
}
_TIME = pa.timestamp("us")


def arrow_type(field: Field) -> pa.DataType:
    """Give the type in which the values of a field travel; times may also be Arrow's own."""
    primitive = _PRIMITIVES[field.datatype]
    return pa.list_(primitive) if field.is_array else primitive


def conformed(batch: pa.RecordBatch, fields: Sequence[Field]) -> pa.RecordBatch:
    """Bring a batch to the types and names of its fields.

    Times keep Arrow's own type, as microseconds in UTC without a zone.
    """
    columns = [_conformed(column, field) for column, field in zip(batch.columns, fields, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=[field.name for field in fields])


def batches_of(batches: Iterable[Sequence[Sequence[object]]], fields: Sequence[Field]) -> Iterator[pa.RecordBatch]:
    """Make batches of rows of Python objects; an aware time is told in UTC."""
    names = [field.name for field in fields]
    for rows in batches:
        columns = zip(*rows, strict=True) if rows else ([] for _ in fields)
        arrays = [_column(values, field) for values, field in zip(columns, fields, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=names)


def flattened(lists: pa.Array) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], pa.Array]:
    """Give the offsets and the elements of a column of lists; NULL is a list of none."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), lists.flatten()


def _conformed(array: pa.Array, field: Field) -> pa.Array:
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if isinstance(array.type, pa.DictionaryType):
        array = array.dictionary_decode()
    wanted = arrow_type(field)
    if array.type == wanted:
        return array
    if field.is_text:
        return _text(array)
    if field.is_array:
        return _lists(array, wanted)
    return array.cast(wanted)


def _text(array: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("us", array.type.tz)).cast(_TIME)
    if pa.types.is_date(array.type):
        return array.cast(pa.date32())
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return pc.binary_join(array.cast(pa.list_(pa.string())), " ")
    return array.cast(pa.string())


def _lists(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Bring lists, lists of lists and strings of bytes to lists of the wanted primitive."""
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), wanted)
    if pa.types.is_binary(array.type):
        lengths = pc.fill_null(pc.binary_length(array), 0).to_numpy(zero_copy_only=False)
        _, offsets, octets = array.buffers()
        first = np.frombuffer(offsets, np.int32)[array.offset] if offsets else 0
        values = pa.array(np.frombuffer(octets or b"", np.uint8)[first : first + int(lengths.sum())])
    else:
        lengths, values = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False), array.flatten()
        while pa.types.is_nested(values.type):
            inner, values = flattened(values)
            outer = np.concatenate([[0], np.cumsum(lengths)])
            lengths = np.diff(inner[outer])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    mask = array.is_null() if array.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets), values.cast(wanted.value_type), mask=mask)


def _column(values: Iterable[object], field: Field) -> pa.Array:
    if field.is_text:
        values = [None if value is None else _as_text(value) for value in values]
    return pa.array(values, arrow_type(field))


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
