import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.tap import TapWorld
from tests.support.xml import parse_xml, require_valid_xml
from vo.dali import NoRoomError, UnavailableError
from vo.tap import TapLimits
from vo.uws import StoredFile

QUERY = "SELECT id, ra FROM cat.stars"
ADA = {"Authorization": "Bearer ada"}
VOTABLE = b"""<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="n" datatype="int"/><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA>
</TABLE></RESOURCE></VOTABLE>"""


@pytest.fixture
def world() -> TapWorld:
    return TapWorld()


@pytest.fixture
def client(world: TapWorld) -> Iterator[FlaskClient]:
    with world.app().test_client() as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_is_answered_by_get_and_post_alike(client: FlaskClient, world: TapWorld, method: str) -> None:
    asked = {"query": QUERY, "LANG": "ADQL", "Format": "csv", "request": "doQuery"}
    answer = client.get("/tap/sync", query_string=asked) if method == "GET" else client.post("/tap/sync", data=asked)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/csv")
    assert answer.text.splitlines() == ["id,ra", "1,10.5", "2,20.25", "3,30.0"]
    assert "result.csv" in answer.headers["Content-Disposition"]
    assert world.backend.running[0].is_closed


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "QUERY is missing"),
        ({"QUERY": "SELECT idd FROM cat.stars"}, "line 1, column 8"),
        ({"QUERY": QUERY, "LANG": "SQL"}, "LANG"),
        ({"QUERY": QUERY, "FORMAT": "docx"}, "docx"),
        ({"QUERY": QUERY, "MAXREC": "many"}, "MAXREC"),
        ({"QUERY": QUERY, "UPLOAD": "x"}, "UPLOAD"),
        ({"QUERY": QUERY, "UPLOAD": "x,http://127.0.0.1/"}, "not a public one"),
        ({"QUERY": QUERY, "UPLOAD": "x,vos://a/b"}, "http or https only"),
    ],
)
def test_an_error_is_a_votable_with_a_4xx(client: FlaskClient, asked: dict[str, str], words: str) -> None:
    answer = client.post("/tap/sync", data=asked)
    assert answer.status_code == 400
    assert answer.content_type == "application/x-votable+xml"
    root = parse_xml(answer.data)
    infos = {each.get("name"): each for each in root.iter("{http://www.ivoa.net/xml/VOTable/v1.3}INFO")}
    assert infos["QUERY_STATUS"].get("value") == "ERROR"
    assert words in (infos["QUERY_STATUS"].text or "")
    if "line 1" in words:
        assert infos["ERROR_COLUMN"].get("value") == "8"
        assert "\nSELECT idd FROM cat.stars\n       ^^^" in (infos["QUERY_STATUS"].text or "")


def test_nothing_of_an_inner_error_is_shown(client: FlaskClient, world: TapWorld) -> None:
    world.backend.failure = RuntimeError("connection to 10.0.0.5 as tap_reader failed: password")
    answer = client.post("/tap/sync", data={"QUERY": QUERY})
    assert answer.status_code == 500
    assert b"10.0.0.5" not in answer.data
    assert b"incident" in answer.data
    world.backend.failure = UnavailableError("The database does not answer just now.")
    assert client.post("/tap/sync", data={"QUERY": QUERY}).status_code == 503
    # What failed makes room for the next.
    world.backend.failure = None
    for _ in range(5):
        assert b"TABLE" in client.post("/tap/sync", data={"QUERY": QUERY}).data


def test_uploads_come_as_parts(client: FlaskClient, world: TapWorld) -> None:
    asked = {
        "QUERY": "SELECT n FROM TAP_UPLOAD.mine",
        "UPLOAD": "mine,param:p1",
        "p1": (io.BytesIO(VOTABLE), "t.xml"),
        "FORMAT": "csv",
    }
    answer = client.post("/tap/sync", data=asked)
    assert answer.text.splitlines()[0] == "n"
    assert list(world.uploads.spaces[0].tables) == ["mine"]
    assert world.uploads.spaces[0].is_closed


def test_who_has_too_much_under_way_is_told_when_to_come_back(client: FlaskClient, world: TapWorld) -> None:
    answers = [client.post("/tap/sync", data={"QUERY": QUERY}, buffered=False) for _ in range(3)]
    refused = client.post("/tap/sync", data={"QUERY": QUERY})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert b"QUERY_STATUS" in refused.data
    assert client.post("/tap/sync", data={"QUERY": QUERY}, headers=ADA).status_code == 200
    for answer in answers:
        answer.close()
    assert client.post("/tap/sync", data={"QUERY": QUERY}).status_code == 200


