"""Tokens: made and revoked on a page, used by programs, and never taken for nobody when they do not hold."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.bootstrap import Services
from tests.support.people import PASSWORD, csrf_of, log_in

TEXT = re.compile(r"archive-[A-Za-z0-9]{16}\.[A-Za-z0-9]{43}")


@pytest.fixture(autouse=True)
def ada(services: Services) -> None:
    services.accounts.create("ada", PASSWORD)


def _issue(client: FlaskClient) -> str:
    fields = {"csrf_token": csrf_of(client.get("/me/tokens").text), "name": "laptop <b>", "scopes": "read:data"}
    answer = client.post("/me/tokens", data={**fields, "expiry": "30"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<b>" not in answer.text
    shown = TEXT.search(answer.text)
    assert shown is not None
    return shown[0]


def test_token_is_shown_once_used_and_revoked(client: FlaskClient, app: Flask) -> None:
    log_in(client, "ada")
    text = _issue(client)
    page = client.get("/me/tokens").text
    assert text not in page
    program = app.test_client()
    headers = {"Authorization": f"Bearer {text}"}
    answer = program.get("/login", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["X-VO-Authenticated"] == "ada"
    key = text[8:24]
    client.post(f"/me/tokens/{key}/revoke", data={"csrf_token": csrf_of(page)})
    answer = program.get("/login", headers={**headers, "Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["title"] == "token_revoked"
    assert 'error="invalid_token"' in answer.headers.getlist("WWW-Authenticate")[0]


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic YTpi", "", "bearer archive-x.y", "Bearer \xff"])
def test_credentials_that_do_not_hold_end_the_request(client: FlaskClient, header: str) -> None:
    answer = client.get("/login", headers={"Authorization": header, "Accept": "application/json"})
    assert answer.status_code == 401
    challenges = answer.headers.getlist("WWW-Authenticate")
    assert challenges[0].startswith("Bearer realm=")
    assert "ivoa_bearer standard_id=" in challenges[1]
    assert "access_url=" in challenges[1]


def test_form_that_cannot_be_taken(client: FlaskClient) -> None:
    log_in(client, "ada")
    csrf = csrf_of(client.get("/me/tokens").text)
    answer = client.post("/me/tokens", data={"csrf_token": csrf, "name": "", "expiry": "90"})
    assert answer.status_code == 400
    assert "Give the token a name" in answer.text
    for fields in ({"scopes": "root", "expiry": "90"}, {"scopes": "read:data", "expiry": "1000000000000"}):
        answer = client.post("/me/tokens", data={"csrf_token": csrf, "name": "my laptop", **fields})
        assert answer.status_code == 400
        assert 'value="my laptop"' in answer.text


def test_token_makes_no_tokens(client: FlaskClient, app: Flask) -> None:
    log_in(client, "ada")
    headers = {"Authorization": f"Bearer {_issue(client)}"}
    program = app.test_client()
    for path in ("/me", "/me/tokens", "/me/password"):
        assert program.get(path, headers=headers).status_code == 403, path
    for path in ("/me/tokens", "/me/password", "/me/tokens/x/revoke"):
        assert program.post(path, data={"name": "x"}, headers=headers).status_code == 403, path


def test_program_logs_in_for_a_token(client: FlaskClient, app: Flask) -> None:
    answer = client.post("/login/token", data={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 204
    assert answer.headers["X-VO-Authenticated"] == "ada"
    assert client.get_cookie("archive_session") is None
    headers = {"Authorization": f"Bearer {answer.headers['X-VO-Bearer']}"}
    assert app.test_client().get("/login", headers=headers).headers["X-VO-Authenticated"] == "ada"
    fields = {"username": "ada", "password": "wrong password"}
    wrong = client.post("/login/token", data=fields, headers={"Accept": "*/*"})
    assert wrong.status_code == 401
    assert wrong.mimetype == "application/problem+json"
    assert "X-VO-Bearer" not in wrong.headers
