"""What the benchmarks about places share: skies, and forms of one question measured in turn."""

import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import psycopg2.errors
import psycopg2.extensions

from vo.sky.vectors import directions_of

__all__ = ["calibrate", "in_turn", "install_peers", "isotropic", "quiet"]

Case = TypeVar("Case")
Cursor = psycopg2.extensions.cursor


def quiet(cursor: Cursor) -> None:
    """Let every statement run alone in one process, as all sides of a comparison do."""
    cursor.execute("SET max_parallel_workers_per_gather = 0")
    cursor.execute("SET jit = off")
    cursor.execute("SET work_mem = '128MB'")


def isotropic(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw places evenly over the sky, RA and Dec in degrees."""
    vectors = rng.normal(size=(count, 3))
    return directions_of(vectors / np.linalg.norm(vectors, axis=1)[:, None])


def in_turn(
    cursor: Cursor, forms: Mapping[str, Callable[[Case], str]], cases: Sequence[Case], rounds: int = 6
) -> tuple[dict[str, float], float]:
    """Ask the same questions in several forms, one after the other, once to warm up and then in earnest.

    Returns
    -------
    tuple
        The median time of each form in the database in milliseconds, planning and the way there and back included;
        and the mean number of hits. The time with the making of the text (ours has a cover in it) is told beside.
    """
    times: dict[str, list[float]] = {name: [] for name in forms}
    whole: dict[str, list[float]] = {name: [] for name in forms}
    hits: list[int] = []
    for number in range(rounds + 1):
        for place, case in enumerate(cases):
            answers = {}
            # Whoever comes first finds the caches cold: that is each one's lot in turn.
            shift = (place + number) % len(forms)
            for name in [*forms][shift:] + [*forms][:shift]:
                begin = time.perf_counter()
                statement = forms[name](case)
                made = time.perf_counter()
                cursor.execute(statement)
                answers[name] = cursor.fetchone()[0]
                if number:
                    end = time.perf_counter()
                    times[name].append(end - made)
                    whole[name].append(end - begin)
            assert len(set(answers.values())) == 1, (case, answers)
            hits.append(next(iter(answers.values())))
    told = ", ".join(f"{name} {statistics.median(found) * 1000:.3f} ms" for name, found in whole.items())
    print(f"  with the making of the text: {told}", flush=True)
    return {name: statistics.median(found) * 1000 for name, found in times.items()}, statistics.mean(hits)


def calibrate() -> float:
    """Time a fixed piece of work in this process, so that absolute figures of two runs can be compared; seconds."""
    begin = time.perf_counter()
    numbers = np.random.default_rng(0).random(2_000_000)
    for _ in range(5):
        np.sort(numbers)
    total = 0
    for number in range(2_000_000):
        total += number & 7
    return time.perf_counter() - begin


def install_peers(cursor: Cursor) -> None:
    """Install Q3C and pgSphere, with which ours is compared.

    Notes
    -----
    Newer minor releases of PostgreSQL (seen: 15.20) refuse the script of pgSphere 1.2.0, which names one
    commutator twice. Its functions and index classes are then made from the same script without
    commutators and negators, which only matter where the index stands on the right of an operator.
    """
    cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name IN ('q3c', 'pg_sphere')")
    if cursor.fetchone()[0] < 2:
        raise SystemExit("this needs ARCHIVE_BENCH_DATABASE_URL, a server with the extensions q3c and pg_sphere")
    cursor.execute("CREATE EXTENSION q3c")
    try:
        cursor.execute("CREATE EXTENSION pg_sphere")
    except psycopg2.errors.InvalidFunctionDefinition:
        cursor.execute("SELECT setting FROM pg_config WHERE name = 'SHAREDIR'")
        folder = cursor.fetchone()[0]
        cursor.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'pg_sphere'")
        cursor.execute("SELECT pg_read_file(%s)", (f"{folder}/extension/pg_sphere--{cursor.fetchone()[0]}.sql",))
        script = cursor.fetchone()[0].replace("MODULE_PATHNAME", "$libdir/pg_sphere")
        cursor.execute(re.sub(r"^\\.*$|^\s*(?:COMMUTATOR|NEGATOR)\s*=.*$", "", script, flags=re.MULTILINE))
