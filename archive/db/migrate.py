# SPDX-License-Identifier: BSD-3-Clause
"""Bring a database to the form that this version of the code needs."""

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from archive.assets import asset_folder
from archive.db.session import Database
from archive.db.tap.published import describe_all
from archive.db.tap.walls import raise_walls
from archive.errors import ConfigError, UnavailableError

__all__ = ["current_revision", "make_revision", "require_current", "upgrade"]

MIGRATIONS = asset_folder("migrations")


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations that are missing, take the rights that queries must not have, and describe the tables.

    Raises
    ------
    UnavailableError
        The database does not answer.
    """
    try:
        with database.engine.connect() as connection:
            command.upgrade(_alembic(connection), revision)
        raise_walls(database)
        if current_revision(database) == ScriptDirectory.from_config(_alembic(None)).get_current_head():
            with database.begin() as uow:
                describe_all(uow)
    except OperationalError as exc:
        raise UnavailableError("The archive's database does not answer, or is locked by another command.") from exc


def current_revision(database: Database) -> str | None:
    """Tell how far the database is migrated; None for an empty one.

    Raises
    ------
    UnavailableError
        The database does not answer.
    """
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as exc:
        raise UnavailableError("The archive's database does not answer.") from exc


def require_current(database: Database) -> None:
    """Check that the database is as this version of the code needs it.

    Raises
    ------
    ConfigError
        It is not.
    """
    current, wanted = current_revision(database), ScriptDirectory.from_config(_alembic(None)).get_current_head()
    if current != wanted:
        raise ConfigError(
            f"The database is at revision {current or 'none'} and this version needs {wanted}; run: archive db upgrade"
        )


def make_revision(database: Database, message: str, number: str) -> None:
    """Write a new migration from the difference of models and database."""
    with database.engine.connect() as connection:
        command.revision(_alembic(connection), message, autogenerate=True, rev_id=number)


def _alembic(connection: object) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
