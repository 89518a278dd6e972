"""Downloads by real curl from the real server: cut, resumed, at once, given up, and failing midway."""

import hashlib
import html
import io
import os
import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from sqlalchemy import select, update

from archive.bootstrap import Services
from archive.config import Config
from archive.db.schema import DownloadRow, ProductRow
from tests.support.holdings import hold
from tests.support.live import served
from tests.support.requirements import program

SIZE = 64 * 1024 * 1024 + 12345
KEY = "aaaaaaaaaaaaaaaa"


@pytest.fixture
def octets() -> bytes:
    return np.random.default_rng(3).bytes(SIZE)


@pytest.fixture
def server(config: Config, services: Services, tmp_path: Path) -> Iterator[str]:
    settings = {
        "ARCHIVE_HOME": str(config.home),
        "ARCHIVE_DATABASE_URL": services.database.url,
        "ARCHIVE_SECRET_KEY": config.web.secret_key,
        "ARCHIVE_SESAME_URL": "off",
        "ARCHIVE_WEB_THREADS": "8",
    }
    with served(settings, tmp_path / "server.log") as url:
        yield url


def _curl(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program("curl"), "-sS", *words], capture_output=True, timeout=240, check=False)


def _log(services: Services, count: int) -> list[DownloadRow]:
    """Wait for the record: it is written once the client has its bytes."""
    rows: list[DownloadRow] = []
    for _ in range(1200):
        with services.database.begin() as uow:
            rows = list(uow.session.scalars(select(DownloadRow).order_by(DownloadRow.id)))
        if len(rows) == count and all(row.seconds > 0 for row in rows):
            break
        time.sleep(0.1)
    return rows


def test_cut_download_is_resumed(services: Services, server: str, octets: bytes, tmp_path: Path) -> None:
    sha256 = hold(services, tmp_path, octets)
    out = tmp_path / "out.fits"
    with subprocess.Popen([program("curl"), "-sS", "--limit-rate", "2M", "-o", out, f"{server}/data/{KEY}"]) as curl:
        while not (out.exists() and out.stat().st_size):
            time.sleep(0.01)
        curl.kill()
    there = out.stat().st_size
    assert 0 < there < SIZE
    resumed = _curl("-C", "-", "-o", out, f"{server}/data/{KEY}")
    assert resumed.returncode == 0, resumed.stderr
    assert hashlib.sha256(out.read_bytes()).hexdigest() == sha256
    first, second = _log(services, 2)
    assert (first.status, first.is_complete) == (200, False)
    assert there <= first.bytes_sent < SIZE, "what the network took, not what was asked for"
    assert (second.status, second.is_complete, second.bytes_sent) == (206, True, SIZE - there)
    assert first.seconds > 0


def test_resuming_another_version_starts_anew(services: Services, server: str, octets: bytes, tmp_path: Path) -> None:
    hold(services, tmp_path, octets)
    etag = f'"{"0" * 64}"'
    answer = _curl(
        "-i", "-H", "Range: bytes=1000-", "-H", f"If-Range: {etag}", "-o", tmp_path / "x", f"{server}/data/{KEY}"
    )
    assert answer.returncode == 0
    assert (tmp_path / "x").read_bytes().endswith(octets)


def test_many_at_once(services: Services, server: str, octets: bytes, tmp_path: Path) -> None:
    hold(services, tmp_path, octets)

    def fetch(number: int) -> bytes:
        first = number * 5_000_000
        return _curl("-r", f"{first}-{first + 9_999_999}", f"{server}/data/{KEY}").stdout

    with ThreadPoolExecutor(8) as pool:
        pieces = list(pool.map(fetch, range(11)))
    for number, piece in enumerate(pieces):
        assert piece == octets[number * 5_000_000 : number * 5_000_000 + 10_000_000]
    rows = _log(services, 11)
    assert [row.bytes_sent for row in rows] == [10_000_000] * 11


def test_one_connection_serves_many_requests(services: Services, server: str, tmp_path: Path) -> None:
    hold(services, tmp_path, b"0123456789")
    url = f"{server}/data/{KEY}"
    answer = _curl("-r", "2-4", url, "--next", "-sS", "-I", "-o", os.devnull, url, "--next", "-sS", url)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == b"2340123456789"


def test_file_that_becomes_shorter_midway_fails_the_client(
    services: Services, server: str, octets: bytes, tmp_path: Path
) -> None:
    sha256 = hold(services, tmp_path, octets)
    place = services.store.path(sha256)
    assert place is not None
    out = tmp_path / "out.fits"
    with subprocess.Popen(
        [program("curl"), "-sS", "--limit-rate", "5M", "--max-time", "240", "-o", out, f"{server}/data/{KEY}"]
    ) as curl:
        while not (out.exists() and out.stat().st_size):
            time.sleep(0.01)
        place.chmod(0o644)
        os.truncate(place, SIZE * 3 // 4)
        assert curl.wait(250) == 18, "curl knows that it has not all"
    (row,) = _log(services, 1)
    assert not row.is_complete


def test_stream_that_fails_midway_fails_curl(services: Services, server: str, tmp_path: Path) -> None:
    sink = io.BytesIO()
    pixels = np.random.default_rng(5).integers(0, 30000, (4000, 1000), dtype="i2")
    images = [fits.CompImageHDU(pixels + number) for number in range(3)]
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto(sink)
    damaged = bytearray(sink.getvalue())
    # The table of the last image says that its tiles lie far beyond the end.
    third = damaged.rfind(b"XTENSION")
    rows = third + 2880 * 2
    damaged[rows : rows + 8 * 4000] = b"\x7f\xff\xff\xff" * 8000
    hold(services, tmp_path, bytes(damaged), n_hdu=4)
    out = tmp_path / "out.fits"
    answer = _curl("-o", out, f"{server}/data/{KEY}?unpack=1")
    assert answer.returncode != 0
    (row,) = _log(services, 1)
    assert not row.is_complete
    assert row.bytes_sent > 0
    assert _curl("-f", "-o", out, f"{server}/data/{KEY}").returncode == 0, "the server goes on"


def test_refusals_and_proprietary_files(services: Services, server: str, tmp_path: Path) -> None:
    hold(services, tmp_path, b"secret")
    with services.database.begin() as uow:
        uow.session.execute(update(ProductRow).values(data_release=None))
    out = tmp_path / "out"
    assert _curl("-f", "-o", out, f"{server}/data/{KEY}").returncode == 22
    assert not out.exists()
    told = _curl("-i", f"{server}/data/{KEY}").stdout
    assert told.startswith(b"HTTP/1.1 401")
    assert b"secret" not in told
    assert f'access_url="{server}/login/token"'.encode() in told


def test_command_on_the_page_fetches_and_resumes(services: Services, server: str, tmp_path: Path) -> None:
    name = "it's $(touch owned) <b>.fits"
    hold(services, tmp_path, b"0123456789", archive_filename=name)
    page = _curl(f"{server}/file/{KEY}").stdout.decode()
    found = re.search(r"<pre>(curl [^<]*)</pre>", page)
    assert found is not None
    folder = tmp_path / "fetched"
    folder.mkdir()
    (folder / name).write_bytes(b"0123")
    done = subprocess.run(
        [program("sh"), "-c", html.unescape(found[1])], cwd=folder, capture_output=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {name: b"0123456789"}
