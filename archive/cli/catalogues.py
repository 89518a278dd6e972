# SPDX-License-Identifier: BSD-3-Clause
"""``archive load-table`` and ``archive drop-table``: catalogues for queries in ADQL."""

from pathlib import Path

import click

from archive.cli.opening import open_services
from archive.services.catalogues import name_for

__all__ = ["drop_table", "load_table"]


@click.command("load-table")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Name of the table; by default made of the file's.")
@click.option("--description", default="", help="What it holds, in a sentence.")
@click.option("--replace", "is_replacing", is_flag=True, help="Take the place of a table of this name.")
def load_table(file: Path, *, name: str | None, description: str, is_replacing: bool) -> None:
    """Load a catalogue from FITS, VOTable, Parquet or CSV, also in gzip, as a table for queries.

    Its columns keep their units, UCDs and descriptions. Where it has positions (by UCD, or called ra and dec), a
    HEALPix index is made and the rows lie in its order.
    """
    name = name or name_for(file)
    with open_services() as services:
        rows = services.catalogues.load(file, name, description, is_replacing=is_replacing)
    click.echo(f"catalogues.{name} has {rows} rows")


@click.command("drop-table")
@click.argument("name")
def drop_table(*, name: str) -> None:
    """Drop a catalogue that was loaded."""
    with open_services() as services:
        services.catalogues.drop(name)
    click.echo(f"catalogues.{name} is gone")
