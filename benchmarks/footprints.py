"""Regions on a million footprints, against pgSphere in the same PostgreSQL, and how fast footprints come in.

    ARCHIVE_BENCH_DATABASE_URL=postgresql://… python -m benchmarks.footprints [--rows 1000000] [--growth 10000000]

The server needs the extensions q3c and pg_sphere, and a superuser. The footprints are detectors of 0.15 x 0.30
degrees, 60 to an exposure that is turned at random, and 2 in 100 are fields of 2 x 2 degrees. Questions lie around
footprints; polygons have five corners on a circle of the radius told.
They lie in the archive's own tables, written by the archive's own store.
"""

import argparse
import io
import sys
import time
from contextlib import closing

import numpy as np
import psycopg2

from archive.db.footprints import FootprintStore
from archive.db.healpix import footprints_meeting
from archive.db.session import Database
from benchmarks._ground import a_database, tell
from benchmarks._sky import Cursor, calibrate, in_turn, install_peers, isotropic, quiet
from vo.sky import Circle, Point, Polygon, Region
from vo.sky.vectors import directions_of, vectors_of

DETECTORS = 60
BATCH = 500
IMPORT_BAR = 15_000
BARS = {"point": 1.2, "circle 1'": 1.2, "circle 0.5 deg": 1.2, "circle 3 deg": 0.7, "polygon 0.2 deg": 0.5,
        "polygon 2 deg": 0.5}  # fmt: skip


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--growth", type=int, default=10_000_000, help="rows of the larger sky of the growth; 0: none")
    given = parser.parse_args()
    with a_database() as url, closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        database = Database(url, pool_size=1)
        with connection.cursor() as cursor:
            quiet(cursor)
            rng = np.random.default_rng(5)
            print(f"calibration: {calibrate():.2f} s", flush=True)
            results = [fill(database, rng, given.rows, "footprints in, commit and indexes included")]
            cursor.execute("VACUUM ANALYZE")
            load_peer(cursor)
            results += regions(cursor, rng, given.rows)
            results += growth(cursor, database, rng, given.growth) if given.growth else []
        database.dispose()
    return all(results)


def fill(database: Database, rng: np.random.Generator, rows: int, told: str = "") -> bool:
    """Write exposures until there are so many footprints, and tell the rate."""
    exposures = round(rows * 0.98) // DETECTORS
    begin = time.perf_counter()
    for first in range(0, exposures, BATCH):
        quads = exposures_at(rng, min(BATCH, exposures - first))
        numbers = np.arange(1, DETECTORS + 1)
        with database.begin() as uow:
            FootprintStore(uow).add_sets_of_quads(numbers, numbers, quads)
    wide = rows - exposures * DETECTORS
    with database.begin() as uow:
        FootprintStore(uow).add_sets_of_quads(np.array([0]), np.array([1]), turned(rng, wide, square(2.0)[None]))
    rate = rows / (time.perf_counter() - begin)
    return tell(told, rate, IMPORT_BAR, "/s", is_more_better=True) if told else True


def square(width: float, height: float | None = None) -> np.ndarray:
    half = np.radians([width / 2, (height or width) / 2])
    return np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half


def exposures_at(rng: np.random.Generator, count: int) -> np.ndarray:
    x, y = np.meshgrid((np.arange(6) - 2.5) * 0.31, (np.arange(10) - 4.5) * 0.16)
    middles = np.radians(np.stack([x.ravel(), y.ravel()], axis=1))
    return turned(rng, count, middles[:, None, :] + square(0.30, 0.15))


def turned(rng: np.random.Generator, count: int, plane: np.ndarray) -> np.ndarray:
    """Bring outlines in the tangent plane, ``(d, 4, 2)``, to random places and angles."""
    ra, dec = isotropic(rng, count)
    centre, pole = vectors_of(ra, dec), vectors_of(ra, dec + 90)
    east = np.cross(pole, centre)
    angle = rng.uniform(0, 2 * np.pi, count)[:, None]
    right, up = np.cos(angle) * east + np.sin(angle) * pole, np.cos(angle) * pole - np.sin(angle) * east
    at = plane[None, :, :, :, None]
    vectors = centre[:, None, None] + at[:, :, :, 0] * right[:, None, None] + at[:, :, :, 1] * up[:, None, None]
    return vectors / np.linalg.norm(vectors, axis=3)[..., None]


