"""A live archive whose database is stopped and started again under running queries."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import requests

from archive.db import migrate
from archive.db.session import Database
from tests.conformance.archives import COUNT, LiveArchive, a_live_archive
from tests.support.processes import until
from tests.support.servers import embedded_server

PATIENCE = 240
SMALL = {"LANG": "ADQL", "QUERY": "SELECT COUNT(*) AS n FROM ivoa.obscore", "RESPONSEFORMAT": "csv"}
TABLES = ", ".join(f"tap_schema.columns AS {name}" for name in "abcdef")
LONG = {**SMALL, "QUERY": f"SELECT COUNT(*) AS n FROM {TABLES}"}
ROWS = {**SMALL, "QUERY": f"SELECT a.description FROM {TABLES}", "MAXREC": "50000000"}


@pytest.mark.timeout(900)
def test_the_service_outlives_a_restart_of_the_database(tmp_path: Path) -> None:
    with embedded_server(tmp_path / "pg") as server:
        database = Database(server.start(), pool_size=2)
        migrate.upgrade(database)
        with a_live_archive(database, tmp_path) as live:
            # Several of each kind, so that pools hold connections that are cut.
            for form in ("csv", "parquet", "votable"):
                assert ask(live, {**SMALL, "RESPONSEFORMAT": form}).status_code == 200
            job = start(live, LONG)
            until(lambda: phase(job) == "EXECUTING", PATIENCE, "the begin of the job")
            until(lambda: running(database.url) == 1, PATIENCE, "its statement")
            plain = {"Accept-Encoding": "identity"}
            with requests.post(f"{live.url}/tap/sync", data=ROWS, headers=plain, stream=True, timeout=PATIENCE) as rows:
                assert rows.status_code == 200
                pieces = rows.iter_content(10_000)
                assert next(pieces)
                server.stop()
                with pytest.raises(requests.exceptions.ChunkedEncodingError):
                    read_all(pieces)
            away = ask(live, SMALL)
            assert away.status_code == 503
            assert b"does not answer" in away.content
            assert server.start() == database.url
            until(lambda: ask(live, SMALL).text == f"n\n{COUNT}\n", PATIENCE, "an answer")
            for form in ("csv", "parquet", "votable"):
                for _ in range(4):
                    assert ask(live, {**SMALL, "RESPONSEFORMAT": form}).status_code == 200
            until(lambda: running(database.url) == 1, PATIENCE, f"another begin of the job, which is {told(job)}")
            until(lambda: phase(job) == "EXECUTING", PATIENCE, "another begin")
            small = start(live, SMALL)
            until(lambda: phase(small) == "COMPLETED", PATIENCE, "another job")
            requests.delete(job, timeout=PATIENCE, allow_redirects=False)
            until(lambda: running(database.url) == 0, PATIENCE, "the end of the statement")
        database.dispose()


def ask(live: LiveArchive, asked: dict[str, str]) -> requests.Response:
    return requests.post(f"{live.url}/tap/sync", data=asked, timeout=PATIENCE)


def start(live: LiveArchive, asked: dict[str, str]) -> str:
    answer = requests.post(
        f"{live.url}/tap/async", data={**asked, "PHASE": "RUN"}, timeout=PATIENCE, allow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def told(job: str) -> str:
    return requests.get(job, timeout=PATIENCE).text


def phase(job: str) -> str:
    return requests.get(f"{job}/phase", timeout=PATIENCE).text


def read_all(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def running(url: str) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%columns%columns%columns%'"
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"{query} AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
        found = cursor.fetchone()
        return int(found[0]) if found else 0
