# SPDX-License-Identifier: BSD-3-Clause
"""Parquet that somebody sent, with the units and UCDs of a VOTable in its footer, if there is one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vo.tables.arrow import conformed
from vo.tables.field import Datatype, Field
from vo.tables.parquet import CONTENT_KEY
from vo.tables.uploads.mapping import mapped
from vo.tables.uploads.text_values import as_text
from vo.tables.uploads.upload import UploadedTable, UploadError, UploadLimits, checked_fields
from vo.tables.uploads.votable_document import VOTableDocument

__all__ = ["read_parquet"]

_ROWS = 65536
# Octets of texts that are written out at a time.
_PIECE = 2**26
_LONGEST_FOOTER_TEXT, _MOST_FOOTER_ITEMS = 32 * 2**20, 10_000_000
_PRIMITIVES = {
    pa.bool_(): Datatype.BOOLEAN,
    pa.uint8(): Datatype.UNSIGNED_BYTE,
    pa.int8(): Datatype.SHORT,
    pa.int16(): Datatype.SHORT,
    pa.uint16(): Datatype.INT,
    pa.int32(): Datatype.INT,
    pa.uint32(): Datatype.LONG,
    pa.int64(): Datatype.LONG,
    pa.uint64(): Datatype.LONG,
    pa.float16(): Datatype.FLOAT,
    pa.float32(): Datatype.FLOAT,
    pa.float64(): Datatype.DOUBLE,
}


def read_parquet(file: BinaryIO, limits: UploadLimits) -> UploadedTable:
    """Read a table; where its types and those of the VOTable differ, Parquet's count (VOParquet 1.0).

    Raises
    ------
    UploadError
        If the footer cannot be read, or says that there is too much.
    """
    try:
        parquet = _opened(file)
    except (OSError, UnicodeError, pa.ArrowException) as error:
        raise UploadError("The file is no whole Parquet file.") from error
    metadata = parquet.metadata
    if metadata.num_rows > limits.rows:
        raise UploadError(f"The table has {metadata.num_rows} rows; at most {limits.rows} are allowed.")
    octets = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if octets > limits.octets:
        raise UploadError(
            f"The table has {octets} octets once it is decompressed; at most {limits.octets} are allowed."
        )
    said = _described((metadata.metadata or {}).get(CONTENT_KEY.encode()), limits)
    found = [_field(column, said.get(column.name)) for column in parquet.schema_arrow]
    fields = checked_fields(found, limits)
    return UploadedTable(fields, _batches(parquet, fields, limits))


def _opened(file: BinaryIO) -> pq.ParquetFile:
    """Open it so that texts of a dictionary stay in it: a small file may name a large text in each of its rows."""
    source = mapped(file)
    bounds = {
        "thrift_string_size_limit": _LONGEST_FOOTER_TEXT,
        "thrift_container_size_limit": _MOST_FOOTER_ITEMS,
    }
    parquet = pq.ParquetFile(source, **bounds)
    texts = [column.name for column in parquet.schema_arrow if _is_text(column.type)]
    return pq.ParquetFile(source, read_dictionary=texts, **bounds) if texts else parquet


def _described(content: bytes | None, limits: UploadLimits) -> dict[str, Field]:
    """Read the fields of the VOTable; one that cannot be read counts for nothing."""
    if content is None:
        return {}
    document = VOTableDocument(limits)
    try:
        document.feed(content, is_last=True)
    except UploadError:
        return {}
    return {slot.field.name: slot.field for slot in document.slots}


def _field(column: pa.Field, said: Field | None) -> Field:
    datatype, arraysize, xtype = _types(column.type, column.name)
    field = Field(column.name, datatype, arraysize, xtype=xtype)
    if said is None:
        return field
    described = replace(said, datatype=datatype, arraysize=arraysize, null=None)
    if field.is_array and said.is_array and said.length is None:
        described = replace(described, arraysize=said.arraysize)
    return replace(described, xtype=xtype) if xtype else described


def _types(kind: pa.DataType, name: str) -> tuple[Datatype, str, str]:
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if kind in _PRIMITIVES:
        return _PRIMITIVES[kind], "", ""
    if pa.types.is_decimal(kind):
        return Datatype.DOUBLE, "", ""
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return Datatype.CHAR, "*", "timestamp"
    if _is_text(kind) or pa.types.is_null(kind):
        return Datatype.UNICODE_CHAR, "*", ""
    if pa.types.is_fixed_size_list(kind) and kind.value_type in _PRIMITIVES and kind.list_size > 0:
        return _PRIMITIVES[kind.value_type], str(kind.list_size) if kind.list_size > 1 else "*", ""
    if (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and kind.value_type in _PRIMITIVES:
        return _PRIMITIVES[kind.value_type], "*", ""
    raise UploadError(f"Column {name[:40]!r}: values of type {str(kind)[:60]} cannot be uploaded.")


def _is_text(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_binary,
        pa.types.is_large_binary,
    )
    return any(test(kind) for test in tests)


def _in_pieces(batches: Iterator[pa.RecordBatch], limits: UploadLimits) -> Iterator[pa.RecordBatch]:
    """Cut batches so that their texts have room in memory once they are written out."""
    total = 0
    for batch in batches:
        sizes = np.zeros(batch.num_rows, np.int64)
        for column in batch.columns:
            if pa.types.is_dictionary(column.type):
                lengths = pc.binary_length(column.dictionary).take(column.indices)
                sizes += pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False)
        ends = np.cumsum(sizes)
        total += int(ends[-1]) if len(ends) else 0
        if total > limits.octets:
            raise UploadError(
                f"The table has more than {limits.octets} octets once it is decompressed; at most these are allowed."
            )
        start = 0
        while start < batch.num_rows:
            before = int(ends[start - 1]) if start else 0
            end = max(start + 1, int(np.searchsorted(ends, before + _PIECE, "right")))
            yield batch.slice(start, end - start)
            start = end


def _batches(parquet: pq.ParquetFile, fields: Sequence[Field], limits: UploadLimits) -> Iterator[pa.RecordBatch]:
    try:
        for batch in _in_pieces(parquet.iter_batches(batch_size=_ROWS), limits):
            columns = conformed(batch, fields).columns
            ready = [
                as_text(column, field, empty_is_null=False) if pa.types.is_string(column.type) else column
                for column, field in zip(columns, fields, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(ready, names=[field.name for field in fields])
    except OSError as error:
        raise UploadError("The Parquet file is damaged.") from error
