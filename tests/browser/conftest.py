"""What journeys through the portal stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from archive.bootstrap import Services
from tests.browser.holdings import fill
from tests.support.browser import address, browser

__all__ = ["address", "browser"]


@pytest.fixture(autouse=True)
def holdings(services: Services, tmp_path: Path, app: Flask) -> None:
    """Store a night at M31."""
    fill(services, tmp_path)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def window(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Give a browser's window, once with JavaScript and once without."""
    context = browser.new_context(base_url=address, java_script_enabled=bool(request.param))
    yield context
    context.close()