def load_peer(cursor: Cursor) -> None:
    install_peers(cursor)
    cursor.execute("CREATE TABLE sphere (id bigint, outline spoly)")
    cursor.execute("SELECT id, vertices FROM footprint")
    lines = io.StringIO()
    for number, vertices in cursor:
        ra, dec = directions_of(np.array(vertices).reshape(-1, 3))
        corners = ",".join(f"({lon!r}d,{lat!r}d)" for lon, lat in zip(ra.tolist(), dec.tolist(), strict=True))
        lines.write(f"{number}\t{{{corners}}}\n")
    lines.seek(0)
    cursor.copy_expert("COPY sphere FROM STDIN", lines)
    cursor.execute("CREATE INDEX ON sphere USING gist (outline)")
    cursor.execute("VACUUM ANALYZE sphere")


def regions(cursor: Cursor, rng: np.random.Generator, rows: int) -> list[bool]:
    results = []
    for name, bar in BARS.items():
        cursor.execute(
            f"SELECT x, y, z FROM footprint WHERE id = ANY (ARRAY{rng.integers(1, rows, 40).tolist()}::bigint[])"
        )
        ra, dec = directions_of(np.array(cursor.fetchall()))
        cases = [a_region(rng, name, *place) for place in zip(ra.tolist(), dec.tolist(), strict=True)]
        found, hits = in_turn(cursor, {"ours": by_cells, "pgSphere": by_sphere}, cases)
        print(f"  {name}: ours {found['ours']:.2f} ms, pgSphere {found['pgSphere']:.2f} ms, {hits:.1f} hits")
        ratio = found["ours"] / found["pgSphere"]
        results.append(tell(f"footprints, {name}, time over pgSphere", ratio, bar, "x", is_more_better=False))
    return results


def a_region(rng: np.random.Generator, name: str, ra: float, dec: float) -> Region:
    kind, *size = name.split()
    if kind == "point":
        return Point(ra, dec)
    if kind == "circle":
        return Circle(ra, dec, 1 / 60 if size == ["1'"] else float(size[0]))
    # Five corners on a circle of that radius.
    angle = np.sort(rng.uniform(0, 2 * np.pi, 5) / 5 + 2 * np.pi * np.arange(5) / 5)
    centre, pole = vectors_of(ra, dec), vectors_of(ra, dec + 90)
    way = np.radians(float(size[0]))
    rim = np.cos(angle)[:, None] * np.cross(pole, centre) + np.sin(angle)[:, None] * pole
    return Polygon(np.stack(directions_of(np.cos(way) * centre + np.sin(way) * rim), axis=1))


def growth(cursor: Cursor, database: Database, rng: np.random.Generator, larger: int) -> list[bool]:
    """Ask a hundred times more rows with circles that are smaller, so that as many are found."""
    times, hits = [], []
    for count in (larger // 100, larger):
        cursor.execute("TRUNCATE footprint_set, footprint, footprint_cell CASCADE")
        fill(database, rng, count)
        cursor.execute("VACUUM ANALYZE")
        ra, dec = isotropic(rng, 400)
        # The mean number of hits is that of the middles in the circle and a rim around it.
        density = count / 41_253
        radius = np.sqrt(120 / density / np.pi)
        cases = [Circle(lon, lat, float(radius)) for lon, lat in zip(ra.tolist(), dec.tolist(), strict=True)]
        found, mean = in_turn(cursor, {"ours": by_cells}, cases, rounds=1)
        times.append(found["ours"])
        hits.append(mean)
    print(f"  growth: {times[0]:.2f} ms with {hits[0]:.0f} hits of {larger // 100}, "
          f"{times[1]:.2f} ms with {hits[1]:.0f} hits of {larger}")  # fmt: skip
    # Circles of one number of middles meet more outlines where these are large beside them: time is told for each hit.
    ratio = (times[1] / hits[1]) / (times[0] / hits[0])
    return [tell("footprints, growth over 100 x the rows, a hit", ratio, 1.5, "x", is_more_better=False)]


def by_cells(region: Region) -> str:
    return f"SELECT count(*) FROM {footprints_meeting(region)}"


def by_sphere(region: Region) -> str:
    match region:
        case Point():
            test = f"outline ~ spoint '({region.ra!r}d, {region.dec!r}d)'"
        case Circle():
            test = f"outline && scircle '<({region.ra!r}d, {region.dec!r}d), {region.radius!r}d>'"
        case Polygon():
            corners = ",".join(f"({lon!r}d,{lat!r}d)" for lon, lat in region.vertices.tolist())
            test = f"outline && spoly '{{{corners}}}'"
        case _:
            raise TypeError(type(region))
    return f"SELECT count(*) FROM sphere WHERE {test}"


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
