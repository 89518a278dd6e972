"""Cone searches through the HTTP API on 2.65 million footprints, against the SQL that finds the rows.

``python -m benchmarks.search [postgresql://…]``: with an address, that database is asked as it is;
without one the real exposures are imported into a database of the benchmark's own.
"""

import http.client
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.extensions
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from archive.db.healpix import overlaps
from archive.db.schema import ProductRow
from benchmarks._ground import a_database, run_archive, served
from vo.sky import Circle

SHARED = Path(os.environ.get("ARCHIVE_SHARED", Path(__file__).resolve().parents[2] / "shared"))  # noqa: TID251
LOG = "data/obslogs/noirlab-decam-exposures/decam_mcs_20200218.fits.gz"
OUTLINES = "data/obslogs/decam-surveys/ccd_corners_xy_fill.dat"
RADII = {"1 arcmin": 1 / 60, "0.1 deg": 0.1, "0.5 deg": 0.5, "3 deg": 3.0}
CONES = 60


def main() -> None:
    random.seed(7)
    if len(sys.argv) > 1:
        sys.exit(measure(sys.argv[1]))
    with a_database() as url:
        run_archive(url, "import-exposures", str(SHARED / LOG), "--outlines", str(SHARED / OUTLINES))
        with closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("VACUUM ANALYZE")
        sys.exit(measure(url))


def measure(url: str) -> int:
    """Measure each radius; gives 1 when a figure is short."""
    is_reached = True
    with closing(psycopg2.connect(url, options="-c jit=off")) as connection, served(url) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM footprint")
        print(f"search: {cursor.fetchone()[0]:,} footprints", flush=True)  # type: ignore[index]
        for name, radius in RADII.items():
            is_reached &= measure_cones(cursor, client, name, radius)
    return 0 if is_reached else 1


def measure_cones(
    cursor: psycopg2.extensions.cursor, client: http.client.HTTPConnection, name: str, radius: float
) -> bool:
    """Ask for cones both ways in turn, and compare rows and times."""
    cursor.execute("SELECT ra, dec FROM product WHERE dec IS NOT NULL ORDER BY id")
    places = cursor.fetchall()
    bare, api, hits = [], [], []
    for ra, dec in random.sample(places, CONES):
        cone = Circle(ra % 360, dec, radius)
        statement = str(
            select(ProductRow.id)
            .where(overlaps(cone))
            .compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
        ).replace("%%", "%")
        address = f"/api/v1/search?ra={cone.ra!r}&dec={cone.dec!r}&radius={radius!r}"
        # The first of both warms the pages; the second is timed.
        for timed in (False, True):
            seconds, rows = clocked(lambda text=statement: all_rows(cursor, text))
            api_seconds, total = clocked(lambda path=address: total_of(client, path))
            assert rows == total, (address, rows, total)
            if timed:
                bare.append(seconds * 1000)
                api.append(api_seconds * 1000)
                hits.append(rows)
    own, figure = statistics.median(bare), statistics.median(api)
    bar = max(5 * own, own + 15)
    word = "ok" if figure <= bar else "SHORT"
    hit = statistics.median(hits)
    print(
        f"search {name}: {figure:.1f} ms (<= {bar:.1f} ms; bare SQL {own:.1f} ms, {hit:.0f} files) {word}", flush=True
    )
    return figure <= bar


def clocked(ask: Callable[[], int]) -> tuple[float, int]:
    begin = time.perf_counter()
    result = ask()
    return time.perf_counter() - begin, result


def all_rows(cursor: psycopg2.extensions.cursor, statement: str) -> int:
    cursor.execute(statement)
    return len(cursor.fetchall())


def total_of(client: http.client.HTTPConnection, path: str) -> int:
    client.request("GET", path)
    answer = client.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return int(json.loads(body)["total"])


if __name__ == "__main__":
    main()
