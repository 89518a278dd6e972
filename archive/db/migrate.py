# SPDX-License-Identifier: BSD-3-Clause
"""Bring a database to the form that this version of the code needs."""

from alembic import command
from alembic.config import Config as AlembicConfig

from archive.assets import asset_folder
from archive.db.session import Database

__all__ = ["make_revision", "upgrade"]

MIGRATIONS = asset_folder("migrations")


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations that are missing."""
    with database.engine.connect() as connection:
        command.upgrade(_alembic(connection), revision)


def make_revision(database: Database, message: str, number: str) -> None:
    """Write a new migration from the difference of models and database."""
    with database.engine.connect() as connection:
        command.revision(_alembic(connection), message, autogenerate=True, rev_id=number)


def _alembic(connection: object) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
