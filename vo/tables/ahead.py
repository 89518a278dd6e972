# SPDX-License-Identifier: BSD-3-Clause
"""Rows fetched ahead in a thread, so that the database and the writing of a format work at the same time."""

import io
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import BinaryIO, Generic, TypeVar

__all__ = ["fetched_ahead", "pieces_of"]

_T = TypeVar("_T")
_PIECE = 128 * 1024
_ALONE = 2
# How often one who waits looks whether the other has gone, in seconds.
_LOOK = 0.1


def fetched_ahead(items: Iterable[_T], ahead: int = 2) -> Iterator[_T]:
    """Fetch items in a thread, a few ahead of their reader.

    What the source raises is raised here. When the reader closes this iterator the thread ends
    with the item it is at; what it waits for, such as a query, is for others to cancel. The first
    two items are fetched by their reader: most answers are no longer, and cost less than a thread.
    """
    items = iter(items)
    if not (yield from _first(items)):
        return

    def produce(put: Callable[[_T], None]) -> None:
        for item in items:
            put(item)

    yield from _Handover[_T](ahead).items(produce)


def pieces_of(write: Callable[[BinaryIO], object], ahead: int = 4) -> Iterator[bytes]:
    """Make pieces of bytes of what writes to a file, such as psycopg2's ``copy_expert``, in a thread.

    When the reader closes this iterator the next write raises `BrokenPipeError`.
    """

    def produce(put: Callable[[bytes], None]) -> None:
        # psycopg2 writes row by row: the buffer is filled in C.
        with io.BufferedWriter(_Sink(put), _PIECE) as file:
            write(file)

    return _Handover[bytes](ahead).items(produce)


def _first(items: Iterator[_T]) -> Generator[_T, None, bool]:
    """Give the first items, and tell whether there may be more; who leaves among them closes the source."""
    for _ in range(_ALONE):
        try:
            yield next(items)
        except StopIteration:
            return False
        except GeneratorExit:
            if isinstance(items, Generator):
                items.close()
            raise
    return True


class _Sink(io.RawIOBase):
    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put

    def writable(self) -> bool:
        return True

    def write(self, octets: object, /) -> int:
        piece = bytes(octets)  # type: ignore[call-overload]
        self._put(piece)
        return len(piece)


class _Handover(Generic[_T]):
    """A short queue between a thread that makes items and the one that takes them."""

    def __init__(self, ahead: int) -> None:
        self._queue: queue.Queue[tuple[str, _T | BaseException | None]] = queue.Queue(ahead)
        self._is_left = threading.Event()

    def items(self, produce: Callable[[Callable[[_T], None]], None]) -> Iterator[_T]:
        """Start the thread with the first item that is asked for."""
        threading.Thread(target=self._run, args=(produce,), daemon=True).start()
        try:
            while True:
                kind, item = self._queue.get()
                if isinstance(item, BaseException):
                    raise item
                if kind == "end":
                    return
                yield item  # type: ignore[misc]
        finally:
            self._is_left.set()

    def _run(self, produce: Callable[[Callable[[_T], None]], None]) -> None:
        try:
            produce(lambda item: self._put("item", item))
        except BaseException as error:  # noqa: BLE001
            # The reader raises it; here it would only end the thread.
            self._end(error)
        else:
            self._end(None)

    def _end(self, error: BaseException | None) -> None:
        try:
            self._put("end", error)
        except BrokenPipeError:
            return

    def _put(self, kind: str, item: _T | BaseException | None) -> None:
        while not self._is_left.is_set():
            try:
                self._queue.put((kind, item), timeout=_LOOK)
            except queue.Full:
                continue
            return
        raise BrokenPipeError("nobody reads any more")
