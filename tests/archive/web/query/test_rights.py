"""The query page on the archive's own tables: who asks decides which rows there are, at once and by jobs."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from archive.bootstrap import Services
from archive.web.tap.examples import EXAMPLES
from tests.support.holdings import make_product, make_program
from tests.support.people import PASSWORD, csrf_of, log_in
from vo.tap import Example

PUBLIC, PRIVATE = "public0000000000", "private000000000"
QUERY = "SELECT public_id, access_url, accessible FROM ivoa.obscore"


@pytest.fixture(autouse=True)
def holdings(services: Services) -> None:
    future = datetime(2100, 1, 1, tzinfo=UTC)
    with services.database.begin() as uow:
        program = make_program(uow.session, "2014B-0404")
        make_product(uow.session, PUBLIC, program_id=program.id)
        make_product(uow.session, PRIVATE, program_id=program.id, metadata_release=future, data_release=future)
    services.accounts.create("pi1", PASSWORD, propids=("2014B-0404",))
    services.accounts.create("bob", PASSWORD)


def send(client: FlaskClient, action: str, query: str = QUERY) -> str:
    token = csrf_of(client.get("/query").text)
    fields = {"csrf_token": token, "action": action, "query": query, "format": "csv"}
    answer = client.post("/query", data=fields)
    assert answer.status_code in {200, 303}, answer.text
    return str(answer.location) if answer.status_code == 303 else answer.text


@pytest.mark.parametrize(("person", "sees"), [("", False), ("bob", False), ("pi1", True)])
@pytest.mark.parametrize("action", ["show", "download"])
def test_rows_are_those_that_one_may_see(client: FlaskClient, action: str, person: str, *, sees: bool) -> None:
    if person:
        log_in(client, person)
    answer = send(client, action)
    assert PUBLIC in answer
    assert (PRIVATE in answer) is sees
    if action == "show":
        assert f'<a href="http://127.0.0.1:8080/data/{PUBLIC}" rel="nofollow">' in answer


def test_a_job_sees_what_its_owner_may_see_and_nobody_else_sees_the_job(
    client: FlaskClient, services: Services
) -> None:
    log_in(client, "pi1")
    address = send(client, "run")
    services.tap.lanes.run(address.rpartition("/")[2])
    page = client.get(address).text
    assert PRIVATE in page
    file = f"/tap/async/{address.rpartition('/')[2]}/results/result"
    assert f'href="{file}"' in page
    answer = client.get(file)
    assert PRIVATE in answer.text
    answer.close()
    for person in ("", "bob"):
        other = client.application.test_client()
        if person:
            log_in(other, person)
        assert other.get(address).status_code == 404
        assert other.get(file).status_code == 404


def test_the_page_and_the_protocol_give_the_same_rows(client: FlaskClient) -> None:
    assert send(client, "download") == client.get("/tap/sync", query_string={"QUERY": QUERY, "FORMAT": "csv"}).text


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.anchor)
def test_each_example_can_be_shown(client: FlaskClient, example: Example) -> None:
    assert 'aria-label="Rows"' in send(client, "show", example.query)


def test_what_the_tables_do_not_show_cannot_be_asked(client: FlaskClient) -> None:
    token = csrf_of(client.get("/query").text)
    for table in ("account", '"public".product', "pg_catalog.pg_authid", "information_schema.tables"):
        fields = {"csrf_token": token, "action": "show", "query": f"SELECT * FROM {table}"}
        answer = client.post("/query", data=fields)
        assert answer.status_code == 400
        assert "Line 1, column 15:" in answer.text
        assert "There is no " in answer.text
