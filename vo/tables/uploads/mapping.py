# SPDX-License-Identifier: BSD-3-Clause
"""Files as Arrow reads them best: mapped into memory, so that its threads never wait for Python."""

import io
import mmap
from typing import BinaryIO

import pyarrow as pa

__all__ = ["mapped"]


def mapped(file: BinaryIO, start: int = 0) -> pa.NativeFile:
    """Give a file of Arrow's on the octets of another from `start` on."""
    size = file.seek(0, io.SEEK_END)
    try:
        whole: mmap.mmap | bytes = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b""
    except OSError:
        # It has no number: it is in memory already.
        file.seek(0)
        whole = file.read()
    # What Arrow still holds keeps the mapping; it goes with the last of it.
    return pa.BufferReader(pa.py_buffer(memoryview(whole)[start:]))
