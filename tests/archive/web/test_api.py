"""The JSON interface: what it documents is what it does, and each door gives the same rows."""

import csv
import io
from typing import Any

import pytest
from astropy.io.votable import parse_single_table
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from archive.bootstrap import Services
from archive.db.session import Database
from archive.domain.access import ANONYMOUS
from tests.archive.services.search.holdings import fill

RAW, CAL, SECRET = "raw0000000000000", "cal0000000000000", "secret0000000000"


@pytest.fixture(autouse=True)
def holdings(database: Database) -> None:
    fill(database)


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get("/api/openapi.json").get_json())


def conforms(document: dict[str, Any], answer: object, name: str) -> None:
    schema = {"components": document["components"], "$ref": f"#/components/schemas/{name}"}
    Draft202012Validator(schema).validate(answer)


def test_the_description_is_valid(document: dict[str, Any]) -> None:
    validate(document)


ADDRESSES = (
    ("/api/v1/search?target=M31&columns=all", 200, "SearchResult"),
    ("/api/v1/search?limit=1", 200, "SearchResult"),
    ("/api/v1/search?nosuch=1", 400, "Problem"),
    ("/api/v1/search?target=Andromda+galaxy", 400, "Problem"),
    ("/api/v1/search?mine=1", 401, "Problem"),
    (f"/api/v1/files/{RAW}", 200, "File"),
    ("/api/v1/files/raw000000000000x", 404, "Problem"),
    (f"/api/v1/files/{SECRET}", 404, "Problem"),
    ("/api/v1/files/%00", 404, "Problem"),
    (f"/api/v1/files/{RAW}/header", 200, "Headers"),
    (f"/api/v1/files/{SECRET}/header", 404, "Problem"),
    ("/api/v1/columns", 200, "Columns"),
    ("/api/v1/columns/caldat", 200, "Column"),
    ("/api/v1/columns/hpx29", 404, "Problem"),
    ("/api/v1/programs/2014B-0404", 200, "Program"),
    ("/api/v1/programs/nosuch", 404, "Problem"),
    ("/api/v1/resolve/NGC%20224", 200, "Target"),
    ("/api/v1/resolve/nosuch%2Fthing", 404, "Problem"),
)


def test_answers_are_as_documented(client: FlaskClient, document: dict[str, Any]) -> None:
    for address, status, schema in ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == status, address
        assert answer.mimetype == ("application/json" if status == 200 else "application/problem+json"), address
        conforms(document, answer.get_json(), schema)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_values_of_a_column_are_those_one_may_know_of(client: FlaskClient) -> None:
    answer = client.get("/api/v1/columns/propid").get_json()
    assert (answer["values"], answer["is_complete"]) == (["2014B-0404"], True)
    assert client.get("/api/v1/columns/caldat").get_json()["values"] == ["2014-07-31", "2014-09-22"]


