"""Fetching ahead: all items in order, errors and departures passed on, no thread left behind."""

import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from vo.tables import fetched_ahead, pieces_of


def threads_end() -> bool:
    """Wait until no thread but those of before is at work."""
    for _ in range(2000):
        if not [thread for thread in threading.enumerate() if thread.daemon and "_run" in thread.name]:
            return True
        time.sleep(0.05)
    return False


def test_all_items_in_order() -> None:
    assert list(fetched_ahead(iter(range(100)))) == list(range(100))
    assert list(fetched_ahead([])) == []
    assert threads_end()


def test_nothing_is_fetched_before_it_is_asked_for() -> None:
    fetched: list[int] = []

    def source() -> Iterator[int]:
        for number in range(100):
            fetched.append(number)
            yield number

    items = fetched_ahead(source(), ahead=2)
    assert fetched == []
    next(items)
    time.sleep(0.2)
    assert len(fetched) <= 4
    items.close()  # type: ignore[attr-defined]
    assert threads_end()


def test_error_of_the_source_comes_after_its_items() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise PermissionError("no")

    items = fetched_ahead(source())
    assert next(items) == 1
    with pytest.raises(PermissionError, match="no"):
        next(items)
    assert threads_end()


def test_error_of_the_writer_comes_after_its_pieces() -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"x" * 300_000)
        raise PermissionError("no")

    got: list[bytes] = []
    with pytest.raises(PermissionError):
        got.extend(pieces_of(write))
    assert b"".join(got) == b"x" * 300_000


def test_writer_learns_that_the_reader_has_gone() -> None:
    seen: list[BaseException] = []

    def write(file: BinaryIO) -> None:
        try:
            while True:
                file.write(b"x" * 100_000)
        except BrokenPipeError as error:
            seen.append(error)
            raise

    pieces = pieces_of(write)
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert threads_end()
    assert seen
