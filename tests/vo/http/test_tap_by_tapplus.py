import gc
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from astropy.table import Table

from tests.support.jobs import ThreadQueue
from tests.support.tap import TapWorld
from tests.support.vohttp import served

# TapPlus leaves connections open, and its parsers warn of much.
pytestmark = pytest.mark.filterwarnings("ignore")

QUERY = "SELECT id, ra, name FROM cat.stars"


@pytest.fixture(scope="module")
def tapplus() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: ModuleType = pytest.importorskip("astroquery.utils.tap.core")
        return module


@pytest.fixture
def world() -> Iterator[TapWorld]:
    queue = ThreadQueue()
    yield TapWorld(queue=queue)
    queue.join()


@pytest.fixture
def url(world: TapWorld) -> Iterator[str]:
    with served(lambda base: world.app(f"{base}/tap")) as base:
        yield f"{base}/tap"
    gc.collect()


@pytest.mark.parametrize("form", ["votable", "votable_gzip", "csv", "json"])
def test_tapplus_asks_sync_and_async(tapplus: ModuleType, url: str, form: str) -> None:
    service = tapplus.TapPlus(url=url)
    for launch in (service.launch_job, service.launch_job_async):
        found = launch(QUERY, output_format=form).get_results()
        assert list(found["id"]) == [1, 2, 3]


def test_tapplus_uploads_and_reads_back(tapplus: ModuleType, url: str, world: TapWorld, tmp_path: Path) -> None:
    world.backend.rows = [(1, "a"), (2, "b")]
    table = Table({"n": [1, 2], "name": ["a", "b"]})
    path = tmp_path / "mine.xml"
    table.write(path, format="votable")
    service = tapplus.TapPlus(url=url)
    query = "SELECT n, name FROM tap_upload.mine"
    for launch in (service.launch_job, service.launch_job_async):
        found = launch(query, upload_resource=str(path), upload_table_name="mine").get_results()
        assert list(found["n"]) == [1, 2]
    assert [sum(batch.num_rows for batch in space.tables["mine"]) for space in world.uploads.spaces] == [2, 2]


def test_tapplus_shows_what_is_wrong(tapplus: ModuleType, url: str) -> None:
    service = tapplus.TapPlus(url=url)
    for launch in (service.launch_job, service.launch_job_async):
        with pytest.raises(Exception, match="no column nope"):
            launch("SELECT nope FROM cat.stars").get_results()
