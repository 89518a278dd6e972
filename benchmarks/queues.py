"""The queues in PostgreSQL: how soon an idle worker begins a task, and how many it does a second.

    python -m benchmarks.queues

A sender and a real worker of two processes, each a process of its own; a task only writes down when it began.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.queues import CeleryQueue, make_celery
from archive.queues.names import PREVIEW
from benchmarks._ground import a_database, tell

SINGLE, BURST = 100, 2000


def main() -> int:
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], Path(sys.argv[3]))
        return 0
    with a_database() as url, TemporaryDirectory() as folder, a_worker(url, Path(folder) / "begun") as begun:
        queue = CeleryQueue(make_celery(None, url))
        send(queue, 2, begun)
        waits = [send(queue, 1, begun) for _ in range(SINGLE)]
        rate = BURST / send(queue, BURST, begun)
    return (
        0
        if all(
            [
                tell("queue, sent to begun, median", 1000 * statistics.median(waits), 10, "ms", is_more_better=False),
                tell("queue, sent to begun, worst of 100", 1000 * max(waits), 100, "ms", is_more_better=False),
                tell("queue, burst of 2000 tasks", rate, 200, "tasks/s", is_more_better=True),
            ]
        )
        else 1
    )


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
