import gc
import socket
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
import requests
from astropy.table import Table
from pyvo.dal import DALQueryError, TAPService

from tests.support.jobs import ThreadQueue
from tests.support.processes import until
from tests.support.requirements import program
from tests.support.tap import TapWorld
from tests.support.vohttp import served
from vo.tap import FetchRules

# pyvo leaves the bodies of streamed answers unread and their sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

QUERY = "SELECT id, ra, name FROM cat.stars"


@pytest.fixture
def world() -> Iterator[TapWorld]:
    queue = ThreadQueue()
    yield TapWorld(queue=queue, rules=FetchRules(inside=(ip_network("127.0.0.0/8"),)))
    queue.join()


@pytest.fixture
def url(world: TapWorld) -> Iterator[str]:
    with served(lambda base: world.app(f"{base}/tap")) as base:
        yield f"{base}/tap"
    gc.collect()


@pytest.fixture
def service(url: str) -> Iterator[TAPService]:
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer ada"
        yield TAPService(url, session=session)


def test_pyvo_reads_what_the_service_tells(service: TAPService) -> None:
    # pyvo asks for each single table without the session, so only for public ones.
    assert set(service.tables.keys()) == {"cat.stars", "cat.kinds", "team.targets"}
    stars = service.tables["cat.stars"]
    assert [column.name for column in stars.columns] == ["id", "ra", "name", '"size"']
    assert (service.maxrec, service.hardlimit) == (100, 1000)
    assert len(service.upload_methods) == 3
    [language] = service.get_tap_capability().languages
    assert language.name == "ADQL"
    assert [query["QUERY"] for query in service.examples] == ["SELECT TOP 2 * FROM cat.stars"]


def test_pyvo_asks_sync_and_async(service: TAPService) -> None:
    sync = service.run_sync(QUERY)
    assert list(sync["name"]) == ["Véga", "", 'a "b",\t<c>']
    assert sync.status[0] == "OK"
    assert list(service.run_async(QUERY)["id"]) == [1, 2, 3]
    cut = service.run_sync(QUERY, maxrec=2)
    assert len(cut) == 2
    assert cut.status[0] == "OVERFLOW"


def test_pyvo_tells_what_is_wrong(service: TAPService) -> None:
    with pytest.raises(DALQueryError, match="line 1, column 8"):
        service.run_sync("SELECT nope FROM cat.stars")
    with pytest.raises(DALQueryError, match="line 1, column 8"):
        service.run_async("SELECT nope FROM cat.stars")


def test_pyvo_uploads_inline_and_by_url(service: TAPService, world: TapWorld, tmp_path: Path) -> None:
    table = Table({"n": [1, 2], "name": ["a", "é"]})
    path = tmp_path / "t.xml"
    table.write(path, format="votable")
    world.backend.rows = [(1, "a")]
    query = "SELECT n, name FROM TAP_UPLOAD.mine"
    found = service.run_sync(query, uploads={"mine": table})
    assert list(found["name"]) == ["a"]
    found = service.run_async(query, uploads={"mine": table})
    assert list(found["name"]) == ["a"]
    assert [sum(batch.num_rows for batch in space.tables["mine"]) for space in world.uploads.spaces] == [2, 2]


def test_a_client_that_goes_away_ends_its_query_at_the_first_failed_write(url: str, world: TapWorld) -> None:
    world.backend.rows = [(number, 1.0, "x" * 500, None) for number in range(400_000)]
    world.backend.step = 1000
    host, port = url.removeprefix("http://").removesuffix("/tap").split(":")
    with socket.create_connection((host, int(port))) as client:
        body = "QUERY=SELECT+*+FROM+cat.stars&MAXREC=1000&FORMAT=csv"
        client.sendall(
            f"POST /tap/sync HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        client.recv(100)
    until(lambda: world.backend.running[0].is_closed, what="the end of the query")


def test_stilts_asks_sync_and_async_and_uploads(url: str, tmp_path: Path, world: TapWorld) -> None:
    stilts = program("stilts")
    out = tmp_path / "out.csv"
    for mode in ("true", "false"):
        command = [stilts, "tapquery", f"tapurl={url}", f"adql={QUERY}", f"sync={mode}", f"out={out}", "ofmt=csv"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert out.read_text(encoding="latin-1").splitlines()[1].startswith("1,10.5")
    mine = tmp_path / "mine.csv"
    mine.write_text("n\n7\n")
    world.backend.rows = [(7,)]
    command = [stilts, "tapquery", f"tapurl={url}", "adql=SELECT n FROM TAP_UPLOAD.mine", "nupload=1", "ufmt1=csv"]
    command += [f"upload1={mine}", "upname1=mine", f"out={out}", "ofmt=csv"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert out.read_text().splitlines() == ["n", "7"]
