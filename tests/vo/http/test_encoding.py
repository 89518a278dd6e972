import gzip
import random
import zlib
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.support.tap import TapWorld
from vo.dali import RowLimits, UnavailableError
from vo.tap import TapLimits

QUERY = "SELECT id, ra, name FROM cat.stars"
NOISE = random.Random(1)  # noqa: S311 -- what hardly shrinks
ROWS: list[tuple[object, ...]] = [(number, NOISE.random(), NOISE.randbytes(200).hex()) for number in range(5_000)]
WANTED = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture
def world() -> TapWorld:
    world = TapWorld(limits=TapLimits(RowLimits(100_000, 100_000)))
    world.backend.rows = list(ROWS)
    world.backend.step = 500
    return world


@pytest.fixture
def client(world: TapWorld) -> Iterator[FlaskClient]:
    with world.app().test_client() as client:
        yield client


@pytest.mark.parametrize("form", ["votable", "votable/td", "votable/b", "csv", "tsv", "json", "html", "text"])
def test_an_answer_is_compressed_where_that_is_asked(client: FlaskClient, form: str) -> None:
    asked = {"QUERY": QUERY, "FORMAT": form}
    plain = client.get("/tap/sync", query_string=asked)
    packed = client.get("/tap/sync", query_string=asked, headers=WANTED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content_type == plain.content_type
    assert len(packed.data) < 0.8 * len(plain.data)
    assert gzip.decompress(packed.data) == plain.data
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("form", ["parquet", "fits", "votable_gzip"])
def test_what_is_compressed_in_itself_or_would_not_shrink_goes_as_it_is(client: FlaskClient, form: str) -> None:
    answer = client.get("/tap/sync", query_string={"QUERY": QUERY, "FORMAT": form}, headers=WANTED)
    assert "Content-Encoding" not in answer.headers
    assert answer.data[:2] == {"parquet": b"PA", "fits": b"SI", "votable_gzip": b"\x1f\x8b"}[form]


@pytest.mark.parametrize(
    ("accepted", "is_wanted"),
    [
        ("gzip", True),
        ("*", True),
        ("br;q=1, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("identity, gzip;q=0.5", False),
        ("deflate, br", False),
        ("", False),
        ("gzip;q=many", False),
    ],
)
def test_what_the_client_likes_best(client: FlaskClient, accepted: str, is_wanted: bool) -> None:
    answer = client.get("/tap/sync", query_string={"QUERY": QUERY}, headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("Content-Encoding") == "gzip") is is_wanted


def test_a_compressed_answer_comes_as_its_rows_come_and_ends_its_query(client: FlaskClient, world: TapWorld) -> None:
    answer = client.get("/tap/sync", query_string={"QUERY": QUERY, "FORMAT": "csv"}, headers=WANTED, buffered=False)
    pieces = answer.iter_encoded()
    begun = next(pieces) + next(pieces)
    assert zlib.decompressobj(31).decompress(begun).startswith(b"id,ra,name\n0,")
    assert not world.backend.running[0].is_closed
    answer.close()
    assert world.backend.running[0].is_cancelled.is_set()
    assert world.backend.running[0].is_closed


def test_a_compressed_answer_that_breaks_off_has_no_end(client: FlaskClient, world: TapWorld) -> None:
    world.backend.late_failure = UnavailableError("gone")
    asked = {"QUERY": QUERY, "FORMAT": "votable/td"}
    answer = client.get("/tap/sync", query_string=asked, headers=WANTED, buffered=False)
    reader, text = zlib.decompressobj(31), b""

    def read() -> None:
        nonlocal text
        for piece in answer.iter_encoded():
            text += reader.decompress(piece)

    with pytest.raises(UnavailableError):
        read()
    assert b'name="QUERY_STATUS" value="ERROR"' in text
    assert not reader.eof


def test_small_answers_errors_and_documents(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/tap/availability", headers=WANTED).headers
    error = client.get("/tap/sync", query_string={"QUERY": "SELECT " + "x" * 5000}, headers=WANTED)
    assert error.status_code == 400
    assert "Content-Encoding" not in error.headers
    capabilities = client.get("/tap/capabilities", headers=WANTED)
    assert gzip.decompress(capabilities.data) == client.get("/tap/capabilities").data


def test_a_kept_result_is_compressed_or_given_in_part_but_not_both(client: FlaskClient, world: TapWorld) -> None:
    asked = {"QUERY": QUERY, "FORMAT": "csv", "PHASE": "RUN"}
    job = client.post("/tap/async", data=asked).location.rpartition("/")[2]
    world.jobs.execution.execute(job)
    url = f"/tap/async/{job}/results/result"
    plain = client.get(url)
    packed = client.get(url, headers=WANTED)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Ranges" not in packed.headers
    for etag in (plain.headers["ETag"], packed.headers["ETag"]):
        known = client.get(url, headers={**WANTED, "If-None-Match": etag})
        assert (known.status_code, known.data) == (304, b"")
    part = client.get(url, headers={**WANTED, "Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.data == plain.data[10:20]
