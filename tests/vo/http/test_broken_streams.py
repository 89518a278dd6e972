import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product

import pytest
import requests
from flask import Flask

from tests.support.requirements import ROOT
from tests.support.tap import TapWorld
from vo.dali import UnavailableError

QUERY = "SELECT id, ra FROM cat.stars"


def broken_app() -> Flask:
    """Give a service whose database goes away after the first rows."""
    world = TapWorld()
    world.backend.rows = [(number, 1.0, None, None) for number in range(100)]
    world.backend.step = 10
    world.backend.late_failure = UnavailableError("gone")
    return world.app()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "4"]
    server = subprocess.Popen(
        [*command, "tests.vo.http.test_broken_streams:broken_app()"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/tap/sync"
    finally:
        server.terminate()
        server.wait(120)


@pytest.mark.parametrize(
    ("form", "encoding"),
    # Parquet is packed already.
    [*product(["csv", "tsv", "votable", "votable/td", "json"], ["identity", "gzip"]), ("parquet", "identity")],
)
def test_no_client_takes_a_broken_answer_for_a_whole_one(url: str, form: str, encoding: str) -> None:
    asked = {"QUERY": QUERY, "FORMAT": form}
    with requests.get(url, asked, headers={"Accept-Encoding": encoding}, stream=True, timeout=120) as answer:
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        pieces: list[bytes] = []

        def read() -> None:
            for piece in answer.iter_content(1000):
                pieces.append(piece)  # noqa: PERF402 -- what came before the break counts

        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            read()
        if form.startswith("votable"):
            assert b'name="QUERY_STATUS" value="ERROR"' in b"".join(pieces)


def test_what_is_made_whole_before_it_is_sent_fails_with_a_status(url: str) -> None:
    answer = requests.get(url, params={"QUERY": QUERY, "FORMAT": "fits"}, timeout=120)
    assert answer.status_code == 503
    assert b"gone" in answer.content
