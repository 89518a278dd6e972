# SPDX-License-Identifier: BSD-3-Clause
"""``archive run``: database, web server and worker together, in the foreground."""

import errno
import fcntl
import http.client
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from archive.cli.children import Children
from archive.cli.demo import echo_accounts
from archive.cli.opening import migrate_to_head, open_services, read_config
from archive.cli.progress import progress
from archive.config import Config, WebConfig
from archive.db.embedded import EmbeddedPostgres
from archive.errors import ConfigError, UnavailableError
from archive.services.demo import DemoAccount

__all__ = ["run"]

_STARTING_SECONDS = 90
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@click.command()
@click.option(
    "--demo/--no-demo", "demo", default=None, help="Fill an empty archive with demo data; as a rule only on 127.0.0.1."
)
def run(*, demo: bool | None) -> None:
    """Start everything, and stop everything at Ctrl-C.

    The first start makes the database and the demo archive; later ones find them as they were.
    """
    try:
        with _termination_as_interrupt():
            config = read_config()
            # The demo's passwords are known to everybody.
            _run(config, with_demo=config.web.host in _LOOPBACK if demo is None else demo)
    except KeyboardInterrupt:
        click.echo("\nThe archive is stopped.")


def _run(config: Config, *, with_demo: bool) -> None:
    with _only_one(config):
        _require_free_port(config.web)
        with _database(config) as is_database_up, Children() as children:
            accounts = _make_demo(config) if with_demo else ()
            children.start("web server", "serve")
            children.start("worker", "worker")
            _await_answer(config.web, children)
            if accounts:
                echo_accounts(accounts)
            click.echo(f"\nThe archive runs at {config.web.base_url}\nCtrl-C stops it.\n")
            while is_database_up():
                _require_all(children)
                time.sleep(0.5)
            raise UnavailableError("The database ended; the archive is stopped.")


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Make a request to end, or a closed terminal, stop everything in order, as Ctrl-C does."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]  # a shell ignores SIGINT for what it starts in the background
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _only_one(config: Config) -> Iterator[None]:
    """Hold the home for this process; the kernel lets go of it however the process ends.

    Raises
    ------
    ConfigError
        The archive of this home runs already.
    """
    config.home.mkdir(parents=True, exist_ok=True)
    with (config.home / "run.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            lock.seek(0)
            raise ConfigError(
                f"The archive in {config.home} runs already (process {lock.read().strip() or 'unknown'}). "
                "Another one needs its own ARCHIVE_HOME and ARCHIVE_PORT."
            ) from exc
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)


def _require_free_port(config: WebConfig) -> None:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as exc:
            reasons = {
                errno.EADDRINUSE: f"Port {config.port} is in use by another program; set ARCHIVE_PORT to a free one.",
                errno.EACCES: f"Only root may serve at port {config.port}; set ARCHIVE_PORT to 1024 or more.",
                errno.EADDRNOTAVAIL: f"{config.host} is no address of this machine; see ARCHIVE_HOST.",
            }
            raise ConfigError(
                reasons.get(exc.errno or 0, f"{config.host}:{config.port} cannot be served: {exc.strerror}")
            ) from exc


@contextmanager
def _database(config: Config) -> Iterator[Callable[[], bool]]:
    """Have the database run, migrated; give what tells whether it still runs.

    Notes
    -----
    An embedded server that was left over by a run that was killed is taken over, and stopped at the end.
    """
    if config.database.url is not None:
        migrate_to_head(config.database.url)
        yield lambda: True
        return
    embedded = EmbeddedPostgres(config.home, config.database.pg_home)
    try:
        click.echo("Starting the database …")
        migrate_to_head(embedded.start())
        yield lambda: embedded.status.is_running
    finally:
        embedded.stop()


def _make_demo(config: Config) -> Sequence[DemoAccount]:
    """Make the demo, or what is missing of it, unless the archive holds something else."""
    with open_services(config) as services:
        if not services.demo.is_fitting():
            return ()
        missing = services.demo.missing()
        if missing:
            click.echo("Making the demo archive, which takes a few minutes …")
        # A line a file would bury the address and the accounts.
        logging.getLogger("archive.services.ingest").setLevel(logging.WARNING)
        with progress(missing, "Demo files") as advance:
            return services.demo.make(advance).accounts


def _await_answer(config: WebConfig, children: Children) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 -- asked, not listened on
    until = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < until:
        _require_all(children)
        connection = http.client.HTTPConnection(host, config.port, timeout=10)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise UnavailableError("The web server does not answer; the archive is stopped.")


def _require_all(children: Children) -> None:
    ended = children.ended()
    if ended is not None:
        name, status = ended
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        raise UnavailableError(f"The {name} {how}; the archive is stopped.")
