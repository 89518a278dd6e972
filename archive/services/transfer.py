# SPDX-License-Identifier: BSD-3-Clause
"""Bytes on their way out, counted as the network takes them.

A WSGI server may take a `FileTransfer` for a file and let the kernel send it: it asks for the
file's number, and sets the position to where sending ended, well or badly. So the position tells
what was sent in each case.
"""

import os
from collections.abc import Callable, Generator, Iterator
from typing import BinaryIO

__all__ = ["CHUNK", "FileTransfer", "Meter", "StreamTransfer"]

CHUNK = 256 * 1024


class Meter:
    """Reports once, at the end, how many bytes went and whether these were all.

    Parameters
    ----------
    report
        Takes the number of bytes and whether the transfer is complete.
    """

    def __init__(self, report: Callable[[int, bool], None]) -> None:
        self._report = report
        self._is_open = True

    def finish(self, sent: int, *, is_complete: bool) -> None:
        """Report; a second time says nothing."""
        if self._is_open:
            self._is_open = False
            self._report(sent, is_complete)


class FileTransfer:
    """Bytes `start` to `stop` of a stored file, for a server that sends files or one that reads them."""

    def __init__(self, stream: BinaryIO, meter: Meter, start: int, stop: int) -> None:
        self._stream = stream
        self._meter = meter
        self._start = start
        self._stop = stop
        self._position = start
        self._sent_to = start
        stream.seek(start)

    def fileno(self) -> int:
        """Give the file's number, for the kernel."""
        return self._stream.fileno()

    def read(self, size: int = CHUNK) -> bytes:
        """Read on, at most up to `stop`."""
        # Who asks for more has handed the last piece to the network.
        self._sent_to = self._position
        left = self._stop - self._position
        piece = self._stream.read(left if size < 0 else min(size, left))
        if not piece and left:
            raise EOFError("the stored file is shorter than it was")
        self._position += len(piece)
        return piece

    def seek(self, position: int) -> int:
        """Note from where sending goes on, or where it ended."""
        self._position = self._sent_to = position
        return self._stream.seek(position)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(CHUNK):
            yield piece

    def close(self) -> None:
        """End the transfer, whatever became of it.

        Raises
        ------
        EOFError
            The file has become shorter: the kernel stops there without a word, and whoever
            waits for the rest must learn that it does not come.
        """
        if self._stream.closed:
            return
        is_cut = os.fstat(self._stream.fileno()).st_size < self._stop
        self._stream.close()
        self._meter.finish(self._sent_to - self._start, is_complete=self._sent_to == self._stop)
        if is_cut:
            raise EOFError("the stored file is shorter than it was")


class StreamTransfer:
    """Bytes that are put together on the way.

    Parameters
    ----------
    size
        How many there should be; None where only the end tells.
    """

    def __init__(self, stream: BinaryIO, meter: Meter, pieces: Generator[bytes, None, None], size: int | None) -> None:
        self._stream = stream
        self._meter = meter
        self._pieces = pieces
        self._size = size
        self._sent = 0
        self._is_at_end = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            yield piece
            # The server asks for more once it has handed this one to the network.
            self._sent += len(piece)
        if self._size is not None and self._sent != self._size:
            raise EOFError(f"{self._sent} bytes came out where {self._size} were announced")
        self._is_at_end = True

    def close(self) -> None:
        """End the transfer, whatever became of it."""
        self._pieces.close()
        self._stream.close()
        self._meter.finish(self._sent, is_complete=self._is_at_end)
