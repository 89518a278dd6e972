# SPDX-License-Identifier: BSD-3-Clause
"""Plain text in aligned columns, for terminals."""

from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.cells import Words, cells, joined
from vo.tables.field import Field
from vo.tables.sources import BatchSource

__all__ = ["write_text"]

_WORDS = Words()
_GAP = "  "


def write_text(source: BatchSource, fields: Sequence[Field]) -> Iterator[bytes]:
    """Write a table; the first batch decides the widths, and what is longer later pushes its row aside."""
    batches = iter(source)
    begun = [_texts(batch, fields) for batch in [next(batches, None)] if batch is not None]
    widths = [max(len(field.name), len(field.unit)) for field in fields]
    for texts in begun:
        longest = [pc.max(pc.utf8_length(text)).as_py() or 0 for text in texts]
        widths = [max(pair) for pair in zip(widths, longest, strict=True)]
    yield _head(fields, widths)
    try:
        for texts in chain(begun, (_texts(batch, fields) for batch in batches)):
            yield _lines(texts, fields, widths)
    except Exception:
        yield b"The table is not complete: it broke off here.\n"
        raise
    if source.is_truncated:
        yield f"There are more rows than these {source.rows}.\n".encode()


def _texts(batch: pa.RecordBatch, fields: Sequence[Field]) -> list[pa.Array]:
    texts = [
        pc.fill_null(cells(column, field, _WORDS), "") for column, field in zip(batch.columns, fields, strict=True)
    ]
    return [pc.replace_substring_regex(text, "[\x01-\x1f\x7f]", " ") for text in texts]


def _is_right(field: Field) -> bool:
    return not field.is_text and not field.is_array


def _head(fields: Sequence[Field], widths: Sequence[int]) -> bytes:
    columns = list(zip(fields, widths, strict=True))
    lines = [
        [f"{field.name:>{width}}" if _is_right(field) else f"{field.name:<{width}}" for field, width in columns],
        [f"{field.unit:>{width}}" if _is_right(field) else f"{field.unit:<{width}}" for field, width in columns],
        ["-" * width for width in widths],
    ]
    has_units = any(field.unit for field in fields)
    kept = lines if has_units else [lines[0], lines[2]]
    return "".join(_GAP.join(line).rstrip() + "\n" for line in kept).encode()


def _lines(texts: Sequence[pa.Array], fields: Sequence[Field], widths: Sequence[int]) -> bytes:
    pieces: list[str | pa.Array] = []
    for text, field, width in zip(texts, fields, widths, strict=True):
        pad = pc.utf8_lpad if _is_right(field) else pc.utf8_rpad
        pieces += [_GAP, pad(text, width)]
    return joined([*pieces[1:], "\n"])
