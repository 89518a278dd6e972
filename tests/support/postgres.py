"""A real PostgreSQL for the tests: one server, one database a worker, built once by the migrations."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
from sqlalchemy import text

from archive.db import migrate, tap
from archive.db.embedded import EmbeddedPostgres
from archive.db.schema import Base
from archive.db.session import Database
from tests.support.servers import CARELESS, remove_server


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """Give the address of a server on which databases may be made: the one named, else an embedded one."""
    named = os.environ.get("ARCHIVE_TEST_DATABASE_URL")  # noqa: TID251
    if named:
        yield named
        return
    base = tmp_path_factory.getbasetemp()
    home = (base if worker_id == "master" else base.parent) / "postgres"
    home.mkdir(exist_ok=True)
    server = EmbeddedPostgres(home, settings=CARELESS)
    # The workers share one server: the first starts it, the last stops it.
    with _users(home) as users:
        url = server.start()
        users.append(worker_id)
    yield url
    with _users(home) as users:
        users.remove(worker_id)
        if not users:
            server.stop()
            remove_server(server)


@pytest.fixture(scope="session")
def template_database(database_server: str) -> str:
    """Build the schema once by the migrations; give the name of the database that holds it."""
    digest = hashlib.sha256()
    # What TAP_SCHEMA tells comes from the code, and is written after the migrations.
    described = Path(tap.__file__).parent
    scripts = [
        *migrate.MIGRATIONS.glob("versions/*.py"),
        *described.glob("*.py"),
        *(described.parent / "schema").glob("*.py"),
    ]
    for script in sorted(scripts):
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
        # Rights to a database itself are not those of its template.
        cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
    yield _on(database_server, name)
    with _admin(database_server) as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an empty catalogue."""
    fresh = Database(database_url)
    yield fresh
    empty(fresh)
    fresh.dispose()


def empty(database: Database) -> None:
    """Take all rows out of all tables, and catalogues out of the description of what queries may ask."""
    with database.engine.begin() as connection:
        has_catalogues = connection.scalar(text("SELECT EXISTS (SELECT FROM catalogue)"))
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with database.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    if has_catalogues:
        with database.begin() as uow:
            tap.describe_all(uow)


@contextmanager
def _users(home: Path) -> Iterator[list[str]]:
    """Give the list of workers that use the server, to be changed while no other looks at it."""
    with (home / "users").open("a+", encoding="ascii") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        users = kept.read().split()
        yield users
        kept.truncate(0)
        kept.write("\n".join(users))


@contextmanager
def _admin(url: str) -> Iterator[psycopg2.extensions.cursor]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _on(url: str, name: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{name}"
