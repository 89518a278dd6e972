"""What a visitor does who asks in ADQL, with scripts and without."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from archive.bootstrap import Services
from archive.web.tap.examples import EXAMPLES
from tests.browser.holdings import PERSON
from tests.support.people import PASSWORD
from tests.support.queries import QUERY, QueryWorld

QUERY_BOX = "Query in ADQL"


@pytest.fixture
def world() -> QueryWorld:
    return QueryWorld()


@pytest.fixture
def services(services: Services, world: QueryWorld) -> Services:
    return replace(services, queries=world.desk)


def log_in(page: Page) -> None:
    page.goto("/login?next=/query")
    page.get_by_label("User name").fill(PERSON)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation(url="**/query"):
        page.get_by_role("main").get_by_role("button", name="Log in").click()


def test_from_an_example_to_rows_and_a_file(window: BrowserContext, tmp_path: Path) -> None:
    page = window.new_page()
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Query").click()
    page.get_by_role("link", name=EXAMPLES[0].name).click()
    expect(page.get_by_label(QUERY_BOX)).to_have_value(EXAMPLES[0].query)
    page.get_by_label(QUERY_BOX).fill(QUERY)
    page.get_by_role("button", name="Show").click()
    rows = page.get_by_role("region", name="Rows")
    expect(rows.get_by_role("row")).to_have_count(4)
    expect(rows.get_by_role("columnheader", name=re.compile("s_ra"))).to_contain_text("deg")
    expect(rows.get_by_text("<script>alert(1)</script>")).to_be_visible()
    expect(rows.get_by_role("link")).to_have_attribute("href", "https://archive.example/data/abc")
    expect(page.get_by_label(QUERY_BOX)).to_have_value(QUERY)
    page.get_by_label("File format").select_option("csv")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Download").click()
    assert fetched.value.suggested_filename == "result.csv"
    fetched.value.save_as(tmp_path / "result.csv")
    assert (tmp_path / "result.csv").read_text().startswith("obs_id,s_ra,access_url,em_res\n")


def test_a_mistake_is_marked_and_mended(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/query")
    wrong = "SELECT obs_id\nFROM ivoa.obscore\nLIMIT 2"
    page.get_by_label(QUERY_BOX).fill(wrong)
    page.get_by_role("button", name="Show").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Line 3, column 1:")
    expect(alert).to_contain_text("TOP 2")
    expect(alert).to_be_in_viewport()
    expect(page.get_by_label(QUERY_BOX)).to_have_value(wrong)
    page.get_by_label(QUERY_BOX).fill("SELECT TOP 2 obs_id\nFROM ivoa.obscore")
    page.get_by_role("button", name="Estimate").click()
    expect(page.get_by_text("An index finds the rows.")).to_be_visible()


def test_a_job_is_run_watched_and_deleted(window: BrowserContext, world: QueryWorld) -> None:
    page = window.new_page()
    log_in(page)
    page.get_by_label(QUERY_BOX).fill(QUERY)
    page.get_by_role("button", name="Run as a job").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    world.work()
    # The page looks again by itself.
    expect(page.get_by_role("region", name="Rows").get_by_text("obs-1")).to_be_visible()
    page.get_by_role("link", name="Query", exact=True).first.click()
    jobs = page.get_by_role("region", name="My jobs")
    expect(jobs.get_by_text("completed")).to_be_visible()
    jobs.get_by_role("button", name=re.compile("Delete")).click()
    expect(page.get_by_text("The job is deleted.")).to_be_visible()
    expect(page.get_by_text("You have no jobs yet.")).to_be_visible()


def test_the_columns_of_a_table_are_told(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/query#tables")
    meaning = page.get_by_text("Right ascension.")
    expect(meaning).to_be_hidden()
    page.locator("summary", has_text="ivoa.obscore").click()
    expect(meaning).to_be_visible()
    page.get_by_role("link", name="Begin a query of ivoa.obscore").click()
    expect(page.get_by_label(QUERY_BOX)).to_have_value("SELECT TOP 10 *\nFROM ivoa.obscore")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_nothing_sticks_out(browser: Browser, address: str, world: QueryWorld, width: int, scheme: str) -> None:
    world.backend.memory.rows = [("a" * 400, 1.0, "https://archive.example/" + "b" * 400, None)] * 3
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    faults: list[str] = []
    log_in(page)
    for action in ("Show", "Estimate", "Run as a job"):
        page.goto("/query")
        page.get_by_label(QUERY_BOX).fill(f"{QUERY} WHERE obs_id = '{'x' * 300}'")
        with page.expect_navigation():
            page.get_by_role("button", name=action).click()
        faults += _sticking(page, action)
    world.work()
    page.reload()
    faults += _sticking(page, "job")
    page.goto("/query")
    for summary in page.locator("details > summary").all():
        summary.click()
    faults += _sticking(page, "schema")
    page.get_by_label(QUERY_BOX).fill(f"SELECT {'y' * 300} FROM ivoa.obscore")
    with page.expect_navigation():
        page.get_by_role("button", name="Show").click()
    faults += _sticking(page, "mistake")
    context.close()
    assert faults == []


def _sticking(page: Page, what: str) -> list[str]:
    # A locator waits for the document's root, which a page that is just arriving lacks.
    over = page.locator("html").evaluate("root => root.scrollWidth - root.clientWidth")
    return [f"{what} sticks out by {over} pixels"] if over > 0 else []
