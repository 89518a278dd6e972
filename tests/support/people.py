"""Accounts for tests, at the least cost of a hash."""

import re

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive.services.passwords import Passwords

__all__ = ["CHEAP", "PASSWORD", "cheap_passwords", "csrf_of", "log_in"]

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def cheap_passwords() -> Passwords:
    """Give hashes that take no time."""
    return Passwords(CHEAP)


def csrf_of(page: str) -> str:
    """Find the token in a page's form."""
    match = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert match is not None, "the page has a form with a token"
    return match[1]


def log_in(client: FlaskClient, username: str, password: str = PASSWORD, **fields: str) -> TestResponse:
    """Log in as a person does, by the form."""
    token = csrf_of(client.get("/login").text)
    return client.post("/login", data={"csrf_token": token, "username": username, "password": password, **fields})
