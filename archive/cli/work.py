# SPDX-License-Identifier: BSD-3-Clause
"""``archive worker``: the background tasks, Celery."""

import click

from archive.cli.opening import read_config, require_database
from archive.cli.parent import stop_with_parent, with_parent
from archive.worker import work

__all__ = ["worker"]


@click.command()
@click.option(
    "--processes", type=click.IntRange(1, 256), help="Tasks done at the same time (ARCHIVE_WORKER_PROCESSES)."
)
@with_parent
def worker(*, processes: int | None, with_parent: bool) -> None:
    """Do the background tasks; the database must run."""
    config = require_database(read_config())
    if with_parent:
        stop_with_parent()
    work(config, processes or config.queue.processes)
