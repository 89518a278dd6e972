# SPDX-License-Identifier: BSD-3-Clause
"""CSV and TSV that somebody sent: a line of names, types found by looking at all values first."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from vo.tables.field import Datatype, Field
from vo.tables.uploads.mapping import mapped
from vo.tables.uploads.text_values import as_text, typed
from vo.tables.uploads.upload import UploadedTable, UploadError, UploadLimits, checked_fields

__all__ = ["read_csv"]

_BLOCK = 2**20
_LONGEST_HEAD = 2**20
_TEXT = Field("", Datatype.UNICODE_CHAR, "*")
# What a column may be, in the order in which we try.
_KINDS = (
    Field("", Datatype.BOOLEAN),
    Field("", Datatype.LONG),
    Field("", Datatype.DOUBLE),
    Field("", Datatype.CHAR, "*", xtype="timestamp"),
    _TEXT,
)
_TRUTHS = ["true", "false"]
# Arrow tells this by its message alone; its hook for such rows fails on what is no UTF-8.
_COUNTS = re.compile(r"Expected (\d+) columns, got (\d+)")


def read_csv(file: BinaryIO, limits: UploadLimits) -> UploadedTable:
    """Read a table in UTF-8.

    A column whose values all are ``true`` or ``false``, whole numbers, numbers or ISO 8601 times
    is of that type, else it is text. Nothing between commas is NULL, nothing in quotes an empty
    text.

    Raises
    ------
    UploadError
        If there is no line of names, or rows have other numbers of values than it.
    """
    names, delimiter, start = _names(file)
    if len(names) > limits.columns:
        raise UploadError(f"The table has {len(names)} columns; at most {limits.columns} are allowed.")
    guesses = [_Guess() for _ in names]
    rows = 0
    for batch in _texts(file, start, len(names), delimiter):
        rows += batch.num_rows
        if rows > limits.rows:
            raise UploadError(f"The table has more than {limits.rows} rows.")
        for guess, column in zip(guesses, batch.columns, strict=True):
            guess.look(column)
    found = [guess.field(name) for guess, name in zip(guesses, names, strict=True)]
    fields = checked_fields(found, limits)
    return UploadedTable(fields, _batches(file, start, fields, delimiter))


class _Guess:
    """What a column is, as far as one has seen."""

    def __init__(self) -> None:
        self._kind = 0
        self._has_values = False

    def look(self, column: pa.Array) -> None:
        present = column.drop_null()
        if not len(present) or _KINDS[self._kind] is _TEXT:
            return
        while not _fits(present, _KINDS[self._kind]):
            # Whole numbers are numbers too; nothing else that we saw before fits a later kind.
            is_wider = _KINDS[self._kind].datatype is Datatype.LONG
            self._kind = self._kind + 1 if not self._has_values or is_wider else len(_KINDS) - 1
        self._has_values = True

    def field(self, name: str) -> Field:
        kind = _KINDS[self._kind] if self._has_values else _TEXT
        return Field(name, kind.datatype, kind.arraysize, xtype=kind.xtype)


def _fits(column: pa.Array, kind: Field) -> bool:
    if kind is _TEXT:
        return True
    if kind.datatype is Datatype.BOOLEAN:
        return bool(pc.all(pc.is_in(pc.utf8_lower(column), pa.array(_TRUTHS))).as_py())
    try:
        return int(typed(column, kind).null_count) == 0
    except UploadError:
        return False


def _names(file: BinaryIO) -> tuple[list[str], str, int]:
    """Give the names, the delimiter, and where the rows begin."""
    file.seek(0)
    line = file.readline(_LONGEST_HEAD)
    try:
        text = line.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError as error:
        raise UploadError("The file is neither VOTable, FITS nor Parquet, and no CSV in UTF-8.") from error
    if not text or "\x00" in text or len(line) == _LONGEST_HEAD:
        raise UploadError("A CSV file begins with a line of the columns' names.")
    delimiter = "\t" if "\t" in text else ","
    try:
        names = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise UploadError("The first line of the CSV file is no line of names.") from error
    if text.startswith("#"):
        raise UploadError("A CSV file begins with a line of the columns' names, not with a comment.")
    return names, delimiter, len(line)


def _texts(file: BinaryIO, start: int, count: int, delimiter: str) -> Iterator[pa.RecordBatch]:
    """Read all values as text, from where the rows begin."""
    names = [str(number) for number in range(count)]
    last = ""
    try:
        with pa_csv.open_csv(
            mapped(file, start),
            pa_csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
            pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        ) as batches:
            for batch in batches:
                last = batch.columns[-1][-1].as_py() if batch.num_rows else last
                yield batch
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return
        raise _fault(str(error)) from error
    # An open quote takes all further lines into one value.
    if last and "\n" in last and not _ends_in_quotes(file):
        raise UploadError("The last quote of the CSV file is not closed.")


def _fault(message: str) -> UploadError:
    if counts := _COUNTS.search(message):
        return UploadError(f"A row of the CSV file has {counts[2]} values for {counts[1]} columns.")
    return UploadError("The CSV file cannot be read: is it UTF-8, and are its quotes closed?")


def _ends_in_quotes(file: BinaryIO) -> bool:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 64))
    return file.read().rstrip().endswith(b'"')


class _Unclosed(io.RawIOBase):
    """A file that Arrow may close without closing ours, which is read twice."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        octets: bytes = self._file.read(size)
        return octets


def _batches(file: BinaryIO, start: int, fields: Sequence[Field], delimiter: str) -> Iterator[pa.RecordBatch]:
    for batch in _texts(file, start, len(fields), delimiter):
        columns = [
            as_text(column, field, empty_is_null=False) if field.is_text else typed(column, field)
            for column, field in zip(batch.columns, fields, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, names=[field.name for field in fields])
