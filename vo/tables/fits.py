# SPDX-License-Identifier: BSD-3-Clause
"""FITS: one binary table (FITS 4.0 §7.3), spooled, because the number of rows and the widths stand before the rows."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.arrow import flattened
from vo.tables.cells import Words, cells
from vo.tables.field import Field
from vo.tables.fits_columns import FITSColumn, extension_header, primary_header
from vo.tables.octets import Fixed, elements, padded, side_by_side, text_buffers
from vo.tables.sources import BatchSource

__all__ = ["write_fits"]

_BLOCK = 2880
_WORDS = Words()
# A logical column's NULL is a zero octet (FITS 4.0 §7.3.3.1).
_TRUTHS = b"FT\0"


def write_fits(
    source: BatchSource,
    fields: Sequence[Field],
    infos: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Iterator[bytes]:
    """Write a table; nothing comes out before the source has ended, and nothing at all if it breaks.

    Text is ASCII in FITS tables: other characters become question marks.

    Parameters
    ----------
    infos
        Further facts of the whole, by name: HISTORY cards.
    directory
        Where the rows wait; the system's by default.

    Raises
    ------
    ValueError
        If there are more columns than FITS can have.
    """
    columns = [FITSColumn(field) for field in fields]
    with tempfile.TemporaryFile(dir=directory) as spool:
        rows = _spooled(source, columns, spool)
        for column in columns:
            column.settle(rows)
        width = sum(column.width for column in columns)
        heap = sum(column.heap for column in columns)
        facts = {**(infos or {}), "QUERY_STATUS": "OVERFLOW" if source.is_truncated else "OK"}
        yield primary_header() + extension_header(columns, rows, heap, facts)
        yield from _rows(columns, spool)
        if heap:
            yield from _heap(columns, spool)
        yield bytes(-(width * rows + heap) % _BLOCK)


def _spooled(source: BatchSource, columns: Sequence[FITSColumn], spool: BinaryIO) -> int:
    """Write all batches to the spool, and let each column see its own values."""
    rows, writer = 0, None
    for batch in source:
        arrays = [_ascii(array, column.field) for array, column in zip(batch.columns, columns, strict=True)]
        for array, column in zip(arrays, columns, strict=True):
            column.observe(array)
        ready = pa.RecordBatch.from_arrays(arrays, names=[str(number) for number in range(len(columns))])
        if writer is None:
            writer = pa.ipc.new_stream(spool, ready.schema)
        writer.write_batch(ready)
        rows += batch.num_rows
    if writer is not None:
        writer.close()
    return rows


def _ascii(array: pa.Array, field: Field) -> pa.Array:
    if not field.is_text:
        return array
    text = pc.fill_null(cells(array, field, _WORDS), "")
    _, octets = text_buffers(text)
    if len(octets) and (octets.min() < 0x20 or octets.max() > 0x7E):
        text = pc.replace_substring_regex(text, r"[^\x20-\x7e]", "?")
    return text


def _batches(spool: BinaryIO) -> Iterator[pa.RecordBatch]:
    spool.seek(0)
    # An empty spool is the table without rows.
    with suppress(pa.ArrowInvalid):
        yield from pa.ipc.open_stream(spool)


def _rows(columns: Sequence[FITSColumn], spool: BinaryIO) -> Iterator[bytes]:
    start = 0
    for batch in _batches(spool):
        fixed: list[Fixed] = []
        for array, column in zip(batch.columns, columns, strict=True):
            if column.is_in_heap:
                offsets, _ = _payload(array, column)
                places = start + offsets[:-1] * column.kind.itemsize
                fixed.append((column.pointer, np.stack([np.diff(offsets), places], axis=1)))
                start += int(offsets[-1]) * column.kind.itemsize
            else:
                fixed.append((column.kind, _values(array, column)))
        yield side_by_side(fixed).tobytes()


def _heap(columns: Sequence[FITSColumn], spool: BinaryIO) -> Iterator[bytes]:
    for batch in _batches(spool):
        for array, column in zip(batch.columns, columns, strict=True):
            if column.is_in_heap:
                yield _payload(array, column)[1]


def _payload(array: pa.Array, column: FITSColumn) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], bytes]:
    """Give the offsets, in elements, and the octets of a column whose values lie in the heap."""
    if column.field.is_text:
        offsets, octets = text_buffers(array)
        return offsets, octets.tobytes()
    offsets, values = flattened(array)
    return offsets, elements(values, column.null, _TRUTHS).astype(column.kind).tobytes()


def _values(array: pa.Array, column: FITSColumn) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    if column.field.is_text:
        return padded(*text_buffers(array), column.count)
    if not column.field.is_array:
        return elements(array, column.null, _TRUTHS)
    offsets, values = flattened(array)
    filling = np.nan if column.field.datatype.is_float else column.null
    return padded(offsets, elements(values, column.null, _TRUTHS), column.count, filling)
