"""A cached file of 2 GB by one curl, access check and download log included, against nginx.

    python -m benchmarks.download [--size BYTES]

Debian's nginx serves the very same file on loopback with the settings of Debian's own
configuration. The two are asked in turn, so that what else the machine does meets both.
"""

import argparse
import hashlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.db.schema import ObservationRow, ProductRow
from archive.db.session import Database
from archive.storage import LocalFileStore
from benchmarks._ground import a_database, tell
from tests.support.live import served

BAR = 0.8
ROUNDS = 7
SIZE = 2_000_000_000
KEY = "aaaaaaaaaaaaaaaa"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", type=int, default=SIZE)
    size = arguments.parse_args().size
    with TemporaryDirectory(prefix="archive-bench-") as folder, a_database() as url:
        home = Path(folder)
        place = hold(home, url, size)
        settings = {
            "ARCHIVE_HOME": str(home),
            "ARCHIVE_STORE": str(home / "store"),
            "ARCHIVE_DATABASE_URL": url,
            "ARCHIVE_SECRET_KEY": "benchmark",
        }
        with served(settings, home / "server.log") as ours, an_nginx(home, place.parent) as theirs:
            pair = (f"{ours}/data/{KEY}", f"{theirs}/{place.name}")
            for address in pair:
                speed(address, size)
            rounds = [tuple(speed(address, size) for address in pair) for _ in range(ROUNDS)]
    archive, nginx = (statistics.median(side) / 1e6 for side in zip(*rounds, strict=True))
    print(f"calibration: nginx {nginx:.0f} MB/s, archive {archive:.0f} MB/s")
    return (
        0 if tell(f"download of {size / 1e9:g} GB against nginx", archive / nginx, BAR, "×", is_more_better=True) else 1
    )


def hold(home: Path, url: str, size: int) -> Path:
    """Store a file and its product; give its place."""
    source = home / "big.fits"
    digest = hashlib.sha256()
    block = os.urandom(1 << 20)
    with source.open("wb") as file:
        for start in range(0, size, len(block)):
            piece = block[: size - start]
            digest.update(piece)
            file.write(piece)
    sha256 = digest.hexdigest()
    store = LocalFileStore(home / "store")
    store.put(source, sha256)
    source.unlink()
    database = Database(url, pool_size=1)
    with database.begin() as uow:
        observation = ObservationRow(obs_id="big", telescope="ct4m", instrument="decam")
        uow.session.add(observation)
        uow.session.flush()
        uow.session.add(
            ProductRow(
                observation_id=observation.id,
                public_id=KEY,
                archive_filename="big.fits",
                original_filename="big.fits",
                telescope="ct4m",
                instrument="decam",
                obs_type="object",
                proc_type="raw",
                prod_type="image",
                calib_level=1,
                is_held=True,
                sha256=sha256,
                md5="0" * 32,
                file_size=size,
                metadata_release=LONG_AGO,
                data_release=LONG_AGO,
                ingested=LONG_AGO,
                updated=LONG_AGO,
            )
        )
    database.dispose()
    place = store.path(sha256)
    assert place is not None
    return place


@contextmanager
def an_nginx(home: Path, folder: Path) -> Iterator[str]:
    """Serve a folder as Debian's configuration does: sendfile and tcp_nopush on."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        sys.exit("nginx is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    conf = home / "nginx.conf"
    user = "user root root;" if os.geteuid() == 0 else ""
    conf.write_text(
        f"""{user} worker_processes auto; pid {home}/nginx.pid; error_log {home}/nginx.log; daemon off;
events {{ worker_connections 768; }}
http {{ sendfile on; tcp_nopush on; default_type application/fits; access_log {home}/access.log;
  client_body_temp_path {home}/t1; proxy_temp_path {home}/t2; fastcgi_temp_path {home}/t3;
  uwsgi_temp_path {home}/t4; scgi_temp_path {home}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}; }} }}"""
    )
    server = subprocess.Popen([program, "-c", str(conf), "-p", str(home)])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def speed(address: str, size: int) -> float:
    """Fetch with curl; give the bytes a second."""
    words = ["curl", "-sSf", "-o", "/dev/null", "-w", "%{size_download} %{time_total}", address]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert int(told[0]) == size, "all of it came"
    return size / float(told[1])


if __name__ == "__main__":
    sys.exit(main())
