"""`archive run`, started and stopped, and ended in every rough way."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from archive.db.embedded import EmbeddedPostgres
from tests.support.processes import descendants, is_alive, until
from tests.support.requirements import ROOT
from tests.support.servers import remove_server

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")


class Archive:
    """One home and one port, on which `archive run` is started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = int(probe.getsockname()[1])
        self.log = home.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")}  # noqa: TID251
        return {**kept, "ARCHIVE_HOME": str(self.home), "ARCHIVE_PORT": str(self.port), "ARCHIVE_SESAME_URL": "off"}

    def start(self, *options: str, ignoring: frozenset[int] = frozenset()) -> "Archive":
        def set_signals() -> None:
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN if number in ignoring else signal.SIG_DFL)

        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "archive.cli", "run", *(options or ("--no-demo",))],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=set_signals,  # noqa: PLW1509
            )
        until(lambda: "The archive runs at" in self.text or not is_alive(self.pid), 120, "the start")
        assert is_alive(self.pid), self.text
        return self

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "archive.cli", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def everything(self) -> set[int]:
        """Give all processes: our own, and the database's, which is nobody's child."""
        database = EmbeddedPostgres(self.home).status.pid
        assert database is not None
        return {self.pid, *descendants(self.pid), database, *descendants(database)}

    def end(self, number: int) -> int:
        assert self.process is not None
        os.kill(self.pid, number)
        return self.process.wait(60)

    def is_port_free(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path / "home")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGTERM)
    server = EmbeddedPostgres(made.home)
    server.stop()
    remove_server(server)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(archive: Archive, number: int) -> None:
    archive.start()
    everything = archive.everything()
    assert len(everything) > 6
    assert archive.end(number) == 0
    assert [pid for pid in everything if is_alive(pid)] == []
    assert archive.is_port_free()
    assert "Traceback" not in archive.text


def test_in_the_background_of_a_script_it_is_still_stopped_by_an_interrupt_and_nohup_holds(archive: Archive) -> None:
    archive.start(ignoring=frozenset({signal.SIGINT, signal.SIGHUP}))
    os.kill(archive.pid, signal.SIGHUP)
    time.sleep(1)
    assert is_alive(archive.pid)
    assert archive.end(signal.SIGINT) == 0


def test_a_second_start_finds_everything_and_one_home_runs_once(archive: Archive) -> None:
    archive.start()
    again = archive.call("run")
    assert again.returncode == 1
    assert f"runs already (process {archive.pid})" in again.stderr
    assert archive.call("db", "status").returncode == 0
    archive.end(signal.SIGINT)
    assert archive.call("db", "status").returncode == 3
    archive.start()
    assert requests.get(f"http://127.0.0.1:{archive.port}/", timeout=10).status_code < 500


def test_a_port_in_use_is_told_before_anything_starts(archive: Archive) -> None:
    with closing(socket.create_server(("127.0.0.1", archive.port))):
        told = archive.call("run")
    assert told.returncode == 1
    assert f"Port {archive.port} is in use" in told.stderr
    assert not EmbeddedPostgres(archive.home).place.data.exists()


@pytest.mark.parametrize("victim", ["serve", "worker"])
def test_a_child_that_dies_brings_all_down_with_a_word(archive: Archive, victim: str) -> None:
    archive.start()
    everything = archive.everything()
    children = [pid for pid in everything if _is_command(pid, victim) and _parent(pid) == archive.pid]
    os.kill(children[0], signal.SIGKILL)
    assert archive.process is not None
    assert archive.process.wait(60) == 1
    assert "was ended by signal 9; the archive is stopped" in archive.text
    until(lambda: not any(map(is_alive, everything)), what="the end of all")


def test_a_database_that_dies_brings_all_down_with_a_word(archive: Archive) -> None:
    archive.start()
    everything = archive.everything()
    database = EmbeddedPostgres(archive.home).status.pid
    assert database is not None
    os.kill(database, signal.SIGKILL)
    assert archive.process is not None
    assert archive.process.wait(60) == 1
    assert "The database ended; the archive is stopped" in archive.text
    until(lambda: not any(map(is_alive, everything)), what="the end of all")


def test_nothing_but_the_database_outlives_a_killed_run_and_the_next_takes_it_over(archive: Archive) -> None:
    archive.start()
    database = EmbeddedPostgres(archive.home).status.pid
    children = descendants(archive.pid)
    archive.end(signal.SIGKILL)
    until(lambda: not any(map(is_alive, children)), what="the end of the children")
    assert EmbeddedPostgres(archive.home).status.pid == database
    archive.start()
    assert EmbeddedPostgres(archive.home).status.pid == database
    archive.end(signal.SIGINT)
    assert not EmbeddedPostgres(archive.home).status.is_running


def _is_command(pid: int, word: str) -> bool:
    return word in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
