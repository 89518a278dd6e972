# SPDX-License-Identifier: BSD-3-Clause
"""``archive db``: the database, and the embedded server where it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from archive.cli.opening import read_config
from archive.config import Config
from archive.db import migrate
from archive.db.embedded import EmbeddedPostgres
from archive.db.session import Database
from archive.db.tap import wall_statement
from archive.errors import ConfigError

__all__ = ["db"]


@click.group()
def db() -> None:
    """Start, stop and upgrade the database."""


@db.command()
def start() -> None:
    """Start the embedded PostgreSQL and leave it running."""
    embedded = _embedded(read_config())
    embedded.start()
    click.echo(f"PostgreSQL runs on 127.0.0.1:{embedded.status.port} (data in {embedded.status.data})")


@db.command()
def stop() -> None:
    """Stop the embedded PostgreSQL."""
    embedded = _embedded(read_config())
    was_running = embedded.status.is_running
    embedded.stop()
    click.echo("PostgreSQL is stopped." if was_running else "PostgreSQL was not running.")


@db.command()
def status() -> None:
    """Tell whether the embedded PostgreSQL runs; the exit status is 3 if not."""
    known = _embedded(read_config()).status
    click.echo(f"running: {f'yes, process {known.pid}, port {known.port}' if known.is_running else 'no'}")
    click.echo(f"data: {known.data}")
    click.echo(f"log: {known.log}")
    if not known.is_running:
        raise click.exceptions.Exit(3)


@db.command()
def url() -> None:
    """Print the address of the database, password included, for psql and pg_dump."""
    config = read_config()
    address = config.database.url or _embedded(config).running_url()
    if address is None:
        raise ConfigError("The embedded PostgreSQL does not run; start it with: archive db start")
    click.echo(address)


@db.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def dump(target: Path) -> None:
    """Write the embedded database to the file TARGET."""
    with _running(read_config()) as embedded:
        embedded.dump(target)
    click.echo(f"{target}: {target.stat().st_size:,} bytes")


@db.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """Load SOURCE, written by `archive db dump`, into an embedded database that is empty."""
    with _running(read_config()) as embedded:
        embedded.restore(source)
    click.echo("Restored; now run: archive db upgrade")


@db.command()
def upgrade() -> None:
    """Bring the database to the form that this version needs."""
    config = read_config()
    if config.database.url is not None:
        _upgrade(config.database.url)
        return
    with _running(config) as embedded:
        _upgrade(embedded.start())


@db.command()
def walls() -> None:
    """Print SQL for a superuser of the server: it takes from everybody what queries must not have.

    Only needed where the archive's own user is no superuser, and the database is not the embedded one.
    It may be run again.
    """
    click.echo("-- Run this in the archive's database, as a superuser, after 'archive db upgrade'.")
    click.echo(f"{wall_statement().strip()};")


@contextmanager
def _running(config: Config) -> Iterator[EmbeddedPostgres]:
    embedded = _embedded(config)
    was_running = embedded.status.is_running
    try:
        embedded.start()
        yield embedded
    finally:
        if not was_running:
            embedded.stop()


def _upgrade(address: str) -> None:
    database = Database(address, pool_size=1)
    try:
        migrate.upgrade(database)
        click.echo(f"The database is at revision {migrate.current_revision(database)}.")
    finally:
        database.dispose()


def _embedded(config: Config) -> EmbeddedPostgres:
    if config.database.url is not None:
        raise ConfigError("ARCHIVE_DATABASE_URL is set: the database is not the embedded one.")
    return EmbeddedPostgres(config.home, config.database.pg_home)
