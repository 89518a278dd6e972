"""What callers have under way, counted over all processes."""

import subprocess
import sys

import pytest
from sqlalchemy import text

from archive.db.counting import SharedCount
from archive.db.session import Database
from tests.support.processes import until
from vo.dali import UnavailableError

HOLD = """
import sys
from archive.db.counting import SharedCount
count = SharedCount(sys.argv[1])
print(count.take("ada", 2) is not None, flush=True)
sys.stdin.read()
"""


def test_all_processes_count_together_and_what_died_counts_no_longer(database: Database) -> None:
    count = SharedCount(database.url)
    command = [sys.executable, "-c", HOLD, database.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        give_back = count.take("ada", 2)
        assert give_back is not None
        assert count.take("ada", 2) is None
        assert count.take("eve", 2) is not None
        other.kill()
    until(lambda: count.take("ada", 2) is not None, what="an end of the count")
    assert count.take("ada", 2) is None
    give_back()
    assert count.take("ada", 2) is not None
    count.close()


def test_a_connection_that_was_cut_is_made_anew(database: Database) -> None:
    count = SharedCount(database.url)
    give_back = count.take("ada", 1)
    assert give_back is not None
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'archive counting'"
    with database.engine.connect() as connection:
        connection.execute(text(f"{query} AND datname = current_database()"))
    give_back()
    assert count.take("ada", 1) is not None
    with database.engine.connect() as connection:
        connection.execute(text(f"{query} AND datname = current_database()"))
    assert count.take("ada", 1) is None, "what is under way here is known without the database"
    assert count.take("eve", 1) is not None
    count.close()


def test_a_database_that_is_away_is_told() -> None:
    with pytest.raises(UnavailableError):
        SharedCount("postgresql://nobody@127.0.0.1:9/none").take("ada", 1)
