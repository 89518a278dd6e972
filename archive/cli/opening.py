# SPDX-License-Identifier: BSD-3-Clause
"""How a command comes to the settings, the database and the use cases."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from archive.bootstrap import Services, build_services
from archive.config import Config
from archive.db import migrate
from archive.db.embedded import EmbeddedPostgres
from archive.db.session import Database
from archive.errors import ConfigError
from archive.log import configure_logging

__all__ = ["at", "migrate_to_head", "open_database", "open_services", "read_config", "require_database"]


def read_config() -> Config:
    """Read the settings of this process and send its logging where they say."""
    config = Config.from_environ(os.environ)  # noqa: TID251 -- the edge of the process
    configure_logging(config.log_level, as_json=config.log_as_json)
    return config


def require_database(config: Config) -> Config:
    """Give the settings with the address of a database that runs already and is up to date.

    Raises
    ------
    ConfigError
        The embedded one does not run, or the database is not up to date.
    UnavailableError
        The database does not answer.
    """
    url = config.database.url or EmbeddedPostgres(config.home, config.database.pg_home).running_url()
    if url is None:
        raise ConfigError("The embedded database does not run; start it with: archive db start")
    with _connected(url) as database:
        migrate.require_current(database)
    return at(config, url)


def migrate_to_head(url: str) -> None:
    """Bring a database to the form that this version needs."""
    with _connected(url) as database:
        migrate.upgrade(database)


@contextmanager
def open_database(config: Config) -> Iterator[Config]:
    """Give the settings with the address of a database that runs and is up to date.

    Notes
    -----
    The embedded one is started where it does not run, stopped again by whoever started it, and
    migrated. A site's own database is left as it is: `archive db upgrade` migrates it.
    """
    if config.database.url is not None:
        yield require_database(config)
        return
    embedded = EmbeddedPostgres(config.home, config.database.pg_home)
    was_running = embedded.status.is_running
    url = embedded.start()
    try:
        migrate_to_head(url)
        yield at(config, url)
    finally:
        if not was_running:
            embedded.stop()


@contextmanager
def open_services(config: Config | None = None) -> Iterator[Services]:
    """Give all use cases, for one command.

    Raises
    ------
    ConfigError
        A setting is wrong, or the database is not up to date.
    UnavailableError
        The database does not answer.
    """
    with open_database(config or read_config()) as ready:
        services = build_services(ready)
        try:
            yield services
        finally:
            services.dispose()


def at(config: Config, url: str) -> Config:
    """Give the settings with the address of the database put in."""
    return replace(config, database=replace(config.database, url=url))


@contextmanager
def _connected(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=1)
    try:
        yield database
    finally:
        database.dispose()
