"""Clients that stand still hold no thread for ever."""

import socket

import pytest
from flask.testing import FlaskClient

from archive.bootstrap import Services


@pytest.mark.parametrize("path", ["/", "/tap/availability", "/tap/sync?QUERY=SELECT", "/data/nothing"])
def test_each_step_of_each_answer_is_bounded(client: FlaskClient, services: Services, path: str) -> None:
    with socket.socket() as connection:
        client.get(path, environ_overrides={"gunicorn.socket": connection})
        assert connection.gettimeout() == services.config.web.client_seconds == 120


def test_other_servers_are_left_alone(client: FlaskClient) -> None:
    assert client.get("/tap/availability").status_code == 200
