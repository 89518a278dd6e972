"""A worker whose tasks leave a trace in the table ``trace``: ``python -m tests.support.queue_worker URL PROCESSES``."""

import os
import sys
import time
from contextlib import closing

import psycopg2

from archive.queues import make_celery
from archive.queues.names import PREVIEW


def main(url: str, processes: str) -> None:
    """Work until told to stop."""
    app = make_celery(None, url)
    app.conf.broker_transport_options["lease"] = 10

    def note(key: str, seconds: int = 0, deadly_until: int = 0) -> None:
        leave_trace(url, key, "began")
        if deadly_until and times_begun(url, key) < deadly_until:
            os.kill(os.getpid(), 9)
        time.sleep(seconds)
        leave_trace(url, key, "ended")

    app.task(name=PREVIEW)(note)
    app.worker_main(["-q", "worker", "-c", processes, "--loglevel", "INFO"])


def leave_trace(url: str, key: str, what: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trace (key, what, pid, at) VALUES (%s, %s, %s, clock_timestamp())", (key, what, os.getpid())
        )


def times_begun(url: str, key: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trace WHERE key = %s AND what = 'began'", (key,))
        row = cursor.fetchone()
        assert row is not None
        return int(row[0])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
