"""Logging in and out in a browser, and what a hostile page or neighbour may try."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.bootstrap import Services
from archive.services.accounts import TRIES_PER_NAME
from tests.support.people import PASSWORD, csrf_of, log_in


@pytest.fixture(autouse=True)
def ada(services: Services) -> None:
    services.accounts.create("ada", PASSWORD)


def test_log_in_and_out(client: FlaskClient) -> None:
    answer = log_in(client, "Ada")
    assert (answer.status_code, answer.location) == (303, "/")
    page = client.get("/me")
    assert page.status_code == 200
    assert "ada" in page.text
    out = client.post("/logout", data={"csrf_token": csrf_of(page.text)})
    assert (out.status_code, out.location) == (303, "/")
    assert client.get("/me").status_code == 401


def test_failed_login_keeps_the_name(client: FlaskClient) -> None:
    answer = log_in(client, 'ada"><script>', "wrong password", next="/obs/x")
    assert answer.status_code == 401
    assert "User name or password is wrong." in answer.text
    assert 'value="ada&#34;&gt;&lt;script&gt;"' in answer.text
    assert 'name="next" value="/obs/x"' in answer.text
    assert "wrong password" not in answer.text


def test_too_many_tries(client: FlaskClient) -> None:
    for _ in range(TRIES_PER_NAME):
        assert log_in(client, "ada", "wrong password").status_code == 401
    answer = log_in(client, "ada")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert 'value="ada"' in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        " /me",
        "me",
        "",
        "/a\\..\\b",
        "/é",
        "/x\r\nSet-Cookie: a=b",
        "/logout",
        "/logout?x=1",
    ],
)
def test_login_leads_to_this_site_only(client: FlaskClient, target: str) -> None:
    assert log_in(client, "ada", next=target).location == "/"


def test_login_leads_where_one_was_going(client: FlaskClient) -> None:
    assert log_in(client, "ada", next="/results?ra=1%2B2&dec=%E2%88%921").location == "/results?ra=1%2B2&dec=%E2%88%921"


def test_login_of_a_stranger_page_is_refused(client: FlaskClient, app: Flask) -> None:
    answer = client.post("/login", data={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 400
    theirs = csrf_of(app.test_client().get("/login").text)
    client.get("/login")
    answer = client.post("/login", data={"username": "ada", "password": PASSWORD, "csrf_token": theirs})
    assert answer.status_code == 400
    assert client.get("/me").status_code == 401


def test_session_acts_by_our_forms_only(client: FlaskClient, services: Services) -> None:
    log_in(client, "ada")
    for path in ("/logout", "/me/tokens", "/me/password", "/me/tokens/abc/revoke"):
        answer = client.post(path, data={"name": "stolen", "scopes": "read:data"})
        assert answer.status_code == 400, path
        assert "out of date" in answer.text
    assert client.get("/me").status_code == 200, "still logged in"


def test_cookie_of_before_the_login_is_worth_nothing(app: Flask) -> None:
    victim, attacker = app.test_client(), app.test_client()
    attacker.get("/login")
    planted = attacker.get_cookie("archive_session")
    assert planted is not None
    victim.set_cookie("archive_session", planted.value)
    log_in(victim, "ada")
    assert victim.get("/me").status_code == 200
    assert attacker.get("/me").status_code == 401
    after = victim.get_cookie("archive_session")
    assert after is not None
    assert after.value != planted.value
    assert after.http_only
    assert after.same_site == "Lax"


def test_cookie_of_before_the_logout_is_worth_nothing(client: FlaskClient, app: Flask) -> None:
    log_in(client, "ada")
    kept = client.get_cookie("archive_session")
    assert kept is not None
    client.post("/logout", data={"csrf_token": csrf_of(client.get("/me").text)})
    thief = app.test_client()
    thief.set_cookie("archive_session", kept.value)
    assert thief.get("/me").status_code == 401


def test_second_login_ends_the_first_session(client: FlaskClient, services: Services, app: Flask) -> None:
    services.accounts.create("bob", PASSWORD)
    log_in(client, "ada")
    first = client.get_cookie("archive_session")
    assert first is not None
    log_in(client, "bob")
    assert "bob" in client.get("/me").text
    thief = app.test_client()
    thief.set_cookie("archive_session", first.value)
    assert thief.get("/me").status_code == 401


def test_forged_cookie_is_nobody(client: FlaskClient) -> None:
    client.set_cookie("archive_session", "eyJrZXkiOiJ4In0.aSBhbQ.forged")
    assert client.get("/me").status_code == 401


def test_change_of_password(client: FlaskClient, app: Flask) -> None:
    other = app.test_client()
    log_in(client, "ada")
    log_in(other, "ada")
    token = csrf_of(client.get("/me/password").text)
    fields = {"csrf_token": token, "old": PASSWORD, "new": "another password", "again": "something else"}
    answer = client.post("/me/password", data=fields)
    assert answer.status_code == 400
    assert "differ" in answer.text
    answer = client.post("/me/password", data={**fields, "again": "another password"}, follow_redirects=True)
    assert "Your password is changed" in answer.text
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 401
    assert log_in(other, "ada", "another password").status_code == 303


def test_search_by_post_needs_no_form(client: FlaskClient) -> None:
    log_in(client, "ada")
    assert client.post("/api/v1/search", json={"propid": "2014B-0404"}).status_code == 200
