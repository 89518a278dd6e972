"""ADQL read, resolved and written: time of a query, over the labelled queries, against tables made from each.

    ARCHIVE_SHARED=… python -m benchmarks.adql [--rounds 5]

Times are processor time of one process, the best of the rounds for each query.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

from benchmarks._ground import tell
from tests.vo.adql.corpus import labelled
from tests.vo.adql.guessing import Guess, guess_of
from vo.adql import ADQLError, parse, translate

ROOT = Path(__file__).resolve().parents[1]


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    shared = Path(os.environ.get("ARCHIVE_SHARED", ROOT.parent / "shared"))  # noqa: TID251
    if not (shared / "data").is_dir():
        print(f"skipped: the labelled queries are not in {shared}")
        return True
    queries = [entry for entry in labelled(shared) if not entry.is_disputed]
    read, refused = scored([entry.query for entry in queries if entry.is_valid])
    syntax = [entry.query for entry in queries if not entry.is_valid and entry.is_syntax]
    wrong = scored(syntax)[1]
    results = [
        tell("valid queries read", 100 * len(read) / (len(read) + refused), 99.5, "%", is_more_better=True),
        tell("invalid queries refused", 100 * wrong / len(syntax), 99.0, "%", is_more_better=True),
    ]
    guesses = [(query, guess_of(parse(query))) for query in read]
    written = [(query, guess) for query, guess in guesses if is_written(query, guess)]
    for name, times in timed(written, rounds).items():
        ordered = sorted(times)
        print(f"; {name}: median {statistics.median(times):.3f} ms, mean {statistics.mean(times):.3f} ms,"
              f" p99 {ordered[int(0.99 * len(ordered))]:.2f} ms, {len(times)} queries")  # fmt: skip
    median = statistics.median(times)
    results.append(tell("parse, resolve and write, median", median, 0.5, "ms", is_more_better=False))
    return all(results)


def scored(queries: list[str]) -> tuple[list[str], int]:
    read = []
    for query in queries:
        try:
            parse(query)
        except ADQLError:
            continue
        read.append(query)
    return read, len(queries) - len(read)


def is_written(query: str, guess: Guess) -> bool:
    try:
        translate(query, guess.table_map(), functions=guess.rows())
    except ADQLError:
        return False
    return True


def timed(written: list[tuple[str, Guess]], rounds: int) -> dict[str, list[float]]:
    parsing, whole = [1e9] * len(written), [1e9] * len(written)
    for _ in range(rounds):
        for at, (query, guess) in enumerate(written):
            tables, functions = guess.table_map(), guess.rows()
            begin = time.process_time_ns()
            parse(query)
            middle = time.process_time_ns()
            translate(query, tables, functions=functions, limit=2001)
            end = time.process_time_ns()
            parsing[at] = min(parsing[at], (middle - begin) / 1e6)
            whole[at] = min(whole[at], (end - middle) / 1e6)
    return {"parse": parsing, "parse, resolve and write": whole}


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
