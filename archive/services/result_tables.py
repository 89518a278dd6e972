# SPDX-License-Identifier: BSD-3-Clause
"""Results of queries as people look at them on a page: the first rows, as text."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from vo.dali import TooLargeError
from vo.tables import Datatype, Field, Format, Words, cells
from vo.tables.uploads import UploadError, UploadLimits, read_table

__all__ = ["SHOWN_ROWS", "ResultTable", "read_answer", "read_file"]

SHOWN_ROWS = 200
"""Rows of a result that a page shows."""

_LARGEST_ANSWER = 16_000_000
# These are read as they come; of the others the whole is read, or unpacked, before the first row is there.
_STREAMED = frozenset({"votable", "votable/td", "votable/b", "parquet"})
_READ = _STREAMED | {"votable_gzip", "csv", "tsv", "fits"}
_LARGEST_WHOLE = 50_000_000
_WORDS = Words(plus="∞", minus="-∞")

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class ResultTable:
    """The first rows of a result.

    Parameters
    ----------
    rows
        A value is None where there is none.
    is_cut
        Whether there are more rows.
    """

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    is_cut: bool


def read_answer(chunks: Iterable[bytes]) -> ResultTable:
    """Read an answer in JSON, in which columns may share a name.

    Raises
    ------
    TooLargeError
        It is too large for a page.
    """
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > _LARGEST_ANSWER:
            raise TooLargeError("These rows are too large to be shown; please download them or ask for fewer columns.")
    # Numbers stay as they were written, with all their digits.
    answer = json.loads(body, parse_float=str, parse_int=str)
    fields = tuple(Field(**{**facts, "datatype": Datatype(facts["datatype"])}) for facts in answer["metadata"])
    rows = tuple(tuple(map(_text, row)) for row in answer["data"])
    return ResultTable(fields, rows, bool(answer["overflow"]))


def read_file(file: BinaryIO, size: int, form: Format | None) -> ResultTable | None:
    """Read the first rows of a file; None where it has to be fetched to be looked at.

    Parameters
    ----------
    size
        Bytes.
    """
    if form is None or form.name not in _READ or (form.name not in _STREAMED and size > _LARGEST_WHOLE):
        return None
    try:
        table = read_table(file, UploadLimits(rows=2**62, octets=2**62))
        rows: list[Row] = []
        for batch in table.batches:
            columns = [
                cells(column, field, _WORDS).to_pylist()
                for column, field in zip(batch.slice(0, SHOWN_ROWS + 1).columns, table.fields, strict=True)
            ]
            rows += islice(zip(*columns, strict=True), SHOWN_ROWS + 1 - len(rows))
            if len(rows) > SHOWN_ROWS:
                break
    except UploadError:
        return None
    return ResultTable(table.fields, tuple(rows[:SHOWN_ROWS]), len(rows) > SHOWN_ROWS)


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return " ".join(_text(each) or "NaN" for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
