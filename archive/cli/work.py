# SPDX-License-Identifier: BSD-3-Clause
"""``archive worker``: the background tasks, Celery."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
from celery.signals import worker_shutting_down

from archive.cli.opening import read_config, require_database
from archive.cli.parent import stop_with_parent, with_parent
from archive.errors import UnavailableError
from archive.queues.names import LONG, SHORT
from archive.worker import work

__all__ = ["worker"]


@click.command()
@click.option(
    "--processes", type=click.IntRange(1, 256), help="Tasks done at the same time (ARCHIVE_WORKER_PROCESSES)."
)
@click.option("--only-long", is_flag=True, hidden=True, help="Do long queries and nothing else.")
@with_parent
def worker(*, processes: int | None, only_long: bool, with_parent: bool) -> None:
    """Do the background tasks; the database must run."""
    config = require_database(read_config())
    count = processes or config.queue.processes
    if with_parent:
        stop_with_parent()
    if only_long:
        work(config, LONG, max(1, count // 2))
        return
    with _long_queries(count):
        work(config, SHORT, count)


@contextmanager
def _long_queries(processes: int) -> Iterator[None]:
    """Have long queries done beside, by processes of their own.

    Notes
    -----
    Celery has one pool for all queues of a worker, so a few long queries would hold up all else. The other worker
    stays in our process group, where whoever ends us by force finds it too.

    Raises
    ------
    UnavailableError
        It ended by itself.
    """
    command = [sys.executable, "-m", "archive.cli", "worker", "--only-long", "--processes", str(processes)]
    child = subprocess.Popen([*command, "--with-parent"], stdin=subprocess.PIPE)  # noqa: S603 -- our own words
    is_stopping, has_ended = threading.Event(), threading.Event()

    def stop(**_: object) -> None:
        is_stopping.set()
        child.terminate()

    def watch() -> None:
        child.wait()
        if not is_stopping.is_set():
            has_ended.set()
            os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=watch, name="long queries", daemon=True)
    watcher.start()
    # The two stop at the same time, each when its running tasks are done.
    worker_shutting_down.connect(stop, weak=False)
    try:
        yield
    finally:
        stop()
        watcher.join()
        if child.stdin is not None:
            child.stdin.close()
    if has_ended.is_set():
        raise UnavailableError("The part of the worker that does long queries ended.")
