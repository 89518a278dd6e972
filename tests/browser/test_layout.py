"""Every page on a desk and on a phone, in light and dark: nothing sticks out, nothing is refused, all is labelled."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.holdings import LOCKED, OPEN, PERSON
from tests.support.people import PASSWORD

PAGES = [
    "/",
    "/search",
    "/search?target=M31&radius=-1",
    "/results?ra=400&dec=1",
    "/search/advanced",
    "/results",
    "/results?target=M31",
    "/results?columns=all&limit=5",
    "/results?night=1999-01-01&target=M31",
    f"/file/{OPEN}",
    f"/file/{LOCKED}",
    "/file/0000000000000000",
    "/file/0000000000000000/header",
    "/obs/ct4m20140801t030000",
    "/night/2014-08-01/ct4m",
    "/program/2014B-0404",
    "/collections",
    "/collections/decaps",
    "/collections/spirals",
    "/query",
    "/query?example=images-around-a-place",
    "/help",
    "/help/columns",
    "/login",
    "/nothing",
]
OWN_PAGES = ["/me", "/me/tokens", f"/file/{LOCKED}", "/program/2014B-0404"]
# What has no name for a screen reader, and ids that are given twice.
_UNNAMED = """() => {
  const named = (e) => e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby');
  const fields = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter((e) => !named(e));
  const silent = (e) => !e.textContent.trim() && !named(e) && !e.querySelector('img[alt]:not([alt=""])');
  const links = [...document.querySelectorAll('a[href], button, summary')].filter(
    (e) => silent(e) && e.getAttribute('aria-hidden') !== 'true');
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  const images = [...document.querySelectorAll('img:not([alt])')];
  return [...fields, ...links, ...images].map((e) => e.outerHTML.slice(0, 120)).concat(twice);
}"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_pages_fit_and_are_labelled(browser: Browser, address: str, width: int, scheme: str) -> None:
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Uncaught" in message.text:
            faults.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in PAGES:
        page.goto(path)
        faults += [f"{path}: {fault}" for fault in _faults(page)]
    page.goto("/login")
    page.get_by_label("User name").fill(PERSON)
    page.get_by_label("Password").fill(PASSWORD)
    # To go elsewhere at once would cut the log-in short.
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Log in").click()
    for path in OWN_PAGES:
        page.goto(path)
        faults += [f"{path}: {fault}" for fault in _faults(page)]
    page.goto("/me/tokens")
    faults += _off_screen(page, width)
    context.close()
    assert faults == []


def _faults(page: Page) -> list[str]:
    found = [f"unnamed or double: {text}" for text in page.evaluate(_UNNAMED)]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        found.append(f"sticks out by {overflow} pixels")
    if page.locator("h1").count() != 1:
        found.append("has not one main heading")
    return found


def _off_screen(page: Page, width: int) -> list[str]:
    boxes = [button.bounding_box() for button in page.get_by_role("button", name="Revoke").all()]
    assert len(boxes) == 4
    return [f"Revoke ends at {box['x'] + box['width']}" for box in boxes if box and box["x"] + box["width"] > width]
