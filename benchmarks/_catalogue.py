"""A catalogue of ten million stars as `archive load-table` keeps them, and tables of places to be matched with it."""

import argparse
import io
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq

from archive.db.tap import QuerySettings
from benchmarks._ground import a_database, run_archive
from benchmarks._sky import Cursor, install_peers, isotropic
from benchmarks.points import a_sky
from vo.sky.faces import places_on_faces
from vo.tables import BatchSource, Datatype, Field, binary_copy, find_format, write

__all__ = ["Places", "a_catalogue", "arguments", "asking", "copied", "with_edges", "write_upload"]

FIELDS = (
    Field("id", Datatype.LONG),
    Field("ra", Datatype.DOUBLE, unit="deg", ucd="pos.eq.ra;meta.main"),
    Field("dec", Datatype.DOUBLE, unit="deg", ucd="pos.eq.dec;meta.main"),
)
PART = 500_000
EDGES = 3_000
"""Places on the edges of base cells, and as many around the poles and at right ascension 0."""


@dataclass(frozen=True)
class Places:
    """Places with numbers, degrees ICRS."""

    ra: np.ndarray
    dec: np.ndarray

    def batch(self) -> pa.RecordBatch:
        """Give them as rows."""
        arrays = [pa.array(np.arange(len(self.ra))), pa.array(self.ra), pa.array(self.dec)]
        return pa.RecordBatch.from_arrays(arrays, names=[field.name for field in FIELDS])

    def near(self, rng: np.random.Generator, count: int, spread: float) -> "Places":
        """Draw places in random order: half near these (arcseconds), a thousandth near the first, half anywhere."""
        special = rng.integers(0, 3 * EDGES, count // 1000)
        which = np.concatenate([special, rng.integers(0, len(self.ra), count // 2 - len(special))])
        dec = np.clip(self.dec[which] + rng.normal(0, spread / 3600, len(which)), -90, 90)
        east = rng.normal(0, spread / 3600, len(which)) / np.maximum(np.cos(np.radians(dec)), 1e-7)
        other = isotropic(rng, count - len(which))
        order = rng.permutation(count)
        ra = np.concatenate([(self.ra[which] + east) % 360, other[0]])[order]
        return Places(ra, np.concatenate([dec, other[1]])[order])


def arguments(about: str | None) -> argparse.Namespace:
    """Read the command line that all benchmarks on the catalogue share."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--database", help="one with the catalogue in it already, which is kept")
    return parser.parse_args()


def with_edges(rng: np.random.Generator, rows: int) -> Places:
    """Draw a sky whose first places lie on edges of base cells, around the poles and where right ascension begins."""
    face, part = rng.integers(0, 12, EDGES), rng.random(EDGES)
    side = float(1 << 29)
    ends = np.where(rng.random(EDGES) < 0.5, 0.0, side)
    is_across = rng.random(EDGES) < 0.5
    x, y = np.where(is_across, ends, part * side), np.where(is_across, part * side, ends)
    sine, cosine, lon = places_on_faces(29, face, x, y)
    poles = np.where(rng.random(EDGES) < 0.5, 1, -1) * (90 - rng.uniform(0, 0.02, EDGES))
    begin = (rng.normal(0, 1 / 3600, EDGES)) % 360
    ra, dec = a_sky(rng, rows - 3 * EDGES)
    return Places(
        np.concatenate([np.degrees(lon) % 360, rng.uniform(0, 360, EDGES), begin, ra]),
        np.concatenate([np.degrees(np.arctan2(sine, cosine)), poles, rng.uniform(-85, 85, EDGES), dec]),
    )


@contextmanager
def a_catalogue(places: Places, smaller: Places | None, url: str | None) -> Iterator[str]:
    """Give a database with ``catalogues.stars``; if there are others, ``catalogues.few``, and Q3C's twins of both."""
    if url is not None:
        yield url
        return
    with a_database() as made:
        _load(made, "stars", places)
        if smaller is not None:
            _load(made, "few", smaller)
            _prepare_peer(made, {"q3c_stars": places, "q3c_few": smaller})
        yield made


def _prepare_peer(url: str, tables: Mapping[str, Places]) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            install_peers(cursor)
            for name, places in tables.items():
                copied(cursor, name, places, order="q3c_ang2ipix(ra, dec)")
                cursor.execute(f"CREATE INDEX ON {name} (q3c_ang2ipix(ra, dec))")
            cursor.execute("SELECT current_database()")
            database = cursor.fetchone()[0]  # type: ignore[index]
            # Each side runs alone in one process.
            for setting in ("max_parallel_workers_per_gather = 0", "jit = off"):
                cursor.execute(f'ALTER DATABASE "{database}" SET {setting}')
            cursor.execute("VACUUM ANALYZE")


def _load(url: str, name: str, places: Places) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.parquet"
        pq.write_table(pa.Table.from_batches([places.batch()]), path)
        run_archive(url, "load-table", str(path))


def copied(cursor: Cursor, name: str, places: Places, order: str = "") -> None:
    """Make a table of places for Q3C, in their own order or another."""
    cursor.execute("CREATE TEMPORARY TABLE loading (id bigint, ra float8, dec float8)")
    table = pa.Table.from_batches([places.batch()])
    for batch in table.to_batches(PART):
        cursor.copy_expert(
            "COPY loading FROM STDIN (FORMAT binary)", io.BytesIO(b"".join(binary_copy([batch], FIELDS)))
        )
    ordered = f" ORDER BY {order}" if order else ""
    cursor.execute(f"CREATE UNLOGGED TABLE {name} AS SELECT * FROM loading{ordered}")
    cursor.execute("DROP TABLE loading")
    cursor.execute(f"ANALYZE {name}")


def write_upload(path: Path, places: Places) -> None:
    """Write a VOTable of places in BINARY2."""
    form = find_format("votable/b2")
    with path.open("wb") as file:
        for piece in write(form, BatchSource([places.batch()], FIELDS), FIELDS):
            file.write(piece)


@contextmanager
def asking(url: str) -> Iterator[Cursor]:
    """Give a cursor that is set as the service sets those that run queries."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in QuerySettings(url).statements():
                cursor.execute(statement)
            yield cursor
