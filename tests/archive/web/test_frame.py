"""What every page has: the frame, its security headers, and error pages of one family."""

import pytest
from flask.testing import FlaskClient

from archive.web.wording import bytes_in_words, count_in_words


def test_pages_forbid_what_they_do_not_need(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer.headers["Vary"]


def test_an_unknown_page_is_a_page_of_the_archive(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert "Nothing is here" in answer.text
    assert 'href="/search"' in answer.text


def test_a_program_gets_problem_details(client: FlaskClient) -> None:
    answer = client.get("/no-such-page", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_the_address_comes_back_escaped(client: FlaskClient) -> None:
    page = client.get("/no/<script>alert(1)</script>?x=%22%3E%3Cscript%3E").text
    assert "<script>alert" not in page
    assert '"><script>' not in page


def test_assets_are_addressed_by_their_content(client: FlaskClient) -> None:
    page = client.get("/no-such-page").text
    start = page.index("/static/css/tokens.css?v=")
    with client.get(page[start : page.index('"', start)]) as answer:
        assert answer.status_code == 200
        assert "max-age=" in answer.headers["Cache-Control"]


def test_templates_hold_no_inline_style_or_script(client: FlaskClient) -> None:
    page = client.get("/no-such-page").text
    assert " style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (None, ""),
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (99_440, "99.4 kB"),
        (99_949, "100 kB"),
        (123_456_789, "123 MB"),
        (999_700_000, "1.0 GB"),
        (5 * 10**18, "5000 PB"),
    ],
)
def test_sizes_in_words(size: int | None, words: str) -> None:
    assert bytes_in_words(size) == words


def test_counts_have_thin_spaces() -> None:
    assert count_in_words(2_650_000) == "2\u202f650\u202f000"
