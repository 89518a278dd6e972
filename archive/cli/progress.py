# SPDX-License-Identifier: BSD-3-Clause
"""How far a long command has come: a bar at a terminal, a line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

__all__ = ["progress"]

_LINES = 20
_LEAST_STEP = 50


@contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """Give what is called with how many steps were done since the last call.

    Parameters
    ----------
    length
        Steps there are in all; nothing is shown of none.
    """
    if length == 0:
        yield lambda _: None
    elif sys.stdout.isatty():
        with click.progressbar(length=length, label=label) as bar:
            yield bar.update
    else:
        yield _Lines(length, label).advance


class _Lines:
    """A line each fifty steps, or twenty lines in all where the steps are many; logs keep them."""

    def __init__(self, length: int, label: str) -> None:
        self._length = length
        self._label = label
        self._step = max(_LEAST_STEP, length // _LINES)
        self._done = 0

    def advance(self, count: int) -> None:
        before, self._done = self._done, self._done + count
        if self._done // self._step > before // self._step or before < self._length <= self._done:
            click.echo(f"{self._label}: {self._done} of {self._length}")
