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
from archive.log import configure_logging

__all__ = ["open_database", "open_services", "read_config"]


def read_config() -> Config:
    """Read the settings of this process and send its logging where they say."""
    config = Config.from_environ(os.environ)  # noqa: TID251 -- the edge of the process
    configure_logging(config.log_level, as_json=config.log_as_json)
    return config


@contextmanager
def open_database(config: Config) -> Iterator[Config]:
    """Give the settings with the address of a database that runs and is up to date.

    Notes
    -----
    The embedded one is started where it does not run, stopped again by whoever started it, and
    migrated. A site's own database is left as it is: `archive db upgrade` migrates it.
    """
    if config.database.url is not None:
        database = Database(config.database.url, pool_size=1)
        try:
            migrate.require_current(database)
        finally:
            database.dispose()
        yield config
        return
    embedded = EmbeddedPostgres(config.home, config.database.pg_home)
    was_running = embedded.status.is_running
    url = embedded.start()
    try:
        database = Database(url, pool_size=1)
        try:
            migrate.upgrade(database)
        finally:
            database.dispose()
        yield replace(config, database=replace(config.database, url=url))
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
            services.database.dispose()
