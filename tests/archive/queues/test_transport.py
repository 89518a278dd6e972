"""The queues in PostgreSQL, with real workers that are really killed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from archive.db import migrate
from archive.db.session import Database
from archive.queues import CeleryQueue, make_celery
from archive.queues.names import PREVIEW
from tests.support.processes import until
from tests.support.requirements import ROOT
from tests.support.servers import embedded_server


class Trace:
    """What the tasks of `tests.support.queue_worker` left behind."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(psycopg2.connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall()) if cursor.description else []

    def counts(self, what: str) -> Counter[object]:
        return Counter(row[0] for row in self.ask(f"SELECT key FROM trace WHERE what = '{what}'"))

    def pid(self, key: str) -> int:
        return int(str(self.ask(f"SELECT pid FROM trace WHERE key = '{key}' ORDER BY at")[-1][0]))

    def waiting(self) -> int:
        return int(str(self.ask("SELECT count(*) FROM queue_message")[0][0]))


@pytest.fixture
def trace(database: object, database_url: str) -> Iterator[Trace]:
    found = Trace(database_url)
    found.ask("CREATE TABLE trace (key text, what text, pid int, at timestamptz)")
    yield found
    found.ask("DROP TABLE trace; DELETE FROM queue_message")


@pytest.fixture
def queue(database_url: str) -> CeleryQueue:
    return CeleryQueue(make_celery(None, database_url))


@contextmanager
def worker(url: str, log: Path, processes: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.support.queue_worker", url, str(processes)],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(120)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()
                raise AssertionError(log.read_text(encoding="utf-8")[-4000:]) from None


def test_many_tasks_none_lost_none_doubled(trace: Trace, queue: CeleryQueue, tmp_path: Path) -> None:
    for number in range(100):
        queue.send(PREVIEW, f"before-{number}")
    with worker(trace.url, tmp_path / "one", 2), worker(trace.url, tmp_path / "two", 1):
        until(lambda: trace.counts("ended").total() > 0)
        for number in range(100):
            queue.send(PREVIEW, f"after-{number}")
        until(lambda: trace.waiting() == 0)
    ended = trace.counts("ended")
    assert len(ended) == 200
    assert set(ended.values()) == {1}


def test_a_task_longer_than_its_lease_is_not_doubled(trace: Trace, queue: CeleryQueue, tmp_path: Path) -> None:
    queue.send(PREVIEW, "long", 13)
    with worker(trace.url, tmp_path / "one"), worker(trace.url, tmp_path / "two"):
        until(lambda: trace.waiting() == 0)
    assert trace.counts("began") == {"long": 1}


def test_a_task_whose_process_is_killed_runs_again(trace: Trace, queue: CeleryQueue, tmp_path: Path) -> None:
    queue.send(PREVIEW, "victim", 2)
    with worker(trace.url, tmp_path / "log"):
        until(lambda: trace.counts("began").total() == 1)
        os.kill(trace.pid("victim"), signal.SIGKILL)
        until(lambda: trace.waiting() == 0)
    assert trace.counts("began") == {"victim": 2}
    assert trace.counts("ended") == {"victim": 1}


def test_a_task_whose_whole_worker_is_killed_runs_again(trace: Trace, queue: CeleryQueue, tmp_path: Path) -> None:
    queue.send(PREVIEW, "victim", 2)
    with worker(trace.url, tmp_path / "log") as first:
        until(lambda: trace.counts("began").total() == 1)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    with worker(trace.url, tmp_path / "log"):
        until(lambda: trace.waiting() == 0)
    assert trace.counts("ended") == {"victim": 1}


def test_a_task_that_kills_every_worker_is_dropped_at_last(trace: Trace, queue: CeleryQueue, tmp_path: Path) -> None:
    queue.send(PREVIEW, "killer", 0, 99)
    queue.send(PREVIEW, "good")
    with worker(trace.url, tmp_path / "log"):
        until(lambda: trace.waiting() == 0)
    assert trace.counts("began") == {"killer": 5, "good": 1}
    assert trace.counts("ended") == {"good": 1}


def test_stopping_lets_the_running_task_end_and_gives_back_the_rest(
    trace: Trace, queue: CeleryQueue, tmp_path: Path
) -> None:
    for key in ("first", "second", "third"):
        queue.send(PREVIEW, key, 3)
    with worker(trace.url, tmp_path / "log"):
        until(lambda: trace.counts("began").total() == 1)
    assert trace.counts("ended") == {"first": 1}
    assert trace.counts("began") == {"first": 1}
    rows = trace.ask("SELECT visible <= now() FROM queue_message")
    assert rows == [(True,), (True,)], "what was not begun is there for the next worker at once"


def test_a_database_that_goes_away_and_comes_back(trace: Trace, queue: CeleryQueue, tmp_path: Path) -> None:
    with worker(trace.url, tmp_path / "log"):
        queue.send(PREVIEW, "before")
        until(lambda: trace.waiting() == 0)
        trace.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'archive queue'"
        )
        queue.send(PREVIEW, "after")
        until(lambda: trace.waiting() == 0)
    assert trace.counts("ended") == {"before": 1, "after": 1}


def test_a_server_that_is_stopped_and_started_again(tmp_path: Path) -> None:
    with embedded_server(tmp_path / "home") as server:
        url = server.start()
        database = Database(url, pool_size=1)
        migrate.upgrade(database)
        database.dispose()
        trace = Trace(url)
        trace.ask("CREATE TABLE trace (key text, what text, pid int, at timestamptz)")
        queue = CeleryQueue(make_celery(None, url))
        with worker(url, tmp_path / "log"):
            queue.send(PREVIEW, "before")
            until(lambda: trace.waiting() == 0)
            server.stop()
            queue.send(PREVIEW, "meanwhile")
            time.sleep(2)
            assert server.start() == url
            queue.send(PREVIEW, "after")
            until(lambda: trace.counts("ended")["after"] == 1)
        assert trace.counts("ended") == {"before": 1, "after": 1}, "what could not be sent is the upkeep's to send"
    told = (tmp_path / "log").read_text(encoding="utf-8")
    assert told.count("Cannot connect") <= 3, "a worker waits between its tries"
    assert "Frequent restarts" not in told


def test_an_idle_worker_starts_a_task_at_once(trace: Trace, queue: CeleryQueue, tmp_path: Path) -> None:
    with worker(trace.url, tmp_path / "log"):
        queue.send(PREVIEW, "warm")
        until(lambda: trace.waiting() == 0)
        times = [seconds_until_begun(trace, queue, f"timed {number}") for number in range(8)]
        assert min(times) < 0.5, "well below what polling would take, unless the machine has much else to do"


def seconds_until_begun(trace: Trace, queue: CeleryQueue, key: str) -> float:
    began = time.monotonic()
    queue.send(PREVIEW, key)
    until(lambda: trace.counts("began")[key] == 1)
    return time.monotonic() - began
