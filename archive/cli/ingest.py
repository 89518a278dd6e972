# SPDX-License-Identifier: BSD-3-Clause
"""``archive ingest`` and ``archive import-schedule``: what comes into the archive."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TextIO

import click
import structlog

from archive.bootstrap import build_services
from archive.cli.opening import open_services
from archive.cli.progress import progress
from archive.config import Config
from archive.domain.ingest import IngestOutcome, Outcome
from archive.errors import UnavailableError
from archive.log import configure_logging
from archive.services.ingest import IngestService

__all__ = ["import_schedule", "ingest"]

_log = structlog.get_logger(__name__)
# The use case of a worker process, made once when it starts.
_worker: list[IngestService] = []


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--jobs", "-j", default=1, show_default=True, type=click.IntRange(1, 64), help="Files taken in at once.")
@click.option("--quiet", "-q", is_flag=True, help="Do not list what was refused; the audit has it.")
def ingest(paths: tuple[Path, ...], *, jobs: int, quiet: bool) -> None:
    """Take FITS files in: files, and all files in folders and the folders below.

    Run it again after a stop: what is in already is passed over. The exit status is 1 when a file
    was refused, 2 when the work had to stop.
    """
    files = list(_files(paths))
    counts: Counter[tuple[str, str]] = Counter()
    refused: list[IngestOutcome] = []
    with open_services() as services, _outcomes(services.config, services.ingest, files, jobs) as outcomes:
        try:
            with progress(len(files), "Files") as advance:
                for outcome in outcomes:
                    counts[_kind(outcome)] += 1
                    if outcome is not None and outcome.outcome is Outcome.REFUSED:
                        refused.append(outcome)
                    advance(1)
        except (UnavailableError, BrokenProcessPool) as exc:
            _tell(counts, [] if quiet else refused)
            why = exc.message if isinstance(exc, UnavailableError) else "A worker process died."
            click.echo(
                f"Stopped after {counts.total()} of {len(files)} files: {why} Run the same command again.", err=True
            )
            raise SystemExit(2) from exc
    _tell(counts, [] if quiet else refused)
    if any(kind not in {Outcome.INGESTED, Outcome.PRESENT} for kind, _ in counts):
        raise SystemExit(1)


@click.command("import-schedule")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
def import_schedule(file: TextIO) -> None:
    """Read a telescope schedule: a CSV file with the columns telescope, date, propid.

    It may also have title, pi, affiliation and instrument. Lines that are wrong are told and left
    out; the same file again changes nothing.
    """
    with open_services() as services:
        done = services.schedule.import_csv(file)
    for line, why in done.errors:
        click.echo(f"line {line}: {why}", err=True)
    click.echo(f"{done.added} added, {done.known} known already, {len(done.errors)} wrong")
    if done.errors:
        raise SystemExit(1)


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Give each file once, those of a folder in the order of their bytes."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted((p for p in path.rglob("*") if p.is_file()), key=os.fsencode) if path.is_dir() else [path]
        for file in inside:
            if file not in seen:
                seen.add(file)
                yield file


@contextmanager
def _outcomes(
    config: Config, service: IngestService, files: list[Path], jobs: int
) -> Iterator[Iterator[IngestOutcome | None]]:
    """Give what becomes of the files, one after the other; None for one that met a fault of ours."""
    if jobs == 1 or len(files) < 2:
        yield (_take_in(service, file) for file in files)
        return
    with ProcessPoolExecutor(
        min(jobs, len(files)), mp_context=get_context("spawn"), initializer=_start_worker, initargs=(config,)
    ) as pool:
        try:
            yield pool.map(_take_in_by_worker, files)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(config: Config) -> None:
    # Ctrl-C is for the parent, which lets every worker finish its file.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_logging(config.log_level, as_json=config.log_as_json)
    _worker.append(build_services(config).ingest)


def _take_in_by_worker(path: Path) -> IngestOutcome | None:
    return _take_in(_worker[0], path)


def _take_in(service: IngestService, path: Path) -> IngestOutcome | None:
    try:
        return service.add(path)
    except UnavailableError:
        raise
    except Exception:  # noqa: BLE001 -- one file must not end the batch; the log has the traceback
        _log.exception("ingest failed", path=str(path))
        return None


def _kind(outcome: IngestOutcome | None) -> tuple[str, str]:
    if outcome is None:
        return ("failed", "an error of the archive; the log has it")
    if outcome.error_code is None:
        return (outcome.outcome, "")
    return (outcome.outcome, f"{outcome.error_code}: {outcome.error_code.meaning}")


def _tell(counts: Counter[tuple[str, str]], refused: list[IngestOutcome]) -> None:
    for outcome in refused:
        for reason in outcome.reasons:
            click.echo(f"{outcome.source_path}: {reason.code}: {reason.message}")
    for (kind, code), count in sorted(counts.items()):
        click.echo(f"{count:8} {kind}{', ' if code else ''}{code}")
