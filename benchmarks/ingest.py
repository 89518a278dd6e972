"""Ingest of raw mosaics against reading their headers with astropy and hashing their bytes.

    python -m benchmarks.ingest [--files 200] [--batch 20]

The files are made here: one mosaic of 60 tile-compressed HDUs of 50 MB or more, copied with another
start time each, so that all bytes and names differ. They are made, measured both ways and deleted in
batches, because a disk may be small. Both sides run in this one process, on files that are in the page
cache, batch by batch in turn; the side under test makes its copies durable (fsync) and commits.
"""

import argparse
import hashlib
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from astropy.io import fits

from archive.astro.recipe import load_recipes
from archive.astro.recipes import RECIPES
from archive.db.session import Database
from archive.domain.ingest import Outcome
from archive.log import configure_logging
from archive.queues import InlineQueue
from archive.services.ingest import IngestService
from archive.storage import LocalFileStore
from benchmarks._ground import a_database, tell

BAR = 0.5
N_HDUS = 60
START = datetime(2017, 8, 15, 1, 0, tzinfo=UTC)
DATE_CARD = "DATE-OBS= '{:%Y-%m-%dT%H:%M:%S}'"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=200)
    arguments.add_argument("--batch", type=int, default=20)
    given = arguments.parse_args()
    configure_logging("WARNING", as_json=False)
    with a_database() as url, TemporaryDirectory(prefix="archive-bench-") as folder:
        return 0 if run(Path(folder), url, given.files, given.batch) else 1


def run(folder: Path, url: str, n_files: int, batch: int) -> bool:
    database = Database(url)
    service = IngestService(
        database=database,
        store=LocalFileStore(folder / "store"),
        queue=InlineQueue(),
        recipes=load_recipes(RECIPES),
    )
    template = make_mosaic(folder / "template.fits.fz")
    size = template.stat().st_size
    plain, taken = [], []
    for first in range(0, n_files, batch):
        paths = [copy_of(template, folder / "in", number) for number in range(first, min(first + batch, n_files))]
        os.sync()
        plain.extend(timed(read_and_hash, path) for path in paths)
        taken.extend(timed(lambda path: expect(service, path), path) for path in paths)
        shutil.rmtree(folder / "in")
        shutil.rmtree(folder / "store")
    database.dispose()
    ratio = sum(plain) / sum(taken)
    print(f"{n_files} files of {N_HDUS} HDUs, {size / 1e6:.0f} MB each")
    for name, times in (("astropy headers and md5, sha256", plain), ("ingest", taken)):
        rate = size / 1e6 * len(times) / sum(times)
        print(f"  {name}: median {statistics.median(times) * 1e3:.0f} ms a file, {rate:.0f} MB/s")
    return tell("ingest of mosaics", ratio, BAR, "x reading and hashing", is_more_better=True)


def read_and_hash(path: Path) -> None:
    with fits.open(path) as hdus:
        assert sum(len(hdu.header) for hdu in hdus)
    for name in ("md5", "sha256"):
        with path.open("rb") as stream:
            hashlib.file_digest(stream, name)


def expect(service: IngestService, path: Path) -> None:
    outcome = service.add(path)
    assert outcome.outcome is Outcome.INGESTED, outcome


def timed(work: Callable[[Path], None], path: Path) -> float:
    begun = time.perf_counter()
    work(path)
    return time.perf_counter() - begun


def make_mosaic(path: Path) -> Path:
    """Write a raw mosaic like DECam's: some 130 cards a HDU, TPV distortion, noise that packs as real sky does."""
    random = np.random.default_rng(1)
    primary = fits.Header(
        {
            "TELESCOP": "CTIO 4.0-m telescope",
            "INSTRUME": "DECam",
            "OBSTYPE": "object",
            "PROPID": "2017B-0001",
            "DATE-OBS": START.strftime("%Y-%m-%dT%H:%M:%S"),
            "EXPTIME": 90.0,
            "FILTER": "g DECam SDSS c0001 4720.0 1520.0",
            "OBJECT": "bench",
            "RA": "10:00:00.0",
            "DEC": "+02:00:00",
        }
    )
    for number in range(140):
        primary[f"PRI{number:03d}"] = (number * 1.5, "a comment as long as most")
    hdus: list[object] = [fits.PrimaryHDU(header=primary)]
    for ccd in range(1, N_HDUS + 1):
        pixels = random.normal(1000, 30, (1024, 1024)).astype(np.int16)
        hdus.append(
            fits.CompImageHDU(pixels, header=ccd_header(ccd, random), name=f"S{ccd}", compression_type="RICE_1")
        )
    fits.HDUList(hdus).writeto(path, checksum=True)
    return path


def ccd_header(ccd: int, random: np.random.Generator) -> fits.Header:
    header = fits.Header({"CCDNUM": ccd, "CTYPE1": "RA---TPV", "CTYPE2": "DEC--TPV", "CRVAL1": 150.0, "CRVAL2": 2.0})
    header.update({"CRPIX1": 4000.0 - 1100 * (ccd % 8), "CRPIX2": 4000.0 - 1100 * (ccd // 8)})
    header.update({"CD1_1": -2.1e-7, "CD1_2": 7.28e-5, "CD2_1": -7.28e-5, "CD2_2": -2.1e-7})
    for axis in (1, 2):
        for term in range(11):
            header[f"PV{axis}_{term}"] = 1.0 if term == 1 else float(random.normal(0, 1e-4))
    for number in range(70):
        header[f"KEY{number:03d}"] = (float(random.normal()) if number % 2 else f"value {number}", "a comment")
    return header


def copy_of(template: Path, folder: Path, number: int) -> Path:
    """Copy the mosaic with a start time of its own; the checksum of its primary header no longer holds."""
    folder.mkdir(exist_ok=True)
    path = folder / f"raw_{number:04d}.fits.fz"
    shutil.copyfile(template, path)
    old, new = DATE_CARD.format(START).encode(), DATE_CARD.format(START + timedelta(seconds=10 * number)).encode()
    with path.open("r+b") as stream:
        head = stream.read(2880 * 8)
        assert head.count(old) == 1
        stream.seek(0)
        stream.write(head.replace(old, new))
    return path


if __name__ == "__main__":
    sys.exit(main())
