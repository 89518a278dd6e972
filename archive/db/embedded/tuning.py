# SPDX-License-Identifier: BSD-3-Clause
"""The server's settings, from what the machine has."""

import contextlib
import os
from pathlib import Path

__all__ = ["largest_process", "server_settings"]

MEGABYTE = 1024 * 1024
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def server_settings(port: int) -> dict[str, str]:
    """Give the settings the server is started with.

    Notes
    -----
    They are handed over at each start rather than kept in a file, so that they follow the machine
    and the version of this code. A site that tunes its own runs its own PostgreSQL.
    """
    memory = _memory() // MEGABYTE
    return {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        # Loopback with a password only: the path of a socket may be longer than a socket's name can be.
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "max_connections": "200",
        "shared_buffers": f"{_shared_buffers(memory)}MB",
        "effective_cache_size": f"{_within(memory // 2, 256, 65536)}MB",
        "maintenance_work_mem": f"{_within(memory // 32, 64, 512)}MB",
        "work_mem": f"{_within(memory // 256, 8, 64)}MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        # Compiling a plan takes longer than most of our queries do.
        "jit": "off",
        "dynamic_shared_memory_type": "posix" if _shared_memory() >= 256 * MEGABYTE else "mmap",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "5s",
        "cluster_name": "archive",
    }


def largest_process() -> int:
    """Give the bytes of address space that a connection may have.

    Notes
    -----
    PostgreSQL bounds the memory of sorts and joins, not that of values and plans: a query in a hundred words
    can ask for all there is. It then fails, instead of the whole server.
    """
    memory = _memory() // MEGABYTE
    return (_shared_buffers(memory) + _within(memory // 8, 1024, 4096)) * MEGABYTE


def _shared_buffers(memory: int) -> int:
    return _within(memory // 8, 64, 2048)


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def _memory() -> int:
    """Give the bytes of memory this machine or container has."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in _CGROUP_LIMITS:
        with contextlib.suppress(OSError, ValueError):
            memory = min(memory, int(Path(path).read_text(encoding="ascii")))
    return memory


def _shared_memory() -> int:
    """Give the bytes that parallel queries may share; containers often have 64 MB only."""
    try:
        known = os.statvfs("/dev/shm")  # noqa: S108 -- looked at, not written to
    except OSError:
        return 0
    return known.f_frsize * known.f_blocks
