"""The role that runs queries, as tests play it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime

import psycopg2
import psycopg2.extensions

from archive.db.session import Database
from archive.db.tap import TAP_ROLE, Site, caller_words
from archive.domain.access import ANONYMOUS, Caller
from tests.support.holdings import NOW

SITE = Site("https://archive.example", "example.org")


@contextmanager
def asking(
    database: Database, caller: Caller = ANONYMOUS, now: datetime = NOW, *, read_only: bool = True
) -> Iterator[psycopg2.extensions.cursor]:
    """Give a cursor of a transaction as queries have it; what went wrong in it may be tried again."""
    with closing(psycopg2.connect(database.url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('archive.caller', %s, false)", (caller_words(caller, now, SITE),))
            cursor.execute(
                f"SET ROLE {TAP_ROLE}; SET search_path = public; SET jit = off; SET statement_timeout = 20000"
            )
            cursor.execute("SET default_transaction_read_only = %s", (read_only,))
            yield cursor


def told(database: Database, sql: str, caller: Caller = ANONYMOUS, now: datetime = NOW) -> list[tuple[object, ...]]:
    """Give the rows that a query has for a caller."""
    with asking(database, caller, now) as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def planned(database: Database, sql: str, caller: Caller = ANONYMOUS) -> str:
    """Give the plan of a query."""
    return "\n".join(str(row[0]) for row in told(database, f"EXPLAIN (COSTS off) {sql}", caller))
