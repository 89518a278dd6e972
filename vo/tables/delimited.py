# SPDX-License-Identifier: BSD-3-Clause
"""CSV (RFC 4180) and TSV in UTF-8: a line of names, NULL as nothing, an empty text in quotes, times in UTC."""

import csv
import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.cells import Words, cells, joined
from vo.tables.field import Field
from vo.tables.sources import BatchSource, CopySource

__all__ = ["quoted", "write_delimited"]

_WORDS = Words()


def write_delimited(
    source: CopySource | BatchSource, fields: Sequence[Field], delimiter: str, *, has_status: bool = False
) -> Iterator[bytes]:
    """Write a table; COPY's own CSV with the same delimiter passes through as it is.

    An error of the source passes through too, so that the connection breaks and nobody takes the
    table for whole.

    Parameters
    ----------
    has_status
        Whether a last line, which begins with ``#``, tells the rows and whether there are more; the
        form itself has no place for that (DALI 1.2 §4.4.1).
    """
    names = io.StringIO()
    csv.writer(names, delimiter=delimiter, lineterminator="\n").writerow([field.name for field in fields])
    yield names.getvalue().encode("utf-8")
    if isinstance(source, CopySource):
        yield from source
    else:
        for batch in source:
            yield _lines(batch, fields, delimiter)
    if has_status:
        yield f"# QUERY_STATUS={'OVERFLOW' if source.is_truncated else 'OK'} ROWS={source.rows}\n".encode()


def _lines(batch: pa.RecordBatch, fields: Sequence[Field], delimiter: str) -> bytes:
    pieces: list[str | pa.Array] = []
    for array, field in zip(batch.columns, fields, strict=True):
        text = cells(array, field, _WORDS)
        pieces += [delimiter, pc.fill_null(quoted(text, delimiter) if field.is_text else text, "")]
    return joined([*pieces[1:], "\n"])


def quoted(text: pa.Array, delimiter: str) -> pa.Array:
    """Put what could be misread in quotes; an empty text too, which is not NULL."""
    needs = pc.or_(pc.equal(text, ""), pc.match_substring_regex(text, f'[{delimiter}"\r\n]'))
    if not pc.any(needs, min_count=0).as_py():
        return text
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(needs, quoted, text)
