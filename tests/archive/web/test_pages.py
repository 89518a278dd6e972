"""Pages that need no search: what they show, to whom, and that nothing of the data is taken for markup."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.db.schema import CollectionRow, NightRow, ObservationRow, ProductCollectionRow
from archive.db.session import Database
from tests.support.holdings import make_product, make_program

NASTY = "<script>alert('x')</script>"
NIGHT = date(2014, 8, 1)


@pytest.fixture
def holdings(database: Database) -> None:
    """Store an observation in which every text is hostile."""
    with database.begin() as uow:
        session = uow.session
        program = make_program(session, "2014B-0404", title=NASTY, pi=NASTY, abstract=NASTY, affiliation=NASTY)
        make_program(session, "2014B-0999", is_metadata_private=True)
        taken = ObservationRow(obs_id=f"a/{NASTY}", telescope="ct4m", instrument="decam", caldat=NIGHT)
        survey = CollectionRow(name=NASTY, title=NASTY, description=NASTY, is_hlsp=True)
        session.add_all([taken, survey, NightRow(telescope="ct4m", caldat=NIGHT, note=NASTY)])
        session.flush()
        product = make_product(
            session,
            observation_id=taken.id,
            program_id=program.id,
            caldat=NIGHT,
            target=NASTY,
            filter=NASTY,
            instrument=NASTY,
            ra=359.99,
            dec=-89.9,
            hpx29=0,
            t_min=56870.5,
            exptime=30.0,
            file_size=2_000_000,
        )
        session.add(ProductCollectionRow(collection_id=survey.id, product_id=product.id))


PAGES = [
    "/",
    "/night/2014-08-01/ct4m",
    "/program/2014B-0404",
    "/collections",
    "/collections/%3Cscript%3Ealert('x')%3C%2Fscript%3E",
    "/help",
]


@pytest.mark.usefixtures("holdings")
@pytest.mark.parametrize("path", PAGES)
def test_page_holds_no_markup_of_the_data(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code == 404 and "%2F" in path:
        # Werkzeug takes an escaped slash for one of the path; such a name is no collection's.
        return
    assert answer.status_code == 200
    assert NASTY not in answer.text
    assert path == "/help" or "&lt;script&gt;" in answer.text


@pytest.mark.parametrize("path", ["/", "/collections", "/help", "/sky.svg"])
def test_page_of_an_empty_archive(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.usefixtures("holdings")
def test_home_tells_what_there_is(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "2.0 MB" in page
    assert 'href="/night/2014-08-01/ct4m"' in page


@pytest.mark.usefixtures("holdings")
def test_sky_is_a_picture_that_may_be_kept(client: FlaskClient) -> None:
    answer = client.get("/sky.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.text.count("<path") >= 19


@pytest.mark.usefixtures("holdings")
@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "/search"),
        ("  \x00 ", "/search"),
        ("2014b-0404", "/program/2014B-0404"),
        ("2014B-0999", "/results?target=2014B-0999"),
        ("M31", "/results?target=M31"),
        ("10:23:45 -12:34:56", "/results?target=10:23:45+-12:34:56"),
        ("c4d_140801_*", "/results?filename=c4d_140801_*"),
        ("A & B = C #1", "/results?target=A+%26+B+%3D+C+%231"),
        ("//evil.example/", "/results?target=%2F%2Fevil.example%2F"),
    ],
)
def test_the_one_box(client: FlaskClient, text: str, where: str) -> None:
    answer = client.get("/go", query_string={"q": text})
    assert (answer.status_code, answer.headers["Location"]) == (302, where)


@pytest.mark.usefixtures("holdings")
@pytest.mark.parametrize(
    "path", ["/program/2014B-0999", "/program/nothing", "/night/2014-13-01/ct4m", "/collections/x"]
)
def test_unknown_and_private_look_the_same(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("holdings")
def test_near_programs_are_suggested(client: FlaskClient) -> None:
    assert 'href="/go?q=2014B-0404"' in client.get("/program/2014B-0409").text


def test_the_page_in_use_is_marked(app: Flask) -> None:
    assert '<a href="/help" aria-current="page">Help</a>' in app.test_client().get("/help").text
