"""A real PostgreSQL for the tests: one server, one database a worker, built once by the migrations."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import psycopg2.extensions
import pytest
from sqlalchemy import text

from archive.db import migrate
from archive.db.schema import Base
from archive.db.session import Database


@pytest.fixture(scope="session")
def database_server() -> str:
    """Give the address of a server on which databases may be made."""
    return os.environ["ARCHIVE_TEST_DATABASE_URL"]  # noqa: TID251


@pytest.fixture(scope="session")
def template_database(database_server: str) -> str:
    """Build the schema once by the migrations; give the name of the database that holds it."""
    digest = hashlib.sha256()
    for script in sorted(migrate.MIGRATIONS.glob("versions/*.py")):
        digest.update(script.read_bytes())
    name = f"archive_template_{digest.hexdigest()[:12]}"
    with _admin(database_server) as cursor:
        cursor.execute("SELECT pg_advisory_lock(7141)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{name}_new"')
            fresh = Database(_on(database_server, f"{name}_new"))
            migrate.upgrade(fresh)
            fresh.dispose()
            cursor.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


@pytest.fixture(scope="session")
def database_url(database_server: str, template_database: str, worker_id: str) -> Iterator[str]:
    """Give the address of this worker's own database."""
    name = f"archive_test_{worker_id}_{os.getpid()}"
    with _admin(database_server) as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
    yield _on(database_server, name)
    with _admin(database_server) as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an empty catalogue."""
    fresh = Database(database_url)
    yield fresh
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with fresh.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    fresh.dispose()


@contextmanager
def _admin(url: str) -> Iterator[psycopg2.extensions.cursor]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _on(url: str, name: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{name}"