def test_every_column_and_parameter_is_documented(client: FlaskClient, document: dict[str, Any]) -> None:
    listed = client.get("/api/v1/columns").get_json()
    names = {one["name"] for one in document["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert names == {one["name"] for one in listed["parameters"]} | {
        one["name"] for one in listed["columns"] if one["name"] != "target"
    }


def test_total_and_rows_are_at_the_top(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?target=M31&sort=public_id").get_json()
    assert answer["total"] == 2
    assert [row["public_id"] for row in answer["rows"]] == [CAL, RAW]
    assert [row["may_read"] for row in answer["rows"]] == [False, True]
    assert answer["rows"][1]["data_url"].endswith(f"/data/{RAW}")
    assert answer["rows"][0]["data_url"] is None
    assert answer["target"]["resolver"] == "OpenNGC"
    assert answer["query"] == {"target": ["M31"], "radius": ["0.1"], "sort": ["public_id"]}


def test_links_lead_through_all_pages(client: FlaskClient) -> None:
    address, seen = "/api/v1/search?limit=3", []
    while address:
        answer = client.get(address).get_json()
        seen += [row["public_id"] for row in answer["rows"]]
        address = answer["next"]
    assert len(seen) == len(set(seen)) == answer["total"] == 8


SEARCHES: tuple[dict[str, str], ...] = (
    {},
    {"target": "M31"},
    {"filename": "c4d*", "exptime": ">=30"},
    {"kw.SEEING": "<1"},
    {"night": "2014-07-31", "sort": "-file_size"},
    {"exptime": "null"},
    {"telescope": "nosuch"},
    {"ra": "10.68", "dec": "41.27", "radius": "1m"},
)


def test_each_door_gives_the_same_rows(client: FlaskClient, services: Services) -> None:
    for params in SEARCHES:
        same_from_each_door(client, services, params)


def same_from_each_door(client: FlaskClient, services: Services, params: dict[str, str]) -> None:
    asked = {"columns": "public_id,exptime,t_min,pi,data_release,is_held,caldat", **params}
    page = client.get("/api/v1/search", query_string={**asked, "limit": "1000"}).get_json()
    posted = client.post("/api/v1/search", data={**asked, "limit": "1000"}).get_json()
    as_json = client.post("/api/v1/search", json={**asked, "limit": 1000}).get_json()
    assert page == posted == as_json
    ids = [row["public_id"] for row in page["rows"]]
    assert page["total"] == len(ids)

    text = client.get("/api/v1/search", query_string={**asked, "format": "csv"}).text
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [line["public_id"] for line in lines] == ids
    exposures = [float(line["exptime"]) if line["exptime"] else None for line in lines]
    assert exposures == [row["exptime"] for row in page["rows"]]

    document = client.get("/api/v1/search", query_string=asked, headers={"Accept": "application/x-votable+xml"}).data
    table = parse_single_table(io.BytesIO(document)).array
    assert [str(name) for name in table["public_id"]] == ids
    for row, told in zip(table, page["rows"], strict=True):
        assert (told["t_min"] is None) == bool(table.mask["t_min"][list(ids).index(told["public_id"])])
        assert told["t_min"] is None or row["t_min"] == told["t_min"]

    query = services.search.read({name: [value] for name, value in asked.items()})
    assert [row.public_id for row in services.search.find(ANONYMOUS, query).rows] == ids


def test_exports_say_what_they_leave_out(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?format=votable&limit=3")
    assert b'value="OVERFLOW"' in answer.data
    answer = client.get("/api/v1/search?format=csv&limit=3")
    assert answer.headers["Archive-Overflow"] == "3 of 8 rows"
    assert len(answer.text.splitlines()) == 4
    answer = client.get("/api/v1/search?format=csv&limit=8")
    assert "Archive-Overflow" not in answer.headers


@pytest.mark.parametrize("form", ["csv", "votable"])
def test_an_export_that_fails_does_so_before_it_begins(client: FlaskClient, form: str) -> None:
    answer = client.get(f"/api/v1/search?format={form}&ra=400&dec=0")
    assert answer.status_code == 400
    assert "ra" in answer.get_json()["errors"]


def test_no_name_has_a_nul(client: FlaskClient) -> None:
    for address in (
        "/api/v1/programs/%00",
        "/api/v1/resolve/%00",
        "/collections/%00",
        "/night/2014-08-01/%00",
        "/data/%00",
    ):
        assert client.get(address).status_code == 404, address


def test_bad_bodies_are_told(client: FlaskClient) -> None:
    for body in (
        b"[1]",
        b"{",
        b'{"target": {"a": 1}}',
        b"",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'"\xff"',
        b"1" * 5000,
    ):
        answer = client.post("/api/v1/search", data=body, content_type="application/json")
        assert answer.status_code == 400, body
        assert answer.get_json()["errors"]


def test_a_name_stands_once_in_a_body(client: FlaskClient) -> None:
    answer = client.post("/api/v1/search", data='{"propid": "a", "propid": "b"}', content_type="application/json")
    assert answer.status_code == 400
    assert "more than once" in answer.get_json()["errors"]["propid"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "multipart/mixed", "", "a/b/c"]
)
def test_no_body_is_passed_over(client: FlaskClient, document: dict[str, Any], kind: str) -> None:
    answer = client.post("/api/v1/search", data=b"propid=nosuch", content_type=kind)
    assert answer.status_code == 415
    assert answer.mimetype == "application/problem+json"
    conforms(document, answer.get_json(), "Problem")


def test_without_a_body_its_kind_does_not_matter(client: FlaskClient) -> None:
    for kind in ("", "text/plain", "application/x-www-form-urlencoded"):
        assert client.post("/api/v1/search?propid=nosuch", content_type=kind).get_json()["total"] == 0, kind


def test_bodies_in_parts(client: FlaskClient) -> None:
    def post(value: object) -> Any:
        return client.post("/api/v1/search", data={"propid": value}, content_type="multipart/form-data")

    assert post("nosuch").get_json()["total"] == 0
    answer = post((io.BytesIO(b"nosuch"), "propid.txt"))
    assert answer.status_code == 400
    assert "file" in answer.get_json()["errors"]["propid"]
    broken = client.post("/api/v1/search", data=b"propid=x", content_type="multipart/form-data; boundary=b")
    assert broken.status_code == 415


def test_parameters_are_in_utf_8(client: FlaskClient) -> None:
    answers = [client.get("/api/v1/search?pi=%FF"), client.get("/results?pi=%C3%28", headers={"Accept": "*/*"})]
    answers.append(client.post("/api/v1/search", data="pi=%FF", content_type="application/x-www-form-urlencoded"))
    for answer in answers:
        assert answer.status_code == 400
    assert answers[0].get_json()["errors"] == answers[2].get_json()["errors"] == {"pi": "it is not written in UTF-8"}
    assert client.get("/api/v1/search?%FF=1").status_code == 400
    assert client.get("/search?pi=%FF", headers={"Accept": "text/html"}).status_code == 400
    for fine in ("%25FF", "caf%C3%A9", "%", "100%25"):
        assert client.get(f"/api/v1/search?pi={fine}").get_json()["total"] == 0


def test_problems_name_every_field(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?ra=400&dec=0&radius=-1&pos=POLYGON+1+1+2+2&exptim=3&night=2014-02-30")
    assert answer.status_code == 400
    errors = answer.get_json()["errors"]
    assert {"exptim", "night"} <= set(errors)
    assert "did you mean exptime" in errors["exptim"]


HOSTILE = (
    "'; DROP TABLE product; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%",
    "\\",
    "${jndi:x}",
    "\u202e",
)


def test_hostile_text_breaks_nothing(client: FlaskClient) -> None:
    for name in ("propid", "filename", "object", "kw.OBJECT", "telescope", "after", "sort", "collection", "<b>"):
        for value in HOSTILE:
            answer = client.get("/api/v1/search", query_string={name: value})
            assert answer.status_code in {200, 400}, (name, value)
    assert client.get("/api/v1/search").get_json()["total"] == 8


def test_file_tells_its_relations(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1/files/{RAW}").get_json()
    assert answer["program"]["propid"] == "2014B-0404"
    assert [one["public_id"] for one in answer["same_observation"]] == [CAL]
    assert answer["collections"] == ["decaps"]
    assert [hdu["index"] for hdu in answer["hdus"]] == [0, 1]
    header = client.get(f"/api/v1/files/{RAW}/header").get_json()["hdus"]
    assert {"keyword": "SEEING", "value": "1.1", "comment": ""} in header[0]
