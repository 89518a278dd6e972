"""Small cones by TAP over HTTP on ten million stars, against the bare SQL of them.

    python -m benchmarks.cone [--rows 10000000] [--database URL]

Each question is new, over one connection that is kept, as programs do it that ask for many places. The bare SQL is
what the service makes of the same query, its rows taken by psycopg2 with the rights and settings of the service.
"""

import http.client
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlencode

import numpy as np

from archive.db.session import Database
from archive.db.tap import PublishedTables
from archive.domain.access import ANONYMOUS
from benchmarks._catalogue import a_catalogue, arguments, asking, with_edges
from benchmarks._ground import served, tell
from benchmarks._sky import Cursor
from vo.adql import TableMap, translate

FORMS = ("csv", "votable", "votable/td")
BAR = 6.0
QUESTIONS = 300
WARM = 50
MAXREC = 20_000


def main() -> bool:
    options = arguments(__doc__)
    rng = np.random.default_rng(7)
    places = with_edges(rng, options.rows)
    chosen = rng.integers(0, len(places.ra), WARM + QUESTIONS)
    queries = [cone(float(places.ra[at]), float(places.dec[at])) for at in chosen]
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    with a_catalogue(places, None, options.database) as url:
        database = Database(url, pool_size=1)
        tables = PublishedTables(database=database)(ANONYMOUS)
        database.dispose()
        with served(url) as port, asking(url) as cursor:
            reached = [measure(port, cursor, tables, form, queries) for form in FORMS]
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    return all(reached)


def cone(ra: float, dec: float) -> str:
    circle = f"CIRCLE({ra!r}, {dec!r}, {1 / 60!r})"
    return f"SELECT id, ra, dec FROM catalogues.stars WHERE 1 = CONTAINS(POINT(ra, dec), {circle})"


def measure(port: int, cursor: Cursor, tables: TableMap, form: str, queries: list[str]) -> bool:
    """Ask each question in both ways, the first of them to warm up."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    whole, bare, rows = [], [], []
    with closing(client):
        for number, query in enumerate(queries):
            sql = translate(query, tables, limit=MAXREC + 1).sql
            ways = [lambda query=query: by_http(client, form, query), lambda sql=sql: by_sql(cursor, sql)]
            # Whoever comes first finds the pages cold.
            order = (0, 1) if number % 2 else (1, 0)
            seconds = {at: clocked(ways[at]) for at in order}
            if number >= WARM:
                whole.append(seconds[0][0])
                bare.append(seconds[1][0])
                rows.append(seconds[1][1])
    http_ms, sql_ms = statistics.median(whole) * 1000, statistics.median(bare) * 1000
    print(f"  {form}: {http_ms:.2f} ms, bare SQL {sql_ms:.2f} ms, {statistics.mean(rows):.1f} rows")
    return tell(f"cone of 1′ by HTTP, {form}, over the bare SQL", http_ms - sql_ms, BAR, "ms", is_more_better=False)


def by_http(client: http.client.HTTPConnection, form: str, query: str) -> int:
    client.request("GET", "/tap/sync?" + urlencode({"LANG": "ADQL", "RESPONSEFORMAT": form, "QUERY": query}))
    answer = client.getresponse()
    told = answer.read()
    assert answer.status == 200, told
    return len(told)


def by_sql(cursor: Cursor, sql: str) -> int:
    cursor.execute(sql)
    return len(cursor.fetchall())


def clocked(step: Callable[[], int]) -> tuple[float, int]:
    begin = time.perf_counter()
    told = step()
    return time.perf_counter() - begin, told


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
