"""What the benchmarks stand on: a database of their own, and how a figure is told."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2

from archive.db import migrate
from archive.db.embedded import EmbeddedPostgres
from archive.db.session import Database


@contextmanager
def a_database() -> Iterator[str]:
    """Give an empty, migrated database: on ARCHIVE_BENCH_DATABASE_URL, else on an embedded server; it is removed."""
    server = os.environ.get("ARCHIVE_BENCH_DATABASE_URL")  # noqa: TID251
    with _named(server) if server else _embedded() as url:
        database = Database(url, pool_size=1)
        try:
            migrate.upgrade(database)
        finally:
            database.dispose()
        yield url


@contextmanager
def served(url: str, *, with_worker: bool = False) -> Iterator[int]:
    """Run the real web server on a database as long as the block lasts; give its port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as home:
        settings = {"ARCHIVE_HOME": home, "ARCHIVE_SESAME_URL": "off"}
        # By its port the server's own processes are known.
        worker = _running("worker", url, settings | {"ARCHIVE_BASE_URL": f"http://127.0.0.1:{port}"})
        server = _running("serve", url, settings | {"ARCHIVE_PORT": str(port)})
        with server as process, worker if with_worker else nullcontext():
            until = time.monotonic() + 60
            while not _answers(port):
                assert process.poll() is None, "the server has ended"
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.2)
            yield port


def processes_of(port: int) -> list[int]:
    """Give the processes of the server that `served` runs."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                if f"ARCHIVE_PORT={port}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def run_archive(url: str, *arguments: str) -> None:
    """Run a command of the archive on a database."""
    subprocess.run([sys.executable, "-m", "archive.cli", *arguments], env=_environment(url), check=True)


@contextmanager
def _running(command: str, url: str, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "archive.cli", command], env=_environment(url, **settings))
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        client.request("GET", "/help")
        return client.getresponse().status == 200
    except OSError:
        return False
    finally:
        client.close()


def _environment(url: str, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")}  # noqa: TID251
    return {**kept, "ARCHIVE_DATABASE_URL": url, **settings}


def tell(name: str, figure: float, bar: float, unit: str, *, is_more_better: bool) -> bool:
    """Print a figure against its bar; give whether it is reached."""
    is_reached = figure >= bar if is_more_better else figure <= bar
    sign = "≥" if is_more_better else "≤"
    print(f"{name}: {figure:.3g} {unit} ({sign} {bar:g} {unit}) {'ok' if is_reached else 'SHORT'}", flush=True)
    return is_reached


@contextmanager
def _embedded() -> Iterator[str]:
    with TemporaryDirectory(prefix="archive-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "home")
        try:
            yield server.start()
        finally:
            server.stop()
            # For root it does not lie in its home.
            shutil.rmtree(server.place.folder, ignore_errors=True)


@contextmanager
def _named(server: str) -> Iterator[str]:
    name = f"archive_bench_{os.getpid()}"
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
            try:
                yield f"{server.rsplit('/', 1)[0]}/{name}"
            finally:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
