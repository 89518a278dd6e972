"""What a visitor does, with scripts and without: search, narrow, open, look, log in, fetch."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from archive.bootstrap import Services
from tests.browser.holdings import LOCKED, OPEN
from tests.support.people import PASSWORD


def test_from_the_one_box_to_a_file(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/")
    page.get_by_label("Target, position, program or file name").fill("M31")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("62 files")
    expect(page.get_by_text("by OpenNGC")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()
    page.get_by_role("table").get_by_role("link", name=re.compile("rather_long_name")).first.click()
    expect(page.get_by_role("img", name=re.compile("Outline on the sky"))).to_be_visible()
    expect(page.get_by_role("link", name="2014B-0404")).to_be_visible()


def test_the_simple_form_keeps_what_was_typed(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/search")
    page.get_by_role("textbox", name=re.compile("^RA")).fill("400")
    page.get_by_role("textbox", name=re.compile("^Dec")).fill("41")
    page.get_by_role("textbox", name=re.compile("^Program")).fill("2014B-0404")
    page.get_by_role("checkbox", name="object").check()
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("alert")).to_contain_text("RA")
    expect(page.get_by_role("textbox", name=re.compile("^Program"))).to_have_value("2014B-0404")
    expect(page.get_by_role("checkbox", name="object")).to_be_checked()
    page.get_by_role("textbox", name=re.compile("^RA")).fill("10.68")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("62 files")
    assert "target=" not in page.url, "empty fields do not travel"
    page.get_by_role("link", name=re.compile("Remove Observation")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("62 files")
    page.get_by_role("link", name="Edit search").click()
    expect(page.get_by_role("textbox", name=re.compile("^Program"))).to_have_value("2014B-0404")


def test_help_opens_without_scripts(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/search")
    bubble = page.get_by_text("A name as NGC, Messier")
    expect(bubble).to_be_hidden()
    page.locator("summary[aria-label='Help on Target']").click()
    expect(bubble).to_be_visible()


def test_any_keyword_by_the_advanced_form(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/search/advanced")
    page.get_by_role("button", name="More rows").click()
    page.get_by_label("Keyword 4").fill("object")
    page.get_by_label("Comparison 4").select_option("contains")
    page.get_by_label("Value 4").fill("M31")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 file")
    page.get_by_role("link", name="Edit search").click()
    expect(page.get_by_label("Keyword 1")).to_have_value("OBJECT")


def _log_in(page: Page) -> None:
    page.get_by_label("User name").fill("pi1")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Log in").click()


def test_the_pi_logs_in_and_fetches(window: BrowserContext, services: Services) -> None:
    services.accounts.create("pi1", PASSWORD, propids=("2014B-0404",))
    page = window.new_page()
    page.goto(f"/file/{LOCKED}")
    expect(page.get_by_text("until 2100-01-01")).to_be_visible()
    page.get_by_role("link", name="Log in as a team member").click()
    _log_in(page)
    expect(page).to_have_url(re.compile(f"/file/{LOCKED}$"))
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download 30 bytes").click()
    assert fetched.value.path().read_bytes().startswith(b"SIMPLE")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()


def test_an_open_file_needs_no_login(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto(f"/file/{OPEN}")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download 30 bytes").click()
    assert fetched.value.suggested_filename == f"{OPEN}.fits"


def test_the_night_and_the_collection(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/")
    page.get_by_role("link", name=re.compile("2014-08-01 ct4m")).click()
    expect(page.get_by_text("Clear.")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Collections").click()
    page.get_by_role("link", name="The DECam Plane Survey").click()
    page.get_by_role("link", name=re.compile("Show 1 file")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 file")


@pytest.mark.parametrize("key", ["Escape"])
def test_a_keyboard_is_enough(window: BrowserContext, key: str) -> None:
    page = window.new_page()
    page.goto("/search")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press(key)
