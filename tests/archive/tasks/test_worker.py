"""The real worker process, `archive worker`."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2

from archive.config import Config
from archive.db.session import Database
from archive.queues import CeleryQueue, make_celery
from archive.queues.names import PREVIEW
from archive.worker import create_worker
from tests.support.processes import descendants, until
from tests.support.requirements import ROOT


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def a_worker(url: str, home: Path, log: Path) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")}  # noqa: TID251
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "archive.cli", "worker", "--processes", "1"],
            cwd=ROOT,
            env={**kept, "ARCHIVE_HOME": str(home), "ARCHIVE_DATABASE_URL": url},
            stdout=output,
            stderr=output,
        )


def test_it_sees_to_the_upkeep_and_survives_a_task_without_a_subject(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    worker = a_worker(database_url, tmp_path / "home", log)
    try:
        CeleryQueue(make_celery(None, database_url)).send(PREVIEW, "no-such-file")
        until(lambda: ask(database_url, "SELECT duty FROM upkeep") != [], 60)
        until(lambda: ask(database_url, "SELECT 1 FROM queue_message") == [], 60)
    finally:
        worker.terminate()
        assert worker.wait(60) == 0, log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_worker_whose_part_for_long_queries_died_ends_with_a_word(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    worker = a_worker(database_url, tmp_path / "home", log)
    try:
        until(lambda: ask(database_url, "SELECT duty FROM upkeep") != [], what="the begin of the work")
        for pid in descendants(worker.pid):
            if b"--only-long" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        assert worker.wait(120) == 1
    finally:
        worker.kill()
    assert "does long queries ended" in log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_it_is_made_from_the_settings_alone(tmp_path: Path) -> None:
    config = Config.from_environ(
        {"ARCHIVE_HOME": str(tmp_path), "ARCHIVE_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    )
    app = create_worker(config)
    assert PREVIEW in app.tasks
    assert app.conf.broker_url == "archivepg://"
