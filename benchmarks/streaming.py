"""Five million rows by TAP over HTTP to nowhere, against PostgreSQL's own COPY of them.

    python -m benchmarks.streaming [--rows 5000000]

The rows are ``id, ra, dec, mag``, warm. psql writes the bound; both sides are asked in turn, three times each.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._ground import a_database, processes_of, run_archive, served, tell
from benchmarks._sky import isotropic

COLUMNS = "id, ra, dec, mag"
# The form, the option of COPY that bounds it, and the bar.
FORMS = {
    "votable/b2": ("binary", 1.6),
    "csv": ("csv", 1.4),
    "votable/td": ("text", 1.5),
    "parquet": ("binary", 3.0),
    "fits": ("binary", 3.0),
}
FIRST_BYTE_BAR = 100.0
MEMORY_BAR = 100.0
ROUNDS = 3


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows = parser.parse_args().rows
    with a_database() as url:
        load(url, rows)
        relation = relation_of(url)
        with served(url) as port:
            return all([measure(url, port, relation, form, rows) for form in FORMS])  # noqa: C419 -- each is told


def load(url: str, rows: int) -> None:
    rng = np.random.default_rng(3)
    ra, dec = isotropic(rng, rows)
    mag = rng.normal(18, 2, rows).astype(np.float32)
    table = pa.table({"id": np.arange(rows), "ra": ra, "dec": dec, "mag": mag})
    with TemporaryDirectory() as folder:
        pq.write_table(table, Path(folder) / "stars.parquet")
        run_archive(url, "load-table", str(Path(folder) / "stars.parquet"))


def relation_of(url: str) -> str:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT relation FROM catalogue WHERE name = 'stars'")
        name = cursor.fetchone()[0]  # type: ignore[index]
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum BETWEEN 1 AND 4",
            (f"catalogues.{name}",),
        )
        return f"(SELECT {cursor.fetchone()[0]} FROM catalogues.{name})"  # type: ignore[index]


def measure(url: str, port: int, relation: str, form: str, rows: int) -> bool:
    option, bar = FORMS[form]
    copy = f"COPY {relation} TO STDOUT (FORMAT {option})"
    address = f"http://127.0.0.1:{port}/tap/sync"
    query = f"SELECT {COLUMNS} FROM catalogues.stars"
    words = {"LANG": "ADQL", "MAXREC": rows, "RESPONSEFORMAT": form, "QUERY": query}
    asked = [part for name, value in words.items() for part in ("--data-urlencode", f"{name}={value}")]
    curl = ("curl", "-sS", "-f", "-o", "/dev/null", "-w", "%{time_starttransfer}", *asked, address)
    ours, bound, first = [], [], []
    before = memory_of(port)
    for number in range(ROUNDS + 1):
        seconds, told = clocked(lambda: run(*curl))
        least, _ = clocked(lambda: run("psql", url, "-c", copy, "-o", "/dev/null"))
        if number:
            ours.append(seconds)
            bound.append(least)
            first.append(float(told) * 1000)
    ratio = statistics.median(own / least for own, least in zip(ours, bound, strict=True))
    print(f"  {form}: {statistics.median(ours):.2f} s, COPY {option} {statistics.median(bound):.2f} s")
    reached = [tell(f"{form} of {rows} rows, time over COPY {option}", ratio, bar, "x", is_more_better=False)]
    reached.append(
        tell(f"{form}, memory of the server grows by", memory_of(port) - before, MEMORY_BAR, "MB", is_more_better=False)
    )
    if form != "fits":
        # FITS tells the number of rows first, so it has to wait for the last.
        reached.append(
            tell(f"{form}, first byte", statistics.median(first), FIRST_BYTE_BAR, "ms", is_more_better=False)
        )
    return all(reached)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def clocked(step: Callable[[], str]) -> tuple[float, str]:
    begin = time.perf_counter()
    told = step()
    return time.perf_counter() - begin, told


def memory_of(port: int) -> float:
    """Give the greatest memory that the processes of the server ever had, in MB."""
    found = 0.0
    for process in processes_of(port):
        with suppress(OSError):
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
            found += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return found


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
