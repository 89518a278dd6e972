"""The query page and the pages of jobs through the web's own door, and what hostile input does there."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from archive.bootstrap import Services
from archive.domain.access import ANONYMOUS
from archive.web.tap.examples import EXAMPLES
from tests.support.people import PASSWORD, csrf_of, log_in
from tests.support.queries import QUERY, QueryWorld
from vo.dali import UnavailableError, UsageError
from vo.tap import Example


@pytest.fixture
def world() -> QueryWorld:
    return QueryWorld()


@pytest.fixture
def services(services: Services, world: QueryWorld) -> Services:
    for name in ("ada", "bob"):
        services.accounts.create(name, PASSWORD)
    return replace(services, queries=world.desk)


def send(client: FlaskClient, action: str, query: str = QUERY, **fields: str) -> TestResponse:
    token = csrf_of(client.get("/query").text)
    return client.post("/query", data={"csrf_token": token, "action": action, "query": query, **fields})


def job_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.location).rpartition("/")[2]


def test_the_page_tells_what_there_is(client: FlaskClient) -> None:
    page = client.get("/query").text
    for words in ("ivoa.obscore", "pos.eq.ra", "Right ascension.", ">deg<", "about 3 rows"):
        assert words in page
    assert "team.targets" not in page
    assert "Tables of the &lt;IVOA&gt;." in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "1\u202f000 rows, or MAXREC up to 5\u202f000; the first within 2\xa0s" in page
    assert "up to 1\xa0h of work; kept for 7\xa0days" in page
    assert 'pyvo.dal.TAPService("http://127.0.0.1:8080/tap")' in page
    assert "My jobs" not in page
    assert 'href="/query" aria-current="page"' in page


def test_the_team_sees_its_own_tables(client: FlaskClient) -> None:
    log_in(client, "ada")
    page = client.get("/query").text
    assert "team.targets" in page
    assert "You have no jobs yet." in page


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.anchor)
def test_an_example_fills_the_form(client: FlaskClient, example: Example) -> None:
    page = client.get("/query").text
    assert f'<a href="/query?example={example.anchor}">{escape(example.name)}</a>' in page
    assert f"\n{escape(example.query)}</textarea>" in client.get(f"/query?example={example.anchor}").text


def test_an_unknown_example_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/query?example=<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_a_query_from_elsewhere_fills_the_form_and_is_not_run(client: FlaskClient, world: QueryWorld) -> None:
    page = client.get("/query", query_string={"query": "SELECT 1 AS x\nFROM t", "format": "fits", "maxrec": "7"}).text
    assert "\nSELECT 1 AS x\nFROM t</textarea>" in page
    assert '<option value="fits" selected>' in page
    assert 'value="7"' in page
    assert "SELECT TOP 10 *\nFROM team.targets</textarea>" in client.get("/query?table=team.targets").text
    assert world.backend.memory.statements == []


def test_rows_are_shown_escaped_and_linked(client: FlaskClient) -> None:
    page = send(client, "show").text
    assert '<a href="https://archive.example/data/abc" rel="nofollow">' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img src=x>" not in page
    assert '<span class="unit">deg</span>' in page
    assert '<td class="num"></td>' in page, "NULL is nothing"
    assert "3 rows." in page
    assert f"\n{QUERY}</textarea>" in page


def test_a_cut_is_told(client: FlaskClient) -> None:
    assert "The first 2 rows; there are more: the file has them." in send(client, "show", maxrec="2").text
    assert "3 rows." in send(client, "show", maxrec="3").text


def test_no_rows_are_told(client: FlaskClient, world: QueryWorld) -> None:
    world.backend.memory.rows = []
    assert "No rows." in send(client, "show").text


def test_a_mistake_is_marked_under_the_query(client: FlaskClient) -> None:
    answer = send(client, "show", "SELECT obs_id\r\nFROM ivoa.obscor\r\nWHERE s_ra > 10", format="fits")
    assert answer.status_code == 400
    assert "Line 2, column 6:" in answer.text
    assert '<pre class="mark">FROM ivoa.obscor\n     ^^^^^^^^^^^</pre>' in answer.text
    assert "is it ivoa.obscore?" in answer.text
    assert "\nSELECT obs_id\nFROM ivoa.obscor\nWHERE s_ra &gt; 10</textarea>" in answer.text
    assert '<option value="fits" selected>' in answer.text
    assert answer.text.count('id="answer"') == 1


@pytest.mark.parametrize("action", ["show", "download", "run", "estimate"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        " \n ",
        "SELECT '</textarea><script>alert(1)</script>",
        'SELECT "<img src=x onerror=alert(1)>" FROM ivoa.obscore',
        "DROP TABLE users",
        "SELECT 1 FROM ivoa.obscore; DELETE FROM x",
        "\x00SELECT",
        "(" * 20_000,
        "SELECT id FROM team.targets",
        "SELECT \U0001f600",
    ],
)
def test_hostile_queries_are_refused_and_shown_again(
    client: FlaskClient, world: QueryWorld, action: str, query: str
) -> None:
    answer = send(client, action, query)
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert world.backend.memory.statements == []
    assert world.jobs.store.jobs == {}


@pytest.mark.parametrize(
    ("field", "value"), [("maxrec", "-1"), ("maxrec", "ten"), ("maxrec", "9" * 30), ("format", "exe")]
)
def test_other_fields_are_refused_beside_them(client: FlaskClient, field: str, value: str) -> None:
    answer = send(client, "show", **{field: value})
    assert answer.status_code == 400
    assert f'id="f-{field}-error"' in answer.text
    assert f"\n{QUERY}</textarea>" in answer.text


def test_an_unknown_button_is_refused(client: FlaskClient) -> None:
    assert send(client, "drop").status_code == 400


def test_a_file_is_downloaded(client: FlaskClient) -> None:
    answer = send(client, "download", format="csv", maxrec="1")
    assert answer.status_code == 200
    assert answer.content_type == "text/csv;charset=utf-8;header=present"
    assert answer.headers["Content-Disposition"] == "attachment; filename=result.csv"
    assert answer.text.splitlines()[:2] == [
        "obs_id,s_ra,access_url,em_res",
        "obs-1,10.6847,https://archive.example/data/abc,0.1",
    ]


def test_downloads_that_nobody_reads_give_their_places_back(client: FlaskClient) -> None:
    for _ in range(6):
        send(client, "download", format="csv").close()
    assert send(client, "show").status_code == 200


def test_too_many_queries_are_told_when_to_come_back(client: FlaskClient, world: QueryWorld) -> None:
    places = [world.admission.enter(ANONYMOUS) for _ in range(2)]
    answer = send(client, "show")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert f"\n{QUERY}</textarea>" in answer.text
    for place in places:
        place.leave()


def test_an_outage_keeps_the_query(client: FlaskClient, world: QueryWorld) -> None:
    world.backend.memory.failure = UnavailableError("The database does not answer just now.")
    answer = send(client, "show")
    assert answer.status_code == 503
    assert "The database does not answer just now." in answer.text
    assert f"\n{QUERY}</textarea>" in answer.text


def test_what_nobody_foresaw_is_not_told(client: FlaskClient, world: QueryWorld) -> None:
    world.backend.memory.failure = RuntimeError("the password is xyzzy")
    answer = send(client, "show")
    assert answer.status_code == 500
    assert "xyzzy" not in answer.text


def test_an_estimate_is_told_in_words(client: FlaskClient) -> None:
    page = send(client, "estimate").text
    assert "About 5\u202f000 rows, of which 1\u202f000 would be given." in page
    assert "A second or two." in page
    assert "An index finds the rows." in page
    assert "The index obs_id_key is used." in page


def test_a_job_from_its_making_to_its_end(client: FlaskClient, world: QueryWorld) -> None:
    log_in(client, "ada")
    address = f"/query/jobs/{job_of(send(client, 'run', format='csv', maxrec='2'))}"
    page = client.get(address)
    assert "queued" in page.text
    assert f'<meta http-equiv="refresh" content="2; url={address}">' in page.text
    assert "keep the address" not in page.text
    world.work()
    page = client.get(address)
    assert "completed" in page.text
    assert 'http-equiv="refresh"' not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert f'href="/tap/async/{address.rpartition("/")[2]}/results/result" download="result.csv"' in page.text
    assert "obs_id, s_ra" in client.get("/query").text
    page = client.get(f"/query?job={address.rpartition('/')[2]}")
    assert f"\n{QUERY}</textarea>" in page.text
    assert '<option value="csv" selected>' in page.text
    gone = client.post(f"{address}/delete", data={"csrf_token": csrf_of(page.text)}, follow_redirects=True)
    assert "The job is deleted." in gone.text
    assert client.get(address).status_code == 404
    assert world.jobs.files.files == {}


def test_a_failed_job_says_why(client: FlaskClient, world: QueryWorld) -> None:
    log_in(client, "ada")
    job_id = job_of(send(client, "run"))
    world.backend.memory.failure = UsageError("A division by <b>zero</b>.")
    world.work()
    page = client.get(f"/query/jobs/{job_id}").text
    assert "A division by &lt;b&gt;zero&lt;/b&gt;." in page
    assert ">error</span>" in page


def test_a_job_is_aborted(client: FlaskClient, world: QueryWorld) -> None:
    log_in(client, "ada")
    address = f"/query/jobs/{job_of(send(client, 'run'))}"
    token = csrf_of(client.get(address).text)
    assert client.post(f"{address}/abort", data={"csrf_token": token}).location == address
    page = client.get(address).text
    assert "aborted" in page
    assert f"{address}/abort" not in page


def test_a_result_that_is_no_table_is_only_fetched(client: FlaskClient, world: QueryWorld) -> None:
    job_id = job_of(send(client, "run", format="html"))
    world.work()
    assert "This file cannot be shown as a table here." in client.get(f"/query/jobs/{job_id}").text


def test_a_job_of_nobody_says_to_keep_its_address(client: FlaskClient, world: QueryWorld) -> None:
    job_id = job_of(send(client, "run"))
    page = client.get(f"/query/jobs/{job_id}").text
    assert "keep the address of this page" in page
    assert job_id not in client.get("/query").text


@pytest.mark.parametrize("stranger", ["", "bob"])
def test_jobs_of_others_do_not_exist(client: FlaskClient, world: QueryWorld, stranger: str) -> None:
    log_in(client, "ada")
    job_id = job_of(send(client, "run"))
    other = client.application.test_client()
    if stranger:
        log_in(other, stranger)
    token = csrf_of(other.get("/query").text)
    for address in (f"/query/jobs/{job_id}", f"/query?job={job_id}", "/query/jobs/none", "/query/jobs/%00"):
        assert other.get(address).status_code == 404
    for step in ("abort", "delete"):
        assert other.post(f"/query/jobs/{job_id}/{step}", data={"csrf_token": token}).status_code == 404
    assert world.jobs.store.jobs[job_id].phase == "QUEUED"


def test_a_form_of_another_site_does_nothing(client: FlaskClient, world: QueryWorld) -> None:
    log_in(client, "ada")
    job_id = job_of(send(client, "run"))
    forged: tuple[dict[str, str], ...] = ({}, {"csrf_token": "forged"})
    for address in ("/query", f"/query/jobs/{job_id}/abort", f"/query/jobs/{job_id}/delete"):
        for token in forged:
            answer = client.post(address, data={"query": QUERY, "action": "run", **token})
            assert answer.status_code == 400
    assert [job.phase for job in world.jobs.store.jobs.values()] == ["QUEUED"]


def test_a_query_of_megabytes_is_refused(client: FlaskClient) -> None:
    answer = send(client, "show", "SELECT " + "x" * 1_100_000)
    assert answer.status_code == 400
    assert "characters" in answer.text
