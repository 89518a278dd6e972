"""Downloads when the database is not there at their end."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from archive.bootstrap import Services
from archive.db.schema import DownloadRow
from archive.domain.access import ANONYMOUS
from archive.domain.downloads import Wanted
from archive.errors import UnavailableError
from tests.support.holdings import hold


@contextmanager
def _outage(url: str, server: str) -> Iterator[None]:
    """Let the database refuse everybody, and throw out who is in."""
    name = make_url(url).database
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            try:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
                yield
            finally:
                cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_bytes_arrive_though_their_record_cannot_be_ended(
    services: Services, database_server: str, tmp_path: Path
) -> None:
    hold(services, tmp_path, b"0123456789")
    downloads = services.downloads
    parcel = downloads.prepare(ANONYMOUS, "aaaaaaaaaaaaaaaa", Wanted())
    transfer = downloads.send(ANONYMOUS, parcel, 200)
    with _outage(services.database.url, database_server):
        assert b"".join(transfer) == b"0123456789"
        transfer.close()
        with pytest.raises(UnavailableError):
            downloads.send(ANONYMOUS, parcel, 200)
    with services.database.begin() as uow:
        (row,) = uow.session.scalars(select(DownloadRow))
    assert (row.bytes_sent, row.is_complete) == (0, False)
    with closing(downloads.send(ANONYMOUS, parcel, 200)) as again:
        assert b"".join(again) == b"0123456789"
