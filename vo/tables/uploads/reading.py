# SPDX-License-Identifier: BSD-3-Clause
"""The one way to read a table that somebody sent, whatever its format, which its first octets tell."""

import gzip
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

import pyarrow as pa

from vo.tables.arrow import conformed
from vo.tables.uploads.delimited import read_csv
from vo.tables.uploads.fits import read_fits
from vo.tables.uploads.parquet import read_parquet
from vo.tables.uploads.upload import UploadedTable, UploadError, UploadLimits
from vo.tables.uploads.votable import read_votable

__all__ = ["read_table"]

_PIECE = 2**20
# How much more room values may take than the file that they were in, such as numbers of one digit.
_GROWTH = 8
# What Arrow and Python say of values that are none.
_FAULTS = (pa.ArrowException, OverflowError, UnicodeError)
# Enough to tell a format, with blanks before it.
_START = 64
_MARKUP = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<")


def read_table(file: BinaryIO, limits: UploadLimits) -> UploadedTable:
    """Read a VOTable, FITS, Parquet or CSV file, also in gzip.

    Parameters
    ----------
    file
        Seekable, at its beginning; it must stay open until the batches have been read.

    Raises
    ------
    UploadError
        If it is no table, too large, or refused. The batches raise it as well.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > limits.octets:
        raise UploadError(f"The file has {size} octets; at most {limits.octets} are allowed.")
    start = file.read(4)
    file.seek(0)
    spool = _decompressed(file, limits) if start[:2] == b"\x1f\x8b" else None
    try:
        table = _read(spool or file, limits)
    except BaseException:
        if spool is not None:
            spool.close()
        raise
    return UploadedTable(table.fields, _guarded(table, limits, spool))


def _read(file: BinaryIO, limits: UploadLimits) -> UploadedTable:
    start = file.read(_START)
    file.seek(0)
    try:
        return _reader(start)(file, limits)
    except _FAULTS as error:
        raise UploadError("The file cannot be read as a table.") from error


def _reader(start: bytes) -> Callable[[BinaryIO, UploadLimits], UploadedTable]:
    if start.startswith(b"PAR1"):
        return read_parquet
    if start.startswith(b"SIMP"):
        return read_fits
    if start.lstrip().startswith(_MARKUP):
        return read_votable
    return read_csv


def _guarded(table: UploadedTable, limits: UploadLimits, spool: BinaryIO | None) -> Iterator[pa.RecordBatch]:
    rows = octets = 0
    try:
        for batch in table.batches:
            rows += batch.num_rows
            octets += batch.nbytes
            if octets > _GROWTH * limits.octets:
                raise UploadError(f"The table has more than {_GROWTH * limits.octets} octets once it is read.")
            if rows > limits.rows:
                raise UploadError(f"The table has more than {limits.rows} rows.")
            if batch.num_rows:
                yield conformed(batch, table.fields)
    except _FAULTS as error:
        raise UploadError("The rows of the table cannot be read.") from error
    finally:
        if spool is not None:
            spool.close()


def _decompressed(file: BinaryIO, limits: UploadLimits) -> BinaryIO:
    """Decompress to a file, no further than allowed."""
    written = 0
    with ExitStack() as stack:
        spool = stack.enter_context(tempfile.TemporaryFile())
        for octets in _inflated(file):
            written += len(octets)
            if written > limits.octets:
                raise UploadError(f"The file has more than {limits.octets} octets once it is decompressed.")
            spool.write(octets)
        spool.seek(0)
        stack.pop_all()
    return spool


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    reader = gzip.GzipFile(fileobj=file)
    try:
        while octets := reader.read(_PIECE):
            yield octets
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise UploadError("The file is no whole gzip.") from error
