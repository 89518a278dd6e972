# SPDX-License-Identifier: BSD-3-Clause
"""``archive serve``: the web server, gunicorn."""

import os
from collections.abc import Mapping
from pathlib import Path

import click
from gunicorn.app.base import BaseApplication

from archive.app import create_app
from archive.bootstrap import build_services
from archive.cli.opening import read_config, require_database
from archive.cli.parent import stop_with_parent, with_parent
from archive.config import Config, WebConfig

__all__ = ["serve"]


@click.command()
@with_parent
def serve(*, with_parent: bool) -> None:
    """Serve the portal and the API; the database must run."""
    config = require_database(read_config())
    if with_parent:
        stop_with_parent()
    _Server(config).run()


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told what to do by our settings instead of its own command line."""

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        for name, value in _settings(self._config.web).items():
            self.cfg.set(name, value)

    def load(self) -> object:
        # Called in each of gunicorn's processes, so that none shares a connection with another.
        return create_app(build_services(self._config))


def _settings(config: WebConfig) -> Mapping[str, object]:
    processes = 2 if config.threads >= 4 and (os.cpu_count() or 1) > 1 else 1
    settings: dict[str, object] = {
        "bind": [f"[{config.host}]:{config.port}" if ":" in config.host else f"{config.host}:{config.port}"],
        "worker_class": "gthread",
        "workers": processes,
        "threads": -(-config.threads // processes),
        # For the process, not for a request: a download takes as long as it takes.
        "timeout": 120,
        # Running requests are given this long when the server stops.
        "graceful_timeout": 8,
        "keepalive": 15,
        # A search with many values, or a polygon, is a long line.
        "limit_request_line": 8190,
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
