"""Whose address and which cookie: behind proxies, and by https."""

from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive.app import create_app
from archive.bootstrap import Services
from archive.services.accounts import TRIES_PER_ADDRESS
from tests.support.people import PASSWORD, csrf_of


def _client(services: Services, **web: Any) -> FlaskClient:
    config = replace(services.config, web=replace(services.config.web, **web))
    return create_app(replace(services, config=config)).test_client()


def _fail(client: FlaskClient, number: int, forwarded: str) -> TestResponse:
    token = csrf_of(client.get("/login").text)
    fields = {"csrf_token": token, "username": f"user{number}", "password": PASSWORD}
    return client.post("/login", data=fields, headers={"X-Forwarded-For": forwarded})


def test_nobody_chooses_the_address_that_is_counted(services: Services) -> None:
    client = _client(services)
    statuses = [_fail(client, number, f"192.0.2.{number}").status_code for number in range(TRIES_PER_ADDRESS + 1)]
    assert statuses == [401] * TRIES_PER_ADDRESS + [429]


def test_address_behind_a_proxy_is_the_one_it_saw(services: Services) -> None:
    client = _client(services, trusted_proxies=1)
    # What the visitor wrote stands on the left, what our proxy adds on the right.
    statuses = [
        _fail(client, number, f"198.51.100.{number}, 192.0.2.1").status_code for number in range(TRIES_PER_ADDRESS + 1)
    ]
    assert statuses == [401] * TRIES_PER_ADDRESS + [429]
    assert _fail(client, 99, "192.0.2.2").status_code == 401


def test_cookie_by_https(services: Services) -> None:
    client = _client(services, secure_cookies=True)
    answer = client.get("/login", base_url="https://archive.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-archive_session=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
