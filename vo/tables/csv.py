# SPDX-License-Identifier: BSD-3-Clause
"""CSV (RFC 4180) in UTF-8: a line of names, NULL as nothing, times in UTC."""

import csv
import io
from collections.abc import Iterator, Sequence

from vo.tables.field import Field
from vo.tables.rows import TableRows
from vo.tables.values import as_text

__all__ = ["CSV_TYPE", "write_csv"]

CSV_TYPE = "text/csv; charset=utf-8; header=present"


def write_csv(rows: TableRows, fields: Sequence[Field]) -> Iterator[bytes]:
    """Write a table, a piece of bytes a batch.

    An error of the source passes through, so that the connection breaks and nobody takes the
    table for whole.
    """
    yield _lines([[field.name for field in fields]])
    for batch in rows:
        yield _lines([["" if value is None else as_text(value) for value in row] for row in batch])


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("utf-8")
