"""TAP of the archive beside that of DaCHS 2.7: the same data, the same client, the same machine, in turn.

    ARCHIVE_SHARED=… python -m benchmarks.dachs [--tap http://127.0.0.1:8480/tap] [--data /var/tmp/peerdata]

``peers/dachs/setup.sh`` of the shared folder sets DaCHS up, ``ctl.sh start`` starts it; it should have been started
just now, since the growth of its memory is measured. Best both have the same database server
(ARCHIVE_BENCH_DATABASE_URL), else one of the same settings. The client is ``bench.py`` of there, on both sides.

``--import-command`` has DaCHS import its objects once more, to be timed; it takes five minutes.
"""

import argparse
import asyncio
import importlib.util
import os
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks._ground import a_database, processes_of, run_archive, served, tell

SHARED = Path(os.environ.get("ARCHIVE_SHARED", Path(__file__).resolve().parents[2] / "shared"))  # noqa: TID251
VOTABLE = "application/x-votable+xml;serialization="
# What each side calls a form; theirs gives BINARY where none is asked for.
FORMS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "BINARY": ({}, {"RESPONSEFORMAT": f"{VOTABLE}BINARY"}),
    "BINARY2": ({"RESPONSEFORMAT": f"{VOTABLE}BINARY2"},) * 2,
    "TABLEDATA": ({"RESPONSEFORMAT": f"{VOTABLE}TABLEDATA"},) * 2,
    "CSV": ({"RESPONSEFORMAT": "csv"},) * 2,
}
ROWS = 1_000_000
MATCHES = {
    "CONTAINS": "1=CONTAINS(POINT('ICRS', o.ra, o.dec), CIRCLE('ICRS', p.ra, p.dec, 2./3600.))",
    "DISTANCE": "DISTANCE(POINT('ICRS', o.ra, o.dec), POINT('ICRS', p.ra, p.dec)) < 2./3600.",
}


@dataclass(frozen=True)
class Side:
    """One service, in the words that the functions of ``bench.py`` expect."""

    name: str
    tap: str
    objects: str
    processes: Callable[[], Sequence[int]]
    async_repeat: int = 1


