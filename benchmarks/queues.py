"""The queues in PostgreSQL: how soon an idle worker begins a task, and how many it does a second.

    python -m benchmarks.queues

A sender and a real worker of two processes, each a process of its own; a task only writes down when it began.
The bound is what the database needs for a task's row, taken in the same run.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2

from archive.queues import CeleryQueue, make_celery
from archive.queues.names import PREVIEW
from benchmarks._ground import a_database, tell

# In short rounds, because the machine may have other work in between.
ROUNDS, SINGLE, BURST, ROWS = 20, 10, 100, 50


def main() -> int:
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], Path(sys.argv[3]))
        return 0
    with a_database() as url, TemporaryDirectory() as folder, a_worker(url, Path(folder) / "begun") as begun:
        queue = CeleryQueue(make_celery(None, url))
        send(queue, 2, begun)
        rounds = [
            (row_cycle(url), [send(queue, 1, begun) for _ in range(SINGLE)], send(queue, BURST, begun) / BURST)
            for _ in range(ROUNDS)
        ]
    row = statistics.mean(found[0] for found in rounds)
    waits = [wait for found in rounds for wait in found[1]]
    wait, a_task = statistics.mean(waits), statistics.mean(found[2] for found in rounds)
    print(f"a row put, taken and deleted: {1e3 * row:.2g} ms; {1 / a_task:.0f} tasks/s in bursts of {BURST}")
    print(f"a task begun after: median {1e3 * statistics.median(waits):.2g} ms, slowest {1e3 * max(waits):.2g} ms")
    reached = [
        tell("queue, sent to begun, against a row's way", wait / row, 8, "times", is_more_better=False),
        tell("queue, a task of a burst, against a row's way", a_task / row, 8, "times", is_more_better=False),
    ]
    return 0 if all(reached) else 1


def row_cycle(url: str) -> float:
    """Give the seconds it takes to put, take and delete one row of the queue: the least that any task costs here."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        began = time.perf_counter()
        for _ in range(ROWS):
            cursor.execute(
                "INSERT INTO queue_message (queue, body, visible, reads) VALUES ('bench', '{}', now(), 0) RETURNING id"
            )
            row = cursor.fetchone()
            cursor.execute("UPDATE queue_message SET visible = now(), reads = 1 WHERE id = %s RETURNING body", row)
            cursor.execute("DELETE FROM queue_message WHERE id = %s", row)
        return (time.perf_counter() - began) / ROWS


def send(queue: CeleryQueue, count: int, begun: Path) -> float:
    """Send tasks to a worker that has none; give the seconds until the last has begun."""
    before = len(times(begun))
    sent = time.time()
    for number in range(count):
        queue.send(PREVIEW, number)
    while len(times(begun)) < before + count:
        time.sleep(0.02)
    return times(begun)[-1] - sent


def times(begun: Path) -> list[float]:
    return sorted(map(float, begun.read_text(encoding="ascii").split()))


@contextmanager
def a_worker(url: str, begun: Path) -> Iterator[Path]:
    begun.touch()
    command = [sys.executable, "-m", "benchmarks.queues", "--work", url, str(begun)]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield begun
    finally:
        worker.terminate()
        worker.wait()


def work(url: str, begun: Path) -> None:
    app = make_celery(None, url)

    def note(_: int) -> None:
        with begun.open("a", encoding="ascii") as file:
            file.write(f"{time.time()}\n")

    app.task(name=PREVIEW)(note)
    app.worker_main(["-q", "worker", "-c", "2", "--loglevel", "ERROR"])


if __name__ == "__main__":
    sys.exit(main())
