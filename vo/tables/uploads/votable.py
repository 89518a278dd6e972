# SPDX-License-Identifier: BSD-3-Clause
"""VOTables read as they come; plain rows and streams go around the parser, whatever else through it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import pyarrow as pa

from vo.tables.uploads.binary_rows import BinaryRows
from vo.tables.uploads.text_values import typed
from vo.tables.uploads.upload import UploadedTable, UploadError, UploadLimits, checked_fields
from vo.tables.uploads.votable_document import VOTableDocument
from vo.tables.uploads.xml_rows import columns_of

__all__ = ["read_votable"]

_PIECE = 2**20
_OPENING = re.compile(rb"<(?:[\w.-]+:)?(?:TABLEDATA|STREAM)(?:\s[^<>]*)?>")
# A tag that is not whole yet waits for its end; a longer one goes to the parser as it is.
_LONGEST_TAG = 2**16
# What looks like an opening tag may stand in a comment, but in earnest not often.
_MOST_TRIES = 10
_CLOSING_ROW, _CLOSING = b"</TR>", b"</TABLEDATA"
_LONGEST_ROW = 32 * 2**20


def read_votable(file: BinaryIO, limits: UploadLimits) -> UploadedTable:
    """Read the first table that has data.

    Raises
    ------
    UploadError
        If the head of the document is not as it should be.
    """
    reader = _Reader(file, limits)
    rest = reader.read_head()
    fields = checked_fields([slot.field for slot in reader.document.slots], limits)
    reader.slots = [replace(slot, field=field) for slot, field in zip(reader.document.slots, fields, strict=True)]
    return UploadedTable(fields, reader.batches(rest))


class _Reader:
    def __init__(self, file: BinaryIO, limits: UploadLimits) -> None:
        self.document = VOTableDocument(limits)
        self.slots = self.document.slots
        self._file = file
        self._is_finished = False

    def read_head(self) -> bytes | None:
        """Read up to the data; give what was read of them, or None if only the parser can go on."""
        buffer, tries = b"", 0
        while not self.document.is_open and not self.document.is_over:
            piece = self._file.read(_PIECE)
            if not piece:
                self.document.feed(buffer, is_last=True)
                self._is_finished = True
                if not self.document.slots:
                    raise UploadError("The VOTable has no table.")
                return None
            buffer += piece
            fed = 0
            while tries < _MOST_TRIES and (opening := _OPENING.search(buffer, fed)):
                tries += 1
                self.document.feed(buffer[fed : opening.end()])
                fed = opening.end()
                if self.document.may_bypass:
                    return buffer[fed:]
            ready = max(fed, _whole_tags(buffer))
            self.document.feed(buffer[fed:ready])
            buffer = buffer[ready:]
        self.document.feed(buffer)
        return None

    def batches(self, rest: bytes | None) -> Iterator[pa.RecordBatch]:
        """Read the rows; `rest` is what was read of them already, if they may go around the parser."""
        if self.document.serialization == "TABLEDATA":
            yield from self._rows_of_xml(rest)
        elif self.document.serialization:
            yield from self._rows_of_stream(rest)

    def _rows_of_xml(self, rest: bytes | None) -> Iterator[pa.RecordBatch]:
        if rest is not None:
            yield from self._plain_rows(rest)
        while True:
            if cells := self.document.taken_cells():
                count = len(self.slots)
                yield self._batch([pa.array(cells[number::count], pa.string()) for number in range(count)])
            if not self._parse_piece():
                return

    def _plain_rows(self, buffer: bytes) -> Iterator[pa.RecordBatch]:
        """Read rows as long as they are plain; the parser gets what follows."""
        while True:
            closing = buffer.find(_CLOSING)
            end = buffer.rfind(_CLOSING_ROW, 0, closing if closing >= 0 else len(buffer))
            if end >= 0:
                end += len(_CLOSING_ROW)
                columns = columns_of(buffer[:end], len(self.slots))
                if columns is None:
                    break
                yield self._batch(columns)
                buffer = buffer[end:]
            if closing >= 0 or len(buffer) > _LONGEST_ROW:
                break
            piece = self._file.read(_PIECE)
            if not piece:
                break
            buffer += piece
        self.document.feed(buffer)

    def _rows_of_stream(self, rest: bytes | None) -> Iterator[pa.RecordBatch]:
        rows = BinaryRows(self.slots, has_flags=self.document.serialization == "BINARY2")
        if rest is not None:
            yield from self._plain_stream(rest, rows)
        while True:
            if text := self.document.taken_stream():
                yield from rows.take(text)
            if not self._parse_piece():
                break
        rows.end()

    def _plain_stream(self, buffer: bytes, rows: BinaryRows) -> Iterator[pa.RecordBatch]:
        """Read base64 up to the next tag; the parser gets what follows."""
        while buffer:
            end = buffer.find(b"<")
            if end >= 0:
                yield from rows.take(buffer[:end])
                self.document.feed(buffer[end:])
                return
            yield from rows.take(buffer)
            buffer = self._file.read(_PIECE)

    def _parse_piece(self) -> bool:
        """Parse a further piece; tell whether there was one."""
        if self._is_finished:
            return False
        piece = self._file.read(_PIECE)
        self._is_finished = not piece
        self.document.feed(piece, is_last=not piece)
        return bool(piece)

    def _batch(self, columns: list[pa.Array]) -> pa.RecordBatch:
        arrays = [typed(column, slot.field) for column, slot in zip(columns, self.slots, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, names=[slot.field.name for slot in self.slots])


def _whole_tags(buffer: bytes) -> int:
    """Give how much of a buffer goes to the parser: all but a tag that is not whole yet."""
    start = buffer.rfind(b"<")
    is_cut = start >= 0 and buffer.find(b">", start) < 0 and len(buffer) - start < _LONGEST_TAG
    return start if is_cut else len(buffer)
