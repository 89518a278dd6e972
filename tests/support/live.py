"""The archive as it is served, on a free port of loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

__all__ = ["served", "working"]


@contextmanager
def served(settings: Mapping[str, str], log: Path) -> Iterator[str]:
    """Give the address of a server on these settings; it ends with the block.

    Parameters
    ----------
    log
        Where the server's words go.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [sys.executable, "-c", "from archive.cli import main; main()", "serve"],
            cwd=ROOT,
            env=_environment({**settings, "ARCHIVE_PORT": str(port)}),
            stdout=sink,
            stderr=sink,
        )
        try:
            _wait_for(port, server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(120)


@contextmanager
def working(settings: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Let a worker of one process do what is sent to the queues, until the end of the block."""
    with log.open("wb") as sink:
        worker = subprocess.Popen(
            [sys.executable, "-c", "from archive.cli import main; main()", "worker"],
            cwd=ROOT,
            env=_environment({**settings, "ARCHIVE_WORKER_PROCESSES": "1"}),
            stdout=sink,
            stderr=sink,
        )
        try:
            yield worker
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(120)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")}  # noqa: TID251
    return outside | {**settings, "PYTHONPATH": str(ROOT)}


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"the server does not answer: {log.read_text()}")
