"""One live archive for all clients of this worker."""

from collections.abc import Iterator

import pytest

from archive.db.session import Database
from tests.conformance.archives import LiveArchive, a_live_archive
from tests.support.postgres import empty


@pytest.fixture(scope="module")
def live(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveArchive]:
    database = Database(database_url)
    with a_live_archive(database, tmp_path_factory.mktemp("live")) as archive:
        yield archive
    empty(database)
    database.dispose()
