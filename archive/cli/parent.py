# SPDX-License-Identifier: BSD-3-Clause
"""A child process that ends when its parent is gone, however the parent ended."""

import os
import signal
import threading

import click

__all__ = ["stop_with_parent", "with_parent"]

with_parent = click.option(
    "--with-parent", is_flag=True, hidden=True, help="Stop when standard input ends, as when the parent is killed."
)


def stop_with_parent() -> None:
    """Stop this process, as if by a signal, when its standard input ends.

    Notes
    -----
    The parent holds the other end of a pipe and writes nothing. The kernel closes it when the
    parent ends in whatever way, which no exit handler could promise.
    """

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
