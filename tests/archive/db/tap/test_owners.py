"""A database whose owner is no superuser: what it cannot do itself, one statement of a superuser does."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from archive.cli import main
from archive.db import migrate
from archive.db.session import Database
from archive.db.tap import fallen_walls, require_walls
from archive.errors import ConfigError
from tests.support.taprole import told


@pytest.fixture
def owned(database: Database) -> Iterator[tuple[Database, str]]:
    """Give an empty database of a user who can make roles, and the address by which a superuser comes to it."""
    with database.engine.connect() as connection:
        if not connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            pytest.skip("only a superuser can make a user who makes roles")
    name = f"owner_{os.getpid()}"
    parts = urlsplit(database.url)
    server = create_engine(
        database.url.replace("postgresql://", "postgresql+psycopg2://"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'secret'"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'"))
    ours = Database(urlunsplit(parts._replace(netloc=f"{name}:secret@{parts.hostname}:{parts.port}", path=f"/{name}")))
    yield ours, urlunsplit(parts._replace(path=f"/{name}"))
    ours.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"REVOKE SET ON PARAMETER temp_file_limit FROM {name}"))
        connection.execute(text(f"DROP ROLE {name}"))
    server.dispose()


def test_a_superuser_is_needed_once(owned: tuple[Database, str]) -> None:
    ours, theirs = owned
    migrate.upgrade(ours)
    with pytest.raises(ConfigError, match="archive db walls"):
        require_walls(ours)
    printed = CliRunner().invoke(main, ["db", "walls"])
    assert printed.exit_code == 0
    superuser = Database(theirs)
    with superuser.engine.begin() as connection:
        connection.exec_driver_sql(printed.output.replace("%", "%%"))
    superuser.dispose()
    assert fallen_walls(ours) == []
    migrate.upgrade(ours)
    require_walls(ours)
    assert told(ours, "SELECT count(*) FROM ivoa.obscore") == [(0,)]