class Comparison:
    """Both sides, asked in turn; theirs first."""

    def __init__(self, bench: ModuleType, theirs: Side, ours: Side) -> None:
        self.bench = bench
        self.sides = (theirs, ours)

    def alternate(self, ask: Callable[[Side, int], Sequence[float]], rounds: int) -> list[list[float]]:
        """Ask both in each round, whoever comes first in turn; the round 0 is not counted."""
        found: list[list[float]] = [[], []]
        for number in range(rounds + 1):
            for which in (0, 1) if number % 2 else (1, 0):
                seconds = ask(self.sides[which], number)
                found[which] += seconds if number else []
        return found

    def told(self, name: str, found: Sequence[Sequence[float]], bar: float) -> bool:
        """Tell the ratio of the medians, and what it is made from."""
        theirs, ours = (self.bench.stats(list(seconds)) for seconds in found)
        print(f"  {name}: DaCHS {_figures(theirs)}; ours {_figures(ours)}")
        ratio = ours["median_ms"] / theirs["median_ms"]
        return tell(f"{name}, time over DaCHS", ratio, bar, "x", is_more_better=False)

    def get(self, side: Side, query: str, **words: str) -> Any:  # noqa: ANN401 -- a reply of bench.py
        return self.bench.check(self.bench.fetch("GET", self.bench.tap_url(side, query, **words)), side.name)

    def answered(self, name: str, ask: Callable[[Side, int], list[Any]], rounds: int, bar: float) -> bool:
        """Measure whole answers, of which both sides must give the same rows."""
        rows: dict[int, set[tuple[int, ...]]] = {}

        def seconds(side: Side, number: int) -> list[float]:
            replies = ask(side, number)
            counts = rows.setdefault(number, set())
            counts.add(tuple(self.bench.count_rows(reply) for reply in replies))
            assert len(counts) == 1, (name, counts)
            return [reply.total for reply in replies]

        return self.told(name, self.alternate(seconds, rounds), bar)

    def small(self) -> bool:
        """Measure queries of one row."""
        return self.answered(
            "TOP 1, one client",
            lambda side, _: [self.get(side, f"SELECT TOP 1 id FROM {side.objects}") for _ in range(20)],
            10,
            0.2,
        )

    def cone(self, name: str, radius: float, bar: float, **form: str) -> bool:
        places = self.bench.positions(2, 60)

        def ask(side: Side, number: int) -> list[Any]:
            some = places[number * 10 - 10 : number * 10] if number else self.bench.positions(1, 15)
            queries = [self.bench.cone_query(side, *place, radius) for place in some]
            return [self.get(side, query, MAXREC=str(ROWS), **form) for query in queries]

        return self.answered(name, ask, 6, bar)

    def cones(self) -> bool:
        return all(
            [
                self.cone("cone 1', CSV", 1 / 60, 0.2, RESPONSEFORMAT="csv"),
                self.cone("cone 1°, CSV", 1.0, 0.25, RESPONSEFORMAT="csv"),
                self.cone("cone 1', VOTable", 1 / 60, 0.2),
                self.cone("cone 1°, VOTable", 1.0, 0.25),
            ]
        )

    def crowd(self, name: str, queries: Callable[[Side], list[str]], bar: float, seconds: float = 8.0) -> bool:
        """Measure how many answers eight clients get a second."""

        def ask(side: Side, number: int) -> list[float]:
            urls = [self.bench.tap_url(side, query) for query in queries(side)]
            told = asyncio.run(self.bench.load(urls, 8, seconds if number else 2.0))
            assert not told["errors"], told
            if number:
                print(f"  {name}: {side.name} {told['rps']} /s, median {told['median_ms']} ms, p95 {told['p95_ms']} ms")
            return [told["rps"]]

        theirs, ours = (statistics.median(found) for found in self.alternate(ask, 3))
        return tell(f"{name}, requests a second over DaCHS", ours / theirs, bar, "x", is_more_better=True)

    def crowds(self) -> bool:
        places = self.bench.positions(77, 400)
        return all(
            [
                self.crowd("TOP 1, eight clients", lambda side: [f"SELECT TOP 1 id FROM {side.objects}"], 10),
                self.crowd(
                    "cone 1', eight clients",
                    lambda side: [self.bench.cone_query(side, *place, 1 / 60) for place in places],
                    10,
                ),
            ]
        )

    def bulk(self) -> bool:
        """Measure a million rows, the first byte of them, and what they leave behind in memory."""
        found: dict[str, list[list[float]]] = {form: [[], []] for form in FORMS}
        first: dict[str, list[list[float]]] = {form: [[], []] for form in FORMS}
        for number in range(5):
            for form, words in FORMS.items():
                for which in (0, 1) if number % 2 else (1, 0):
                    side = self.sides[which]
                    query = f"SELECT TOP {ROWS} id, ra, dec, mag FROM {side.objects}"
                    reply = self.get(side, query, MAXREC=str(ROWS), **words[which])
                    if number:
                        found[form][which].append(reply.total)
                        first[form][which].append(reply.ttfb)
                    else:
                        assert self.bench.count_rows(reply) == ROWS, (side.name, form)
        reached = [self.told(f"{ROWS} rows, {form}", times, 0.25) for form, times in found.items()]
        reached += [self.told(f"first byte of them, {form}", times, 0.05) for form, times in first.items()]
        return all(reached)

    def memory(self) -> list[int]:
        """Give what the processes of both take, in MB."""
        return [self.bench.rss(side.processes())["rss_mb"] for side in self.sides]

    def grown(self, before: list[int]) -> bool:
        after = self.memory()
        print(f"  memory of DaCHS {before[0]} to {after[0]} MB, of ours {before[1]} to {after[1]} MB")
        ratio = (after[1] - before[1]) / max(1, after[0] - before[0])
        return tell("growth of memory by all that, over DaCHS", ratio, 0.5, "x", is_more_better=False)

    def matched(self, name: str, match: str, upload: Path) -> bool:
        def ask(side: Side, _: int) -> list[Any]:
            table = f"{side.objects} AS o JOIN TAP_UPLOAD.pos AS p ON {match}"
            words = {
                "LANG": "ADQL",
                "QUERY": f"SELECT p.uid, o.id, o.ra, o.dec, o.mag FROM {table}",
                "MAXREC": str(ROWS),
                "RESPONSEFORMAT": "csv",
                "UPLOAD": "pos,param:u1",
            }
            body, headers = self.bench.multipart(words, "u1", upload)
            return [self.bench.check(self.bench.fetch("POST", f"{side.tap}/sync", body, headers), side.name)]

        return self.answered(f"upload of 10,000 against 5 million at 2'', {name}", ask, 7, 0.25)

    def uploads(self, upload: Path) -> bool:
        return all([self.matched(name, match, upload) for name, match in MATCHES.items()])  # noqa: C419 -- each is told

    def jobs(self) -> bool:
        """Measure the way of a job whose query is nothing: made, run, looked at each 20 ms, its result fetched."""

        def ask(side: Side, _: int) -> list[float]:
            (told,) = self.bench.m_async(side).values()
            return [told["median_ms"] / 1000]

        return self.told("a trivial job, made to result", self.alternate(ask, 7), 0.1)


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tap", default="http://127.0.0.1:8480/tap", help="of DaCHS")
    parser.add_argument("--pid-file", type=Path, default=Path("/var/gavo/state/web.pid"), help="of DaCHS")
    parser.add_argument("--data", type=Path, default=Path("/var/tmp/peerdata"), help="what gen_data.py made")  # noqa: S108
    parser.add_argument("--import-command", help="that has DaCHS import its objects")
    parser.add_argument("--only", default="small,crowds,cones,bulk,uploads,jobs", help="what is measured")
    words = parser.parse_args()
    bench = client()
    pid = require_peer(bench, words.tap, words.pid_file, words.data)
    print(f"load {os.getloadavg()[0]:.1f}, calibration {bench.calibration()} ms", flush=True)
    theirs = Side("DaCHS", words.tap, "cat.objects", lambda: bench.family(pid))
    with a_database() as url:
        loading = [load(url, words.data, "objects")]
        with served(url, with_worker=True) as port:
            ours = Side("ours", f"http://127.0.0.1:{port}/tap", "catalogues.objects", lambda: processes_of(port))
            reached = measure(Comparison(bench, theirs, ours), words.only.split(","), words.data)
        if words.import_command:
            seconds = clocked(lambda: subprocess.run(shlex.split(words.import_command), check=True))
            loading.append(load(url, words.data, "again"))
            reached.append(told_load(loading, seconds))
    print(f"load {os.getloadavg()[0]:.1f}, calibration {bench.calibration()} ms")
    return all(reached)


