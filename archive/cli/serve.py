# SPDX-License-Identifier: BSD-3-Clause
"""``archive serve``: the web server, gunicorn."""

import contextlib
import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import click
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import TConn, ThreadWorker

from archive.app import create_app
from archive.bootstrap import Services, build_services
from archive.cli.opening import read_config, require_database
from archive.cli.parent import stop_with_parent, with_parent
from archive.config import Config, WebConfig

__all__ = ["serve"]

# The most that gunicorn bounds; more would be without any bound.
_LONGEST_LINE = 8190
_TOO_LONG = (
    f"The address has more than {_LONGEST_LINE} bytes. "
    "Send the search to /api/v1/search by POST, or ask for less at once."
)


@click.command()
@with_parent
def serve(*, with_parent: bool) -> None:
    """Serve the portal and the API; the database must run."""
    config = require_database(read_config())
    if with_parent:
        stop_with_parent()
    _Server(config).run()


class _Process(ThreadWorker):  # type: ignore[misc]
    """One of gunicorn's processes."""

    def handle_request(self, req: object, conn: TConn) -> bool:
        """Serve a request; a client that stood still for too long is no fault of ours, and is let go."""
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            self.log.info("a client stood still and was let go")
            return False

    def handle_error(
        self,
        req: object,
        client: socket.socket,
        addr: object,
        exc: BaseException,
    ) -> None:
        """Answer what gunicorn could not read; an address that is too long in our own words (RFC 9110 §15.5.15).

        Notes
        -----
        Neither path nor headers are known by then, so programs and people get the same.
        """
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        body = json.dumps({"type": "about:blank", "title": "uri_too_long", "status": 414, "detail": _TOO_LONG}).encode()
        head = (
            "HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with contextlib.suppress(OSError):
            client.sendall(head.encode() + body)


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told what to do by our settings instead of its own command line."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._services: Services | None = None
        super().__init__()

    def load_config(self) -> None:
        for name, value in _settings(self._config.web).items():
            self.cfg.set(name, value)
        self.cfg.set("worker_exit", self._close)

    def load(self) -> object:
        # Called in each of gunicorn's processes, so that none shares a connection with another.
        self._services = build_services(self._config)
        return create_app(self._services)

    def _close(self, server: object, worker: object) -> None:  # noqa: ARG002 -- gunicorn's signature
        """Hang up as a process ends."""
        if self._services is not None:
            self._services.dispose()


def _settings(config: WebConfig) -> Mapping[str, object]:
    settings: dict[str, object] = {
        "bind": [f"[{config.host}]:{config.port}" if ":" in config.host else f"{config.host}:{config.port}"],
        "worker_class": _Process,
        "workers": config.processes,
        "threads": config.threads_each,
        # For the process, not for a request: a download takes as long as it takes.
        "timeout": 120,
        # Running requests are given this long when the server stops.
        "graceful_timeout": 8,
        "keepalive": 15,
        # A search with many values, or a polygon, is a long line.
        "limit_request_line": _LONGEST_LINE,
        "forwarded_allow_ips": "",
        "loglevel": "warning",
        "proc_name": "archive",
        "control_socket_disable": True,
    }
    memory = Path("/dev/shm")  # noqa: S108 -- gunicorn makes its own private file there
    if os.access(memory, os.W_OK):
        # The sign of life of each process must not wait for a busy disk.
        settings["worker_tmp_dir"] = str(memory)
    return settings
