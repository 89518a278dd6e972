"""Crossmatches with ten million stars, against `q3c_join` in the same PostgreSQL.

    ARCHIVE_BENCH_DATABASE_URL=postgresql://… python -m benchmarks.crossmatch [--rows 10000000] [--database URL]

Tables of places are uploaded by TAP over HTTP, asked as people write it, and a million stored ones are matched,
too. The server needs the extensions q3c and pg_sphere, and a superuser. Q3C has its stars in the order of its own
index, and the places that are uploaded in the order in which they come; the time with those in the order of its
index is told beside it. All is warm, every statement in one process. All pairs are compared with Q3C's.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg2

from archive.db.session import Database
from archive.db.tap import PublishedTables, TapUploads
from archive.domain.access import ANONYMOUS
from archive.domain.clock import utc_now
from benchmarks._catalogue import Places, a_catalogue, arguments, asking, copied, with_edges, write_upload
from benchmarks._ground import served, tell
from benchmarks._sky import Cursor
from vo.adql import Table, TableMap, translate
from vo.tables.uploads import UploadLimits, read_table

# How many places, how far in arcseconds, how often, and the bar: in the database, times q3c_join.
UPLOADS = ((10_000, 2.0, 15, 1.0), (100_000, 2.0, 9, 0.7), (1_000_000, 1.0, 3, 0.3))
STORED = (1_000_000, 1.0, 3, 1.0)
HTTP_BAR = 1.0
FORMS = {
    "CONTAINS": "1 = CONTAINS(POINT(s.ra, s.dec), CIRCLE(m.ra, m.dec, {size!r}))",
    "DISTANCE": "DISTANCE(s.ra, s.dec, m.ra, m.dec) < {size!r}",
}
UPLOADED, FEW = "TAP_UPLOAD.mine", "catalogues.few"
MOST = 20_000_000


def main() -> bool:
    options = arguments(__doc__)
    rng = np.random.default_rng(7)
    places = with_edges(rng, options.rows)
    few = places.near(rng, STORED[0] * options.rows // 10_000_000, 0.7)
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    with a_catalogue(places, few, options.database) as url:
        with served(url) as port:
            results = [of_upload(url, port, places.near(rng, *case[:1], 0.7), *case[1:]) for case in UPLOADS]
        results.append(of_stored(url))
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    return all(results)


def of_upload(url: str, port: int, places: Places, size: float, rounds: int, bar: float) -> bool:
    """Match places that come with the query."""
    name = f"{len(places.ra)} uploaded at {size:g}″"
    with TemporaryDirectory() as folder, for_peer(url, places) as peer:
        path = Path(folder) / "mine.vot"
        write_upload(path, places)
        with stored(url, path) as (cursor, tables):
            ours = {form: counted(written(form, UPLOADED, size, tables)) for form in FORMS}
            question = adql("CONTAINS", UPLOADED, size)
            ways = counts(cursor, ours) | counts(peer, joins(size)) | {"HTTP": partial(by_http, port, path, question)}
            times = in_turn(ways, rounds)
            is_complete = complete(name, cursor, peer, written("CONTAINS", UPLOADED, size, tables), size)
    reached = [told(name, times, form, bar) for form in FORMS]
    more = statistics.median(
        (whole - by_sql) / theirs
        for whole, by_sql, theirs in zip(times["HTTP"], times["CONTAINS"], times["q3c_join"], strict=True)
    )
    reached.append(tell(f"{name}, more by HTTP, over q3c_join", more, HTTP_BAR, "x", is_more_better=False))
    return all([*reached, is_complete])


def of_stored(url: str) -> bool:
    """Match a million stored places."""
    size, rounds, bar = STORED[1:]
    with closing(psycopg2.connect(url)) as connection, asking(url) as cursor, closing_database(url) as database:
        connection.autocommit = True
        tables = PublishedTables(database=database)(ANONYMOUS)
        ours = {form: counted(written(form, FEW, size, tables)) for form in FORMS}
        with connection.cursor() as peer:
            peer.execute("SELECT count(*) FROM q3c_few")
            name = f"{peer.fetchone()[0]} stored at {size:g}″"  # type: ignore[index]
            theirs = {"q3c_join": joins(size, "q3c_few")["q3c_join"]}
            times = in_turn(counts(cursor, ours) | counts(peer, theirs), rounds)
            is_complete = complete(name, cursor, peer, written("CONTAINS", FEW, size, tables), size, "q3c_few")
    return all([*[told(name, times, form, bar) for form in FORMS], is_complete])


def told(name: str, times: Mapping[str, Sequence[float]], form: str, bar: float) -> bool:
    ratio = statistics.median(ours / theirs for ours, theirs in zip(times[form], times["q3c_join"], strict=True))
    return tell(f"{name} by {form}, time over q3c_join", ratio, bar, "x", is_more_better=False)


def adql(form: str, small: str, size: float) -> str:
    condition = FORMS[form].format(size=size / 3600)
    return f"SELECT m.id AS mine, s.id AS star, s.ra, s.dec FROM {small} AS m JOIN catalogues.stars AS s ON {condition}"


def written(form: str, small: str, size: float, tables: TableMap) -> str:
    return translate(adql(form, small, size), tables, limit=MOST + 1).sql


def counted(sql: str) -> str:
    return f"SELECT count(*), sum(c3 + c4) FROM ({sql}) AS q (c1, c2, c3, c4)"


def joins(size: float, small: str = "q3c_mine") -> dict[str, str]:
    def join(table: str) -> str:
        return (
            f"SELECT m.id, s.id, s.ra, s.dec FROM {table} m, q3c_stars s"
            f" WHERE q3c_join(m.ra, m.dec, s.ra, s.dec, {size / 3600!r})"
        )

    return {"q3c_join": counted(join(small)), "q3c_join in order": counted(join("q3c_mine_in_order"))}


def counts(cursor: Cursor, statements: Mapping[str, str]) -> dict[str, Callable[[], int]]:
    """Give ways to count the pairs."""

    def ask(sql: str) -> int:
        cursor.execute(sql)
        return cursor.fetchone()[0]  # type: ignore[index]

    return {name: partial(ask, sql) for name, sql in statements.items()}


def in_turn(ways: Mapping[str, Callable[[], int | None]], rounds: int) -> dict[str, list[float]]:
    """Go each way, one after the other, once to warm up and then in earnest; give the seconds of each round."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    pairs = set()
    for number in range(rounds + 1):
        for name, go in ways.items():
            begin = time.perf_counter()
            pairs.add(go())
            if number:
                times[name].append(time.perf_counter() - begin)
    medians = (f"{name} {statistics.median(seconds) * 1000:.0f} ms" for name, seconds in times.items())
    print("  " + ", ".join(medians), flush=True)
    assert len(pairs - {None}) == 1, pairs
    return times