def test_a_client_that_goes_away_ends_its_query(client: FlaskClient, world: TapWorld) -> None:
    world.backend.rows = [(number, 1.0, None, None) for number in range(500)]
    answer = client.post("/tap/sync", data={"QUERY": QUERY, "MAXREC": "400"}, buffered=False)
    next(iter(answer.response))
    assert not world.backend.running[0].is_cancelled.is_set()
    answer.close()
    [running] = world.backend.running
    assert running.is_cancelled.is_set()
    assert running.is_closed


def test_the_service_describes_itself(client: FlaskClient, tmp_path: Path) -> None:
    for path in ("capabilities", "availability", "tables", "tables?detail=min", "tables/cat.stars"):
        answer = client.get(f"/tap/{path}")
        assert answer.status_code == 200
        require_valid_xml(answer.data, tmp_path)
    assert b"<column" not in client.get("/tap/tables?DETAIL=MIN").data
    assert client.get("/tap/tables?detail=some").status_code == 400
    assert client.get("/tap/tables/cat.nothing").status_code == 404
    assert client.get("/tap/examples").content_type.startswith("application/xhtml+xml")


def test_tables_depend_on_who_asks(client: FlaskClient) -> None:
    assert b"team.targets" not in client.get("/tap/tables").data
    assert client.get("/tap/tables/team.targets").status_code == 404
    assert b"team.targets" in client.get("/tap/tables", headers=ADA).data
    assert client.get("/tap/tables/team.targets", headers=ADA).status_code == 200


def test_pages_of_other_sites_may_ask_and_read(client: FlaskClient) -> None:
    for path in ("/tap/capabilities", "/tap/sync?QUERY=SELECT", "/tap/async/never-was"):
        headers = client.get(path).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Range" in headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in headers
    assert client.get("/tap/sync?QUERY=SELECT").headers["Cache-Control"] == "no-store"
    asked = client.options("/tap/sync")
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (200, "*")


def test_links_come_from_configuration(client: FlaskClient) -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("capabilities", "tables", "examples", "availability"):
        assert b"evil" not in client.get(f"/tap/{path}", headers=hostile).data
    assert b"https://archive.example/tap/tables" in client.get("/tap/capabilities", headers=hostile).data


def test_who_is_not_known_is_told_how_to_log_in(client: FlaskClient) -> None:
    assert client.get("/tap/capabilities").headers.getlist("WWW-Authenticate") == ["ivoa_bearer"]
    assert "WWW-Authenticate" not in client.get("/tap/capabilities", headers=ADA).headers
    expired = client.get("/tap/sync", query_string={"QUERY": QUERY}, headers={"Authorization": "Bearer expired"})
    assert expired.status_code == 401
    assert expired.headers.getlist("WWW-Authenticate") == ["ivoa_bearer", "Bearer"]
    assert b"The token has expired" in expired.data


