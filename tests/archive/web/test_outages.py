"""What is said where no answer can be given, to the caller and to the log."""

from pathlib import Path

import requests
from structlog.testing import capture_logs

from archive.app import create_app
from archive.bootstrap import build_services
from archive.config import Config
from tests.support.live import served

NOWHERE = "postgresql://127.0.0.1:1/none"


def test_an_address_that_is_too_long_is_told_of_the_other_way(config: Config, tmp_path: Path) -> None:
    settings = {
        "ARCHIVE_HOME": str(tmp_path / "served"),
        "ARCHIVE_DATABASE_URL": str(config.database.url),
        "ARCHIVE_SESAME_URL": "off",
        "ARCHIVE_WEB_THREADS": "2",
    }
    with served(settings, tmp_path / "log") as url:
        for length in (8200, 100_000):
            answer = requests.get(f"{url}/api/v1/search", params={"pos": "1" * length}, timeout=20)
            assert answer.status_code == 414
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == 414
            assert "by POST" in answer.json()["detail"]
        assert requests.get(f"{url}/api/v1/search", params={"object": "1" * 1900}, timeout=20).status_code == 200


def test_a_database_that_is_away_takes_one_line_a_request(tmp_path: Path) -> None:
    settings = {"ARCHIVE_HOME": str(tmp_path), "ARCHIVE_DATABASE_URL": NOWHERE, "ARCHIVE_SESAME_URL": "off"}
    app = create_app(build_services(Config.from_environ(settings)))
    with capture_logs() as logs:
        answer = app.test_client().get("/api/v1/search")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "127.0.0.1" not in answer.json["detail"]
    (line,) = logs
    assert line["path"] == "/api/v1/search"
    assert "Connection refused" in line["why"]
    assert "\n" not in line["why"]
