"""Queries are served behind walls that stand, and only there."""

from dataclasses import replace

from sqlalchemy import text

from archive.app import create_app
from archive.bootstrap import Services, build_services
from archive.db.session import Database

QUERY = {"QUERY": "SELECT COUNT(*) AS n FROM ivoa.obscore", "LANG": "ADQL", "RESPONSEFORMAT": "csv"}


def test_no_query_is_answered_while_a_wall_is_down(services: Services, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("GRANT SELECT ON account TO archive_tap"))
    try:
        client = create_app(build_services(services.config)).test_client()
        answer = client.get("/tap/sync", query_string=QUERY)
        assert answer.status_code == 503
        assert 'value="ERROR"' in answer.text
        assert "account" not in answer.text
        assert client.get("/tap/tables").status_code == 503
        assert "false" in client.get("/tap/availability").text
        assert client.get("/").status_code == 200
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("REVOKE SELECT ON account FROM archive_tap"))
    # It stands again: the same server begins to answer.
    assert client.get("/tap/sync", query_string=QUERY).text == "n\n0\n"


def test_a_server_starts_without_its_database_and_says_so(services: Services) -> None:
    away = replace(services.config, database=replace(services.config.database, url="postgresql://127.0.0.1:1/none"))
    client = create_app(build_services(away)).test_client()
    assert client.get("/tap/sync", query_string=QUERY).status_code == 503
    assert "false" in client.get("/tap/availability").text