def complete(name: str, cursor: Cursor, peer: Cursor, sql: str, size: float, small: str = "q3c_mine") -> bool:
    """Compare all pairs."""
    cursor.execute(sql)
    ours = {row[:2] for row in cursor}
    peer.execute(
        f"SELECT m.id, s.id FROM {small} m, q3c_stars s WHERE q3c_join(m.ra, m.dec, s.ra, s.dec, {size / 3600!r})"
    )
    theirs = set(peer)
    print(f"  {len(theirs)} pairs")
    return tell(f"{name}, pairs that one of both has not", len(ours ^ theirs), 0, "", is_more_better=False)


@contextmanager
def for_peer(url: str, places: Places) -> Iterator[Cursor]:
    """Give a cursor with the places for Q3C, in the order in which they came and in that of its index."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            copied(cursor, "q3c_mine", places)
            copied(cursor, "q3c_mine_in_order", places, order="q3c_ang2ipix(ra, dec)")
            yield cursor
            cursor.execute("DROP TABLE q3c_mine, q3c_mine_in_order")


@contextmanager
def stored(url: str, path: Path) -> Iterator[tuple[Cursor, TableMap]]:
    """Store an upload as the service does; give a cursor that may read it, and the tables."""
    with closing_database(url) as database, path.open("rb") as file, asking(url) as cursor:
        space = TapUploads(database=database, clock=utc_now).open(ANONYMOUS)
        try:
            begin = time.perf_counter()
            table: Table = space.add("mine", read_table(file, UploadLimits()))
            print(f"  read and stored in {(time.perf_counter() - begin) * 1000:.0f} ms")
            yield cursor, PublishedTables(database=database)(ANONYMOUS).with_tables(table)
        finally:
            space.close()


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=1)
    try:
        yield database
    finally:
        database.dispose()


def by_http(port: int, path: Path, query: str) -> None:
    """Send an upload and a query, and take the answer to nowhere."""
    words = {"LANG": "ADQL", "MAXREC": MOST, "RESPONSEFORMAT": "votable/b2", "QUERY": query}
    parts = [part for name, value in words.items() for part in ("--form-string", f"{name}={value}")]
    curl = ("curl", "-sS", "-f", "-o", "/dev/null", *parts, "-F", "UPLOAD=mine,param:up", "-F", f"up=@{path}")
    subprocess.run([*curl, f"http://127.0.0.1:{port}/tap/sync"], check=True)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
