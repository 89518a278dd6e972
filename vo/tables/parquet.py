# SPDX-License-Identifier: BSD-3-Clause
"""Parquet with the VOTable's metadata in its footer (IVOA Note VOParquet 1.0)."""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from vo.tables.arrow import arrow_type
from vo.tables.document import closed_resource, info, opened_table
from vo.tables.field import Field
from vo.tables.sources import BatchSource

__all__ = ["CONTENT_KEY", "write_parquet"]

CONTENT_KEY = "IVOA.VOTable-Parquet.content"
_VERSION_KEY, _VERSION = "IVOA.VOTable-Parquet.version", "1.0"
# A group is written at once, so it must fit in memory; smaller ones make larger files.
_GROUP_OCTETS = 6 * 2**20


class _Pieces:
    """A file to write to whose content is taken away in pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.closed = False

    def writable(self) -> bool:
        return True

    def write(self, octets: bytes, /) -> int:
        self._pieces.append(bytes(octets))
        return len(self._pieces[-1])

    def flush(self) -> None:
        """Do nothing: each piece is whole."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        octets, self._pieces = b"".join(self._pieces), []
        return octets


def write_parquet(
    source: BatchSource, fields: Sequence[Field], infos: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """Write a table, a piece a group of rows; without the footer, if the source breaks, it is no Parquet file.

    Times are Parquet's own, where they come so. That rows were left out is said in the VOTable of
    the footer.
    """
    sink, writer = _Pieces(), None
    for group in _groups(source):
        if writer is None:
            writer = _writer(sink, group.schema, fields)
        writer.write_table(group)
        yield sink.taken()
    if writer is None:
        schema = pa.schema([pa.field(field.name, arrow_type(field)) for field in fields])
        writer = _writer(sink, schema, fields)
    last = info("QUERY_STATUS", "OVERFLOW", "There are more rows.") if source.is_truncated else ""
    content = opened_table(fields, infos or {}) + closed_resource(last)
    writer.add_key_value_metadata({_VERSION_KEY: _VERSION, CONTENT_KEY: content})
    writer.close()
    yield sink.taken()


def _writer(sink: _Pieces, schema: pa.Schema, fields: Sequence[Field]) -> pq.ParquetWriter:
    # Numbers seldom repeat: a dictionary of them costs time and saves nothing.
    texts = [field.name for field in fields if field.is_text]
    return pq.ParquetWriter(sink, schema, compression="snappy", use_dictionary=texts, write_statistics=True)


def _groups(source: BatchSource) -> Iterator[pa.Table]:
    batches: list[pa.RecordBatch] = []
    # The first batch goes out alone, so that the answer begins at once.
    enough = 0
    for batch in source:
        batches.append(batch)
        if sum(waiting.nbytes for waiting in batches) >= enough:
            yield pa.Table.from_batches(batches)
            batches, enough = [], _GROUP_OCTETS
    if batches:
        yield pa.Table.from_batches(batches)
