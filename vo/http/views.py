# SPDX-License-Identifier: BSD-3-Clause
"""Views, and the guards that the application puts before them."""

from collections.abc import Callable
from typing import Protocol

from flask.typing import ResponseReturnValue

__all__ = ["Guard", "View", "free", "unguarded"]

View = Callable[..., ResponseReturnValue]


class Guard(Protocol):
    """What the application puts before a view."""

    def __call__(self, view: View, *, changes: bool) -> View:
        """Wrap a view; told whether it changes anything."""


def unguarded(view: View, *, changes: bool) -> View:  # noqa: ARG001 -- it is a guard
    """Let everybody through."""
    return view


def free(view: View) -> View:
    """Give a bound method as a function, to which a guard can pin what it likes."""

    def call(**arguments: str) -> ResponseReturnValue:
        return view(**arguments)

    return call
