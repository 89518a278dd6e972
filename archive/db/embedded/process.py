# SPDX-License-Identifier: BSD-3-Clause
"""What runs and what listens: the server's pid file, and free ports."""

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Postmaster", "clear_foreign_pid", "free_port", "is_free", "read_postmaster"]


@dataclass(frozen=True)
class Postmaster:
    """A server that runs; `is_ready` once it takes connections."""

    pid: int
    port: int
    is_ready: bool


def read_postmaster(data: Path) -> Postmaster | None:
    """Read ``postmaster.pid``; None where no server runs on these data.

    Notes
    -----
    The lines are: pid, data folder, start time, port, socket folder, address, shared memory, status.
    """
    lines = _lines(data)
    if len(lines) < 4 or not lines[0].isdecimal() or not _is_postgres(int(lines[0])):
        return None
    return Postmaster(pid=int(lines[0]), port=int(lines[3]), is_ready=len(lines) > 7 and lines[7] == "ready")


def clear_foreign_pid(data: Path) -> None:
    """Remove a pid file whose number now belongs to another program, as after a restart of a container.

    Notes
    -----
    PostgreSQL itself clears a pid file whose process is gone, and checks that no child of the old
    server still has the shared memory. Only the one case it cannot tell is ours.
    """
    lines = _lines(data)
    if lines and lines[0].isdecimal() and _is_alive(int(lines[0])) and not _is_postgres(int(lines[0])):
        (data / "postmaster.pid").unlink(missing_ok=True)


def free_port() -> int:
    """Give a port of the loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """Whether one may listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: a connection that lingers from before is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _lines(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    except (FileNotFoundError, PermissionError):
        return []


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_postgres(pid: int) -> bool:
    """Whether this process is a PostgreSQL server that is not merely waiting to be reaped."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            name, _, rest = stat.read_text(encoding="utf-8").partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return name.startswith("postgres") and rest.split()[0] != "Z"
    answer = subprocess.run(  # noqa: S603 -- a number
        ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in answer.stdout
