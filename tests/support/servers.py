"""Embedded servers for the tests, gone without a trace afterwards."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from archive.db.embedded import EmbeddedPostgres

# A test's data need not survive a power cut.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@contextmanager
def embedded_server(home: Path, settings: Mapping[str, str] = CARELESS) -> Iterator[EmbeddedPostgres]:
    """Give an embedded server that does not run yet; stop and remove it at the end."""
    server = EmbeddedPostgres(home, settings=settings)
    try:
        yield server
    finally:
        server.stop()
        remove_server(server)


def remove_server(server: EmbeddedPostgres) -> None:
    """Remove a stopped server's data, which for root do not lie in its home."""
    assert not server.status.is_running
    if os.geteuid() == 0:
        shutil.rmtree(server.place.folder, ignore_errors=True)