def measure(both: Comparison, names: list[str], data: Path) -> list[bool]:
    steps: dict[str, Callable[[], bool]] = {
        "small": both.small,
        "crowds": both.crowds,
        "cones": both.cones,
        "bulk": both.bulk,
        "uploads": lambda: both.uploads(data / "upload.vot"),
        "jobs": both.jobs,
    }
    before = both.memory()
    reached = []
    for name, step in steps.items():
        if name in names:
            reached.append(step())
            if name == "bulk":
                reached.append(both.grown(before))
    return reached


def client() -> ModuleType:
    path = SHARED / "peers" / "dachs" / "bench.py"
    if not path.exists():
        raise SystemExit(f"this needs ARCHIVE_SHARED, a folder that holds {path.relative_to(SHARED)}")
    spec = importlib.util.spec_from_file_location("peer_bench", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def require_peer(bench: ModuleType, tap: str, pid_file: Path, data: Path) -> int:
    """Give DaCHS' process, or end with what is missing."""
    bench.check_loopback(tap)
    how = "peers/dachs/setup.sh of the shared folder sets it up, ctl.sh start starts it"
    for name in ("objects.csv", "upload.vot"):
        if not (data / name).exists():
            raise SystemExit(f"the objects that DaCHS was loaded with are wanted as {data / name}; {how}")
    try:
        reply = bench.fetch("GET", f"{tap}/sync?LANG=ADQL&RESPONSEFORMAT=csv&QUERY=SELECT+TOP+1+id+FROM+cat.objects")
        bench.check(reply, "DaCHS")
        return int(pid_file.read_text())
    except (OSError, RuntimeError, ValueError) as exc:
        raise SystemExit(f"DaCHS does not answer at {tap}: {exc}; {how}") from exc


def load(url: str, data: Path, name: str) -> float:
    """Load the objects; give the seconds of the whole command."""
    return clocked(lambda: run_archive(url, "load-table", str(data / "objects.csv"), "--name", name))


def told_load(ours: list[float], theirs: float) -> bool:
    print(f"  load of the objects: DaCHS {theirs:.0f} s; ours {', '.join(f'{seconds:.1f} s' for seconds in ours)}")
    ratio = statistics.median(ours) / theirs
    return tell("load of five million objects with indexes, time over DaCHS", ratio, 0.1, "x", is_more_better=False)


def clocked(step: Callable[[], object]) -> float:
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


def _figures(told: dict[str, float]) -> str:
    return f"{told['median_ms']:.4g} ms (p95 {told['p95_ms']:.4g})"


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
