"""Cones on ten million points, against Q3C and pgSphere in the same PostgreSQL.

    ARCHIVE_BENCH_DATABASE_URL=postgresql://… python -m benchmarks.points [--rows 10000000]

The server needs the extensions q3c and pg_sphere, and a superuser. Half of the points lie evenly on the sky, half in
a band with 500 clumps. Each side has a table of its own in the order of its own index, all warm.
"""

import argparse
import io
import sys
from contextlib import closing
from functools import partial

import numpy as np
import psycopg2

from benchmarks._ground import a_database, tell
from benchmarks._sky import Cursor, calibrate, in_turn, install_peers, isotropic, quiet
from vo.sky import Circle, hpx29
from vo.sky.sql import point_condition
from vo.sky.vectors import vectors_of

RADII = {'2"': 2 / 3600, "1'": 1 / 60, "0.5 deg": 0.5, "5 deg": 5.0}
BARS_Q3C = {'2"': 0.25, "1'": 0.25, "0.5 deg": 0.25, "5 deg": 0.9}
BARS_SPHERE = {"0.5 deg": 1.2, "5 deg": 1.0}
ROW = np.dtype(
    [("fields", ">i2")] + [(f"{part}{at}", kind) for at, value in enumerate((">i8", ">f8", ">f8", ">i8"))
                           for part, kind in (("size", ">i4"), ("value", value))]
)  # fmt: skip
PART = 500_000


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    with a_database() as url, closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            quiet(cursor)
            rng = np.random.default_rng(2)
            ra, dec = a_sky(rng, rows)
            print(f"calibration: {calibrate():.2f} s", flush=True)
            load(cursor, ra, dec)
            results = [*cones(cursor, rng, ra, dec), growth(cursor, rng, rows)]
    return all(results)


