# SPDX-License-Identifier: BSD-3-Clause
"""The processes of a running archive, started together and stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

__all__ = ["Children"]

# A stopping worker may finish what it is at; a task that is cut short runs again later.
_PATIENCE = 20.0


class Children:
    """Child processes, each an ``archive`` command of its own; leaving the block stops them all.

    Notes
    -----
    Each child leads a session of its own, so that Ctrl-C in the terminal reaches the parent alone and
    the order of stopping is the parent's; and so that a child's own children can be ended with it. Each
    has a pipe from the parent, and ends when the parent is gone.
    """

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, *command: str) -> None:
        """Start ``archive`` with `command`; `name` is for messages."""
        self._running[name] = subprocess.Popen(  # noqa: S603 -- this same Python and our own words
            [sys.executable, "-m", "archive.cli", *command, "--with-parent"],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pids(self) -> Mapping[str, int]:
        """The process of each child."""
        return {name: child.pid for name, child in self._running.items()}

    def ended(self) -> tuple[str, int] | None:
        """Give the name and exit status of a child that has ended; None while all run."""
        for name, child in self._running.items():
            if child.poll() is not None:
                return name, int(child.returncode)
        return None

    def stop(self) -> None:
        """Ask all to stop; end those that do not, and whatever they left behind."""
        for child in self._running.values():
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + _PATIENCE
        try:
            for child in self._running.values():
                with suppress(subprocess.TimeoutExpired):
                    child.wait(max(0.0, until - time.monotonic()))
        finally:
            # A second Ctrl-C comes here at once.
            for child in self._running.values():
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                if child.stdin is not None:
                    child.stdin.close()
            self._running.clear()
