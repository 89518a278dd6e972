"""The web process as tests meet it: an application on the test's own catalogue, and clients of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.app import create_app
from archive.bootstrap import Services, build_services
from archive.config import Config
from archive.db.session import Database
from archive.domain.clock import utc_now
from archive.services.accounts import AccountService
from tests.support.people import cheap_passwords


@pytest.fixture
def config(tmp_path: Path, database: Database) -> Config:
    """Give settings that keep everything in the test's own places and ask nobody outside."""
    return Config.from_environ(
        {
            "ARCHIVE_HOME": str(tmp_path / "home"),
            "ARCHIVE_DATABASE_URL": database.url,
            "ARCHIVE_SECRET_KEY": "not a secret, this is a test",
            "ARCHIVE_SESAME_URL": "off",
        }
    )


@pytest.fixture
def services(config: Config) -> Iterator[Services]:
    """Give all use cases on the test's own catalogue; hashes of passwords are cheap."""
    wired = build_services(config)
    accounts = AccountService(database=wired.database, clock=utc_now, passwords=cheap_passwords())
    yield replace(wired, accounts=accounts)
    wired.dispose()


@pytest.fixture
def app(services: Services) -> Flask:
    """Give the web application."""
    flask = create_app(services)
    flask.testing = True
    flask.config["PROPAGATE_EXCEPTIONS"] = False
    return flask


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a client that is not logged in."""
    return app.test_client()