def a_sky(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    ra, dec = isotropic(rng, rows // 2)
    clumps = rng.uniform(0, 360, 500), rng.normal(0, 3, 500), rng.uniform(0.05, 1.0, 500)
    which = rng.integers(0, 1000, rows - rows // 2)
    inside = which < 500
    own = which % 500
    lon = np.where(
        inside, clumps[0][own] + clumps[2][own] * rng.normal(size=len(which)), rng.uniform(0, 360, len(which))
    )
    lat = np.where(inside, clumps[1][own] + clumps[2][own] * rng.normal(size=len(which)), rng.normal(0, 4, len(which)))
    # The band is the equator turned by 60 degrees.
    x, y, z = vectors_of(lon % 360, np.clip(lat, -89, 89)).T
    turned = np.stack([x, y / 2 - z * np.sqrt(0.75), y * np.sqrt(0.75) + z / 2], axis=1)
    band_ra, band_dec = np.degrees(np.arctan2(turned[:, 1], turned[:, 0])) % 360, np.degrees(np.arcsin(turned[:, 2]))
    order = rng.permutation(rows)
    return np.concatenate([ra, band_ra])[order], np.concatenate([dec, band_dec])[order]


def load(cursor: Cursor, ra: np.ndarray, dec: np.ndarray) -> None:
    cells = hpx29(ra, dec)
    order = np.argsort(cells)
    install_peers(cursor)
    for name in ("ours", "ours_small"):
        chosen = order if name == "ours" else order[order % 100 == 0]
        cursor.execute(f"CREATE TABLE {name} (id bigint, ra float8, dec float8, hpx29 bigint)")
        for first in range(0, len(chosen), PART):
            copy(cursor, name, chosen[first : first + PART], ra, dec, cells)
        cursor.execute(f"CREATE INDEX ON {name} (hpx29)")
    cursor.execute("CREATE TABLE q3c AS SELECT id, ra, dec FROM ours ORDER BY q3c_ang2ipix(ra, dec)")
    cursor.execute("CREATE INDEX ON q3c (q3c_ang2ipix(ra, dec))")
    cursor.execute("CREATE TABLE sphere AS SELECT id, spoint(radians(ra), radians(dec)) AS place FROM ours")
    cursor.execute("CREATE INDEX ON sphere USING gist (place)")
    for name in ("ours", "ours_small", "q3c", "sphere"):
        cursor.execute(f"VACUUM ANALYZE {name}")


def copy(cursor: Cursor, table: str, which: np.ndarray, ra: np.ndarray, dec: np.ndarray, cells: np.ndarray) -> None:
    rows = np.zeros(len(which), dtype=ROW)
    rows["fields"] = 4
    for at, values in enumerate((which, ra[which], dec[which], cells[which])):
        rows[f"size{at}"] = 8
        rows[f"value{at}"] = values
    stream = io.BytesIO(b"PGCOPY\n\xff\r\n\x00" + bytes(8) + rows.tobytes() + b"\xff\xff")
    cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", stream)


def cones(cursor: Cursor, rng: np.random.Generator, ra: np.ndarray, dec: np.ndarray) -> list[bool]:
    results = []
    for name, radius in RADII.items():
        centres = rng.integers(0, len(ra), 40 if radius < 5 else 10)
        cases = [Circle(float(ra[at]), float(dec[at]), radius) for at in centres]
        forms = {"ours": partial(by_cells, "ours"), "Q3C": by_q3c, "pgSphere": by_sphere}
        found, hits = in_turn(cursor, forms, cases)
        print(f"  {name}: " + ", ".join(f"{form} {ms:.2f} ms" for form, ms in found.items()) + f", {hits:.0f} hits")
        results.append(
            tell(f"cone {name}, time over Q3C", found["ours"] / found["Q3C"], BARS_Q3C[name], "x", is_more_better=False)
        )
        if name in BARS_SPHERE:
            ratio = found["ours"] / found["pgSphere"]
            results.append(
                tell(f"cone {name}, time over pgSphere", ratio, BARS_SPHERE[name], "x", is_more_better=False)
            )
    return results


def growth(cursor: Cursor, rng: np.random.Generator, rows: int) -> bool:
    """Ask a hundred times fewer rows with ten times the radius, off the band, so that as many are found."""
    ra, dec = isotropic(rng, 4000)
    away = np.abs(vectors_of(ra, dec) @ [0, -np.sqrt(0.75), 0.5]) > 0.6
    centres = list(zip(ra[away][:40].tolist(), dec[away][:40].tolist(), strict=True))
    # 5 million in 41,253 square degrees: 0.4 degrees hold 60.
    radius = 0.4 * np.sqrt(10_000_000 / rows)
    large, hits = in_turn(
        cursor, {"ours": partial(by_cells, "ours")}, [Circle(*place, float(radius)) for place in centres]
    )
    small, few = in_turn(
        cursor, {"ours": partial(by_cells, "ours_small")}, [Circle(*place, float(10 * radius)) for place in centres]
    )
    print(f"  growth: {small['ours']:.2f} ms with {few:.0f} hits of {rows // 100}, "
          f"{large['ours']:.2f} ms with {hits:.0f} hits of {rows}")  # fmt: skip
    return tell("cone, growth over 100 x the rows", large["ours"] / small["ours"], 1.5, "x", is_more_better=False)


def by_cells(table: str, circle: Circle) -> str:
    return f"SELECT count(*) FROM {table} WHERE {point_condition(circle, hpx29='hpx29', ra='ra', dec='dec')}"


def by_q3c(circle: Circle) -> str:
    return (
        f"SELECT count(*) FROM q3c WHERE q3c_radial_query(ra, dec, {circle.ra!r}, ({circle.dec!r}), {circle.radius!r})"
    )


def by_sphere(circle: Circle) -> str:
    return (
        f"SELECT count(*) FROM sphere WHERE place <@ scircle '<({circle.ra!r}d, {circle.dec!r}d), {circle.radius!r}d>'"
    )


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
