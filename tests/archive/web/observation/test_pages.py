"""The pages of files and observations: what they tell, and to whom they offer the bytes."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from archive.bootstrap import Services
from archive.db.footprints import FootprintStore, Outline
from archive.db.schema import ProvenanceRow
from archive.db.session import Database
from tests.support.counting import statements
from tests.support.holdings import hold, make_collection, make_hdu, make_observation, make_product, make_program
from tests.support.people import PASSWORD, log_in

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
NASTY = "<script>alert('x')</script>"
RAW, MADE, LOCKED = "raw0000000000000", "made000000000000", "locked0000000000"


@pytest.fixture
def holdings(database: Database, services: Services, tmp_path: Path) -> None:
    """Store a raw file with two HDUs, what was made of it, and a proprietary one; texts are hostile."""
    with database.begin() as uow:
        session = uow.session
        program = make_program(session, "2014B-0404", pi=NASTY, title=NASTY)
        taken = make_observation(session, "ct4m20140801t030000", program_id=program.id)
        corners = np.array([[10.0, 41.0], [11.0, 41.0], [11.0, 42.0], [10.0, 42.0]])
        outlines = [Outline(1, 7, corners), Outline(2, 8, corners + np.array([1.1, 0.0]))]
        set_id = FootprintStore(uow).add_set(outlines)
        common = {"observation_id": taken.id, "program_id": program.id, "caldat": date(2014, 8, 1)}
        raw = make_product(
            session, RAW, target=NASTY, ra=10.5, dec=41.5, t_min=56870.125, footprint_set_id=set_id, **common
        )
        made = make_product(session, MADE, proc_type="instcal", original_filename=NASTY, **common)
        session.add(ProvenanceRow(product_id=made.id, parent_id=raw.id, parent_name=raw.archive_filename))
        make_hdu(session, raw, 0, OBJECT=NASTY)
        make_hdu(session, raw, 1, GAIN=2.5)
        make_collection(session, "decaps", raw)
        ids = {"program_id": program.id, "observation_id": taken.id}
    hold(services, tmp_path, b"SIMPLE", LOCKED, data_release=FUTURE, **ids)


@pytest.mark.usefixtures("holdings")
def test_a_file_shows_all_that_is_known(client: FlaskClient) -> None:
    page = client.get(f"/file/{RAW}").text
    for words in ("ct4m20140801t030000", "2014B-0404", "decaps", "10.5", "00:42:00.00", "2014-08-01 03:00:00", "2 × 3"):
        assert words in page, words
    assert page.count('<polygon class="footprint__hdu"') == 2
    assert "HDU 1, CCD 7" in page
    assert f'href="/file/{RAW}/header?hdu=1"' in page
    assert f'href="/file/{MADE}"' in page
    assert NASTY not in page


@pytest.mark.usefixtures("holdings")
@pytest.mark.parametrize(
    "path", [f"/file/{MADE}", f"/file/{LOCKED}", f"/file/{RAW}/header", "/obs/ct4m20140801t030000", "/results"]
)
def test_no_markup_of_the_data(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert NASTY not in answer.text


@pytest.mark.usefixtures("holdings")
def test_a_proprietary_file_tells_until_when_and_whom_to_ask(client: FlaskClient) -> None:
    page = client.get(f"/file/{LOCKED}").text
    assert "until 2100-01-01" in page
    assert "ask the PI" in page
    assert f'href="/data/{LOCKED}"' not in page
    assert f'href="/login?next=/file/{LOCKED}"' in page


@pytest.mark.usefixtures("holdings")
def test_its_team_may_fetch_it(client: FlaskClient, services: Services) -> None:
    services.accounts.create("pi1", PASSWORD, propids=("2014B-0404",))
    log_in(client, "pi1")
    page = client.get(f"/file/{LOCKED}").text
    assert f'href="/data/{LOCKED}"' in page
    assert "Authorization: Bearer $TOKEN" in page
    assert "everybody from 2100-01-01." in page


@pytest.mark.usefixtures("holdings")
def test_headers_card_by_card(client: FlaskClient) -> None:
    first = client.get(f"/file/{RAW}/header").text
    assert "OBJECT" in first
    assert "GAIN" not in first
    assert "GAIN" in client.get(f"/file/{RAW}/header?hdu=1").text
    every = client.get(f"/file/{RAW}/header?hdu=all").text
    assert "OBJECT" in every
    assert "GAIN" in every
    for odd in ("9", "-1", "x", "²", "999999999999999999999"):
        assert client.get(f"/file/{RAW}/header", query_string={"hdu": odd}).status_code == 200


@pytest.mark.usefixtures("holdings")
def test_an_observation_lists_its_files(client: FlaskClient) -> None:
    page = client.get("/obs/ct4m20140801t030000").text
    for public_id in (RAW, MADE, LOCKED):
        assert f'href="/file/{public_id}"' in page
    assert 'href="/night/2014-08-01/ct4m"' in page
    assert 'class="footprint"' in page


@pytest.mark.parametrize("path", ["/file/nothing", "/obs/nothing", "/file/nothing/header", "/obs/%00", "/obs/a/b/c"])
def test_what_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("holdings")
def test_statements_do_not_grow_with_the_files(client: FlaskClient, services: Services) -> None:
    numbers = []
    for more in ("x", "y"):
        with statements(services.database) as sent:
            client.get("/obs/ct4m20140801t030000")
        numbers.append(len(sent))
        with services.database.begin() as uow:
            observation_id = 1
            for number in range(5):
                make_product(uow.session, f"{more}{number:015}", observation_id=observation_id)
    assert numbers[0] == numbers[1] <= 10
