"""The forms and the results, as a browser without scripts meets them."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient

from archive.bootstrap import Services
from archive.db.session import Database
from archive.domain.identity import Role
from archive.web.home.forms import read_quick
from tests.support.counting import statements
from tests.support.holdings import make_collection, make_observation, make_product, make_program
from tests.support.people import PASSWORD, log_in
from vo.sky import hpx29

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
M31 = (10.6847, 41.269)
HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE product; --",
    "../../etc/passwd",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "%00",
    "\x00",
    "a" * 3000,
    "NaN",
    "1e999",
    "-1",
    "..",
    "!",
    "*",
    "\U0001f52d",
]


@pytest.fixture
def holdings(database: Database) -> None:
    """Store thirty files at M31, one of them proprietary, and one elsewhere."""
    with database.begin() as uow:
        session = uow.session
        program = make_program(session, "2014B-0404", pi="Schlegel, D.", title="Survey")
        taken = make_observation(session, "ct4m20140801t030000", program_id=program.id)
        files = [
            make_product(
                session,
                f"{number:016}",
                observation_id=taken.id,
                program_id=program.id,
                target="M31 field",
                ra=M31[0],
                dec=M31[1],
                hpx29=int(hpx29([M31[0]], [M31[1]])[0]),
                caldat=date(2014, 8, 1),
                t_min=56870 + number / 100,
                exptime=float(number),
                band="g",
                file_size=1_000_000,
                is_held=number % 2 == 0,
                data_release=FUTURE if number == 4 else datetime(2020, 1, 1, tzinfo=UTC),
            )
            for number in range(30)
        ]
        make_collection(session, "decaps", files[0])
        make_product(session, "elsewhere0000000", instrument="mosaic3", telescope="kp4m", obs_type="zero")


def _links(page: str, words: str) -> list[str]:
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [unescape(href) for href, inner in found if words in re.sub(r"<[^>]+>", "", inner)]


@pytest.mark.usefixtures("holdings")
def test_a_target_is_resolved_and_its_files_are_listed(client: FlaskClient) -> None:
    page = client.get("/results?target=M31&radius=1").text
    assert "30 files" in page
    assert "30.0 MB" in page
    assert "by OpenNGC" in page
    assert "00:42:44" in page
    assert 'href="/file/0000000000000000"' in page
    assert 'href="/data/0000000000000000"' in page
    assert 'href="/data/0000000000000001"' not in page, "what is not held is not offered"
    assert "until 2100-01-01" in page


@pytest.mark.usefixtures("holdings")
def test_the_form_of_a_browser_leads_to_a_short_address(client: FlaskClient) -> None:
    answer = client.get(
        "/results?target=M31&radius=&ra=&dec=&night_from=2014-08-01&night_to=&pi_part=schlegel&obs_type=object"
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/results?target=M31&obs_type=object&night=2014-08-01..&pi=*schlegel*"
    assert "30 files" in client.get(answer.headers["Location"]).text


@pytest.mark.usefixtures("holdings")
def test_pages_are_walked_by_their_links(client: FlaskClient) -> None:
    seen: list[str] = []
    address = "/results?instrument=decam&limit=13&sort=exptime"
    while address:
        page = client.get(address).text
        seen += re.findall(r'<a href="/file/(\d+)">', page)
        address = next(iter(_links(page, "Next")), "")
    assert seen == [f"{number:016}" for number in range(30)]
    back = client.get(_links(page, "Previous")[0]).text
    assert re.findall(r'<a href="/file/(\d+)">', back) == seen[13:26]


@pytest.mark.usefixtures("holdings")
def test_headings_sort_and_keep_the_search(client: FlaskClient) -> None:
    page = client.get("/results?instrument=decam&sort=exptime&limit=5").text
    assert _links(page, "exposure") == ["/results?instrument=decam&sort=-exptime&limit=5"]
    assert 'aria-sort="ascending"' in page
    page = client.get(_links(page, "exposure")[0]).text
    assert page.index("/file/0000000000000029") < page.index("/file/0000000000000028")


@pytest.mark.usefixtures("holdings")
def test_chips_take_parts_off(client: FlaskClient) -> None:
    page = client.get("/results?target=M31&radius=1&night=2014-08-01&sort=-ra").text
    off = re.findall(r'class="chip__off" href="([^"]+)"', page)
    assert [unescape(href) for href in off] == [
        "/results?night=2014-08-01&sort=-ra",
        "/results?target=M31&night=2014-08-01&sort=-ra",
        "/results?target=M31&radius=1&sort=-ra",
    ]


@pytest.mark.usefixtures("holdings")
def test_edit_search_keeps_every_value(client: FlaskClient) -> None:
    page = client.get(
        "/results?target=M31&radius=1&night=2014-08-01..2014-08-05&pi=*Schlegel*&exptime=..300&obs_type=object,zero"
    ).text
    (edit,) = set(_links(page, "Edit search"))
    form = client.get(edit).text
    for name, value in {
        "target": "M31",
        "radius": "1",
        "night_from": "2014-08-01",
        "night_to": "2014-08-05",
        "pi_part": "Schlegel",
        "exptime_max": "300",
    }.items():
        assert re.search(rf'name="{name}"[^>]* value="{value}"', form), name
    assert re.findall(r'name="obs_type" value="([^"]+)" checked', form) == ["object", "zero"]


@pytest.mark.usefixtures("holdings")
def test_what_the_simple_form_lacks_is_edited_in_the_advanced_one(client: FlaskClient) -> None:
    page = client.get("/results?seeing=0.5..2&kw.GAIN=>2&columns=ra,dec&sort=-ra").text
    edit = _links(page, "edit the search")[0]
    assert edit.startswith("/search/advanced?")
    form = client.get(edit).text
    assert re.search(r'name="seeing"[^>]* value="0.5..2"', form)
    assert re.search(r'name="kw1" value="GAIN"', form)
    assert '<option value="gt" selected>' in form
    assert re.findall(r'name="columns" value="([^"]+)" checked', form) == ["ra", "dec"]
    assert '<option value="-ra" selected>' in form


def test_the_simple_form_keeps_what_it_has_no_field_for(client: FlaskClient) -> None:
    form = client.get("/search?collection=decaps&seeing=1&target=M31").text
    assert '<input type="hidden" name="collection" value="decaps">' in form
    assert '<input type="hidden" name="seeing" value="1">' in form


def test_more_rows_for_keywords_lose_nothing(client: FlaskClient) -> None:
    form = client.get("/search/advanced?kw1=GAIN&op1=ge&val1=2&target=M31&more_keywords=6").text
    assert 'name="kw6"' in form
    assert re.search(r'name="kw1" value="GAIN"', form)
    assert re.search(r'name="val1" value="2"', form)
    assert re.search(r'name="target"[^>]* value="M31"', form)


@pytest.mark.usefixtures("holdings")
def test_nothing_found_shows_ways_out(client: FlaskClient) -> None:
    page = client.get("/results?target=M31&radius=1s&night=2015-01-01").text
    assert "Nothing matches all of this" in page
    assert _links(page, "look within 6′") == ["/results?target=M31&radius=0.1&night=2015-01-01"]
    assert _links(page, "leave out Night") == ["/results?target=M31&radius=1s"]


@pytest.mark.usefixtures("holdings")
def test_faults_stand_beside_their_fields_and_the_rest_is_kept(client: FlaskClient) -> None:
    answer = client.get("/results?ra=400&dec=1&radius=-1&night=nonsense&propid=2014B-0404&obs_type=zero,bogus")
    assert answer.status_code == 400
    page = answer.text
    assert re.search(r'id="f-ra"[^>]* value="400"[^>]* aria-invalid="true"', page)
    assert re.search(r'id="f-ra-error">RA goes from 0 to 360', page)
    assert re.search(r'id="f-radius-error"', page)
    assert re.search(r'id="f-night-error"', page)
    assert re.search(r'id="f-obs_type-error"', page)
    assert re.search(r'name="propid"[^>]* value="2014B-0404"', page)
    assert "checked" in page


@pytest.mark.usefixtures("holdings")
def test_an_unknown_name_has_suggestions(client: FlaskClient) -> None:
    answer = client.get("/results?target=Betelguese&radius=2")
    assert answer.status_code == 400
    assert _links(answer.text, "Betelgeuse")[0].startswith("/results?target=Betelgeuse&radius=2")


@pytest.mark.parametrize("path", ["/results?telescop=ct4m", "/results?seeing=1&telescop=ct4m"])
def test_an_unknown_parameter_is_named(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert "telescop" in answer.text
    assert "did you mean telescope?" in answer.text


@pytest.mark.parametrize("value", HOSTILE)
def test_any_value_in_any_field_is_a_page(client: FlaskClient, value: str) -> None:
    fields = dict.fromkeys(re.findall(r'name="([a-z_0-9]+)"', client.get("/search/advanced").text), value)
    simple = dict.fromkeys(re.findall(r'name="([a-z_0-9]+)"', client.get("/search").text), value)
    for path, sent in (("/results", fields), ("/results", simple), ("/search", simple), ("/search/advanced", fields)):
        answer = client.get(path, query_string=sent, follow_redirects=True)
        assert answer.status_code in {200, 400}, (path, answer.status_code)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "49" not in re.findall(r'value="([^"]*)"', answer.text)


@pytest.mark.parametrize("value", HOSTILE)
def test_each_field_alone(client: FlaskClient, value: str) -> None:
    for field in (
        "target",
        "ra",
        "pos",
        "night_from",
        "pi_part",
        "filename",
        "exptime_min",
        "sort",
        "columns",
        "after",
    ):
        answer = client.get("/results", query_string={field: value}, follow_redirects=True)
        assert answer.status_code in {200, 400}, field
    answer = client.get("/results", query_string={value: value}, follow_redirects=True)
    assert answer.status_code in {200, 400}
    assert client.get("/go", query_string={"q": value}, follow_redirects=True).status_code in {200, 400}


@pytest.mark.usefixtures("holdings")
@pytest.mark.parametrize(
    ("form", "media"),
    [("csv", "text/csv"), ("votable", "application/x-votable+xml"), ("json", "application/json")],
)
def test_the_same_rows_leave_in_other_forms(client: FlaskClient, form: str, media: str) -> None:
    with client.get(f"/results?instrument=decam&format={form}") as answer:
        assert str(answer.content_type).startswith(media)
        document = answer.get_data(as_text=True)
    assert all(f"{number:016}" in document for number in range(30))


def test_a_fault_of_an_export_is_no_form(client: FlaskClient) -> None:
    answer = client.get("/results?ra=400&dec=1&format=csv")
    assert answer.status_code == 400
    assert "<form" not in answer.text or 'action="/results"' not in answer.text


@pytest.mark.usefixtures("holdings")
def test_columns_that_were_asked_for(client: FlaskClient) -> None:
    page = client.get(
        "/results?columns=archive_filename,exptime,file_size,caldat,is_held&instrument=decam&limit=1"
    ).text
    heads = [re.sub(r"<[^>]+>", "", head).strip() for head in re.findall(r"<th .*?</th>", page, re.DOTALL)]
    assert heads[1:] == ["Archive name", "Exposure s", "Size", "Night", "Held", "Access"]
    assert "1.0 MB" in page


@pytest.mark.usefixtures("holdings")
def test_statements_do_not_grow_with_the_rows(client: FlaskClient, services: Services) -> None:
    client.get("/results?limit=1")
    numbers = []
    for limit in (3, 20):
        with statements(services.database) as sent:
            client.get(f"/results?instrument=decam&limit={limit}")
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 8


@pytest.mark.usefixtures("holdings")
def test_collections_on_the_left_keep_the_search(client: FlaskClient) -> None:
    page = client.get("/results?target=M31&radius=1&collection=decaps").text
    assert "1 file" in page
    assert _links(page, "All holdings") == ["/results?target=M31&radius=1"]
    assert 'aria-current="true"><span>decaps</span>' in page


@pytest.mark.usefixtures("holdings")
def test_my_data_asks_for_a_login_and_then_shows_them(client: FlaskClient, services: Services) -> None:
    assert client.get("/results?mine=1").status_code == 401
    services.accounts.create("pi1", PASSWORD, propids=("2014B-0404",))
    log_in(client, "pi1")
    page = client.get("/results?mine=1").text
    assert "30 files" in page
    assert "yours" in page


@pytest.mark.usefixtures("holdings")
def test_staff_may_fetch_everything(client: FlaskClient, services: Services) -> None:
    services.accounts.create("operator", PASSWORD, roles=frozenset({Role.OPERATOR}))
    log_in(client, "operator")
    assert 'href="/data/0000000000000004"' in client.get("/results?instrument=decam&limit=50").text


def test_the_one_box_reads_odd_text() -> None:
    assert read_quick("\x00\n M31\t").text == "M31"