def test_a_person_gets_a_page_and_a_program_the_protocol(client: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert "For people" in client.get("/tap", headers=browser).text
    assert b"vosi:capabilities" in client.get("/tap/").data
    table = client.get("/tap/sync", query_string={"QUERY": QUERY}, headers=browser)
    assert table.content_type.startswith("text/html")


def test_an_estimate_is_json(client: FlaskClient) -> None:
    answer = client.post("/tap/estimate", data={"QUERY": QUERY})
    found = json.loads(answer.data)
    assert (found["rows"], found["time_class"], found["uses_index"]) == (5, "quick", True)
    assert client.post("/tap/estimate", data={"QUERY": "SELECT"}).status_code == 400


def test_a_body_that_is_too_large_is_413(world: TapWorld) -> None:
    small = TapWorld(limits=TapLimits(world.limits.rows, upload_bytes=2000))
    with small.app().test_client() as client:
        answer = client.post("/tap/sync", data={"QUERY": "SELECT " + "x" * 3000})
        assert answer.status_code == 413
        assert b'value="ERROR"' in answer.data


# werkzeug leaves the file of a part that broke off to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_body_of_unknown_length_is_413_where_it_becomes_too_large(world: TapWorld, kind: str) -> None:
    small = TapWorld(limits=TapLimits(world.limits.rows, upload_bytes=100_000))
    part = b'--b\r\nContent-Disposition: form-data; name="p"; filename="t"\r\n\r\n'
    body = (part if "multipart" in kind else b"QUERY=") + b"x" * 200_000
    with small.app().test_client() as client:
        answer = client.post(
            "/tap/sync",
            input_stream=io.BytesIO(body),
            headers={"Transfer-Encoding": "chunked"},
            content_type=kind,
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert answer.status_code == 413
        assert b'value="ERROR"' in answer.data


def test_a_job_is_the_same_query_by_another_door(client: FlaskClient, world: TapWorld) -> None:
    asked = {
        "QUERY": "SELECT n FROM TAP_UPLOAD.mine",
        "UPLOAD": "mine,param:p1",
        "p1": (io.BytesIO(VOTABLE), "t.xml"),
        "RESPONSEFORMAT": "csv",
        "PHASE": "RUN",
    }
    location = client.post("/tap/async", data=asked, headers=ADA).location
    job = location.rpartition("/")[2]
    world.jobs.execution.execute(job)
    answer = client.get(f"/tap/async/{job}/results/result", headers=ADA)
    assert answer.text.splitlines()[0] == "n"
    assert answer.content_type.startswith("text/csv")
    assert world.backend.statements[0][0] == "ada"
    assert world.uploads.spaces[0].is_closed


@pytest.mark.parametrize(("limit", "status"), [("2", "OVERFLOW"), ("3", "OK")])
def test_a_job_tells_whether_its_result_is_whole(client: FlaskClient, world: TapWorld, limit: str, status: str) -> None:
    asked = {"QUERY": QUERY, "FORMAT": "csv", "MAXREC": limit, "PHASE": "RUN"}
    job = client.post("/tap/async", data=asked).location.rpartition("/")[2]
    world.jobs.execution.execute(job)
    assert client.get(f"/tap/async/{job}/results/result").headers["X-VO-Query-Status"] == status
    root = parse_xml(client.get(f"/tap/async/{job}").data)
    assert root.findtext("{http://www.ivoa.net/xml/UWS/v1.0}jobInfo/QUERY_STATUS") == status


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "QUERY is missing"),
        ({"QUERY": "SELECT nope FROM cat.stars"}, "column 8"),
        ({"QUERY": QUERY, "UPLOAD": "x,http://10.0.0.1/"}, "not a public one"),
    ],
)
def test_a_job_tells_the_same_errors(client: FlaskClient, world: TapWorld, asked: dict[str, str], words: str) -> None:
    job = client.post("/tap/async", data={**asked, "PHASE": "RUN"}).location.rpartition("/")[2]
    world.jobs.execution.execute(job)
    assert client.get(f"/tap/async/{job}/phase").text == "ERROR"
    assert words in client.get(f"/tap/async/{job}/error").text
    assert client.get(f"/tap/async/{job}/results/result").status_code == 400
    assert words in client.get(f"/tap/async/{job}").text


def test_a_result_that_is_too_large_to_keep_ends_the_job_and_its_query(world: TapWorld) -> None:
    small = TapWorld(limits=TapLimits(world.limits.rows, result_bytes=100))
    with small.app().test_client() as client:
        job = client.post("/tap/async", data={"QUERY": QUERY, "PHASE": "RUN"}).location.rpartition("/")[2]
        small.jobs.execution.execute(job)
        assert "larger than the 100 bytes" in client.get(f"/tap/async/{job}/error").text
    assert small.backend.running[0].is_closed
    assert small.jobs.files.files == {}


def test_a_disk_that_is_full_ends_the_job_and_its_query(client: FlaskClient, world: TapWorld) -> None:
    def full(chunks: Iterable[bytes]) -> StoredFile:
        next(iter(chunks))
        raise NoRoomError("There is no room for the result just now.")

    world.jobs.files.write = full  # type: ignore[method-assign]
    job = client.post("/tap/async", data={"QUERY": QUERY, "PHASE": "RUN"}).location.rpartition("/")[2]
    world.jobs.execution.execute(job)
    assert "no room" in client.get(f"/tap/async/{job}/error").text
    assert 'type="transient"' in client.get(f"/tap/async/{job}").text
    assert world.backend.running[0].is_closed
