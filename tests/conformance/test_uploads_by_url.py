"""Tables that a query names by URL: fetched by a live archive from a server that its settings allow."""

import gc
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from astropy.table import Table
from pyvo.dal import DALQueryError, TAPService

from tests.conformance.archives import LiveArchive

# pyvo leaves the bodies of streamed answers unread and their sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

QUERY = (
    "SELECT u.n, u.name, o.obs_id FROM TAP_UPLOAD.mine AS u JOIN ivoa.obscore AS o "
    "ON 1 = CONTAINS(POINT(u.ra, u.dec), o.s_region) WHERE o.t_min IN (57000, 57020) ORDER BY u.n"
)


def mine(form: str) -> bytes:
    table = Table({"n": [1, 2, 3], "name": ["a", "b", "é"], "ra": [10.0, 11.0, 200.0], "dec": [41.0, 41.0, 0.0]})
    if form == "csv":
        return "\n".join(["n,name,ra,dec", *(f"{r['n']},{r['name']},{r['ra']},{r['dec']}" for r in table)]).encode()
    body = io.BytesIO()
    table.write(body, format=form)
    return body.getvalue()


FILES = {"/t.xml": mine("votable"), "/t.csv": mine("csv"), "/broken.xml": mine("votable")[:-40]}


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/t.xml")
            self.end_headers()
            return
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest")
            self.end_headers()
            return
        body = FILES.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- its own name for it
        """Be quiet."""


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def service(live: LiveArchive) -> Iterator[TAPService]:
    yield TAPService(f"{live.url}/tap")
    gc.collect()


@pytest.mark.parametrize("path", ["/t.xml", "/t.csv", "/elsewhere"])
def test_pyvo_names_a_table_by_its_url(service: TAPService, files: str, path: str) -> None:
    for run in (service.run_sync, service.run_async):
        found = run(QUERY, uploads={"mine": f"{files}{path}"})
        assert [(row["n"], row["name"], row["obs_id"]) for row in found] == [(1, "a", "ct4m.0"), (2, "b", "ct4m.20")]


@pytest.mark.parametrize(
    ("path", "words"),
    [("/none", "answered 404"), ("/broken.xml", "'mine' cannot be used"), ("/inside", "not a public one")],
)
def test_what_cannot_be_fetched_or_read_is_told(service: TAPService, files: str, path: str, words: str) -> None:
    for run in (service.run_sync, service.run_async):
        with pytest.raises(DALQueryError, match=words):
            run(QUERY, uploads={"mine": f"{files}{path}"})


def test_two_tables_come_by_two_ways(service: TAPService, files: str) -> None:
    here = Table({"name": ["é", "b"]})
    query = "SELECT a.n FROM TAP_UPLOAD.far AS a JOIN TAP_UPLOAD.here AS b ON a.name = b.name ORDER BY a.n"
    found = service.run_sync(query, uploads={"far": f"{files}/t.xml", "here": here})
    assert list(found["n"]) == [2, 3]
