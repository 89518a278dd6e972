# SPDX-License-Identifier: BSD-3-Clause
"""The ``archive`` command: one file a group of commands."""

from typing import Any

import click

from archive.cli.adql import adql
from archive.cli.audit import audit
from archive.cli.catalogues import drop_table, load_table
from archive.cli.db import db
from archive.cli.demo import demo
from archive.cli.imports import import_exposures
from archive.cli.ingest import import_schedule, ingest
from archive.cli.previews import previews
from archive.cli.run import run
from archive.cli.serve import serve
from archive.cli.users import user
from archive.cli.work import worker
from archive.errors import ArchiveError

__all__ = ["main"]


class _Commands(click.Group):
    """Tells the archive's own errors in one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 -- click's own signature
        try:
            return super().invoke(ctx)
        except ArchiveError as exc:
            raise click.ClickException(exc.message) from exc


@click.group(cls=_Commands)
def main() -> None:
    """Run and tend a science data archive."""


main.add_command(adql)
main.add_command(audit)
main.add_command(run)
main.add_command(serve)
main.add_command(worker)
main.add_command(db)
main.add_command(import_exposures)
main.add_command(demo)
main.add_command(drop_table)
main.add_command(import_schedule)
main.add_command(ingest)
main.add_command(load_table)
main.add_command(previews)
main.add_command(user)
