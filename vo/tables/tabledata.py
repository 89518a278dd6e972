# SPDX-License-Identifier: BSD-3-Clause
"""TABLEDATA: rows as XML (VOTable 1.4 §5.1), from COPY's text by replacing its marks, or from Arrow batches."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.cells import Words, cells, joined
from vo.tables.document import ILLEGAL, MISSING
from vo.tables.field import Field
from vo.tables.sources import BatchSource, CopySource

__all__ = ["CLOSING", "OPENING", "rows_in_xml"]

OPENING, CLOSING = "<DATA>\n<TABLEDATA>\n", "</TABLEDATA>\n</DATA>\n"
_WORDS = Words(plus="+Inf", minus="-Inf")
_ROW, _CELL, _END = b"<TR><TD>", b"</TD><TD>", b"</TD></TR>\n"
# Octets that XML cannot hold become \x01; it and \x02 are free for our own marks then.
_MASKED = bytes(1 if octet < 32 and octet not in b"\t\n\r" else octet for octet in range(256))
_ESCAPES = (
    (b"&", b"&amp;"),
    (b"<", b"&lt;"),
    (b">", b"&gt;"),
    (b"\x01", MISSING.encode()),
    ("\ufffe".encode(), MISSING.encode()),
    ("\uffff".encode(), MISSING.encode()),
)
# COPY's own escapes; \x02 stands for a backslash until the others are done. A bare carriage return would be
# read as a newline (XML 1.0 §2.11).
_BACKSLASHES = (
    (rb"\\", b"\x02"),
    (rb"\n", b"\n"),
    (rb"\t", b"\t"),
    (rb"\r", b"&#13;"),
    (rb"\b", MISSING.encode()),
    (rb"\f", MISSING.encode()),
    (rb"\v", MISSING.encode()),
    (b"\x02", b"\\"),
)
_INFINITE = re.compile(rb"Infinity")
_TAB, _NEWLINE = b"\t\n"


def rows_in_xml(source: CopySource | BatchSource, fields: Sequence[Field]) -> Iterator[bytes]:
    """Write the rows."""
    if isinstance(source, CopySource):
        framing = _Framing(fields)
        for piece in source:
            yield framing.framed(piece)
        return
    for batch in source:
        yield _rows(batch, fields)


class _Framing:
    """Turns COPY's text into rows of XML without going row by row."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._count = len(fields)
        self._has_text = any(field.is_text for field in fields)
        self._floats = [number for number, field in enumerate(fields) if field.datatype.is_float]

    def framed(self, piece: bytes) -> bytes:
        if self._floats and b"Infinity" in piece:
            piece = self._with_infinities(piece)
        if self._has_text:
            piece = piece.translate(_MASKED)
            for plain, escaped in _ESCAPES:
                piece = piece.replace(plain, escaped)
        body = piece[:-1].replace(b"\n", _END + _ROW).replace(b"\t", _CELL)
        body = b"".join([_ROW, body, _END])
        if b"\\" in body:
            body = body.replace(rb"<TD>\N</TD>", b"<TD/>")
            if self._has_text and b"\\" in body:
                for escape, plain in _BACKSLASHES:
                    body = body.replace(escape, plain)
        return body

    def _with_infinities(self, piece: bytes) -> bytes:
        """Rename infinite numbers, but not the same word in a text."""
        octets = np.frombuffer(piece, np.uint8)
        ends = np.flatnonzero((octets == _TAB) | (octets == _NEWLINE))
        places = np.array([found.start() for found in _INFINITE.finditer(piece)])
        # A piece begins with a row, and each row has a cell a field.
        columns = np.searchsorted(ends, places) % self._count
        parts, done = [], 0
        for place in places[np.isin(columns, self._floats)].tolist():
            parts += [piece[done:place], b"Inf" if piece[place - 1 : place] == b"-" else b"+Inf"]
            done = place + len("Infinity")
        return b"".join([*parts, piece[done:]])


def _rows(batch: pa.RecordBatch, fields: Sequence[Field]) -> bytes:
    pieces: list[str | pa.Array] = []
    for array, field in zip(batch.columns, fields, strict=True):
        text = cells(array, field, _WORDS)
        pieces += [_CELL.decode(), pc.fill_null(_escaped(text) if field.is_text else text, "")]
    return joined([_ROW.decode(), *pieces[1:], _END.decode()])


def _escaped(text: pa.Array) -> pa.Array:
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = pc.replace_substring(text, plain, escaped)
    return pc.replace_substring_regex(text, ILLEGAL, MISSING)
