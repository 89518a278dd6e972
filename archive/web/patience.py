# SPDX-License-Identifier: BSD-3-Clause
"""How long a client may stand still."""

from flask import Flask, request

__all__ = ["PATIENCE", "install_patience"]

PATIENCE = 120.0
"""Seconds after which a client that neither sends nor takes a piece gives its thread to others."""


def install_patience(app: Flask) -> None:
    """Bound each step of reading a request and of sending an answer; other servers than ours see to this themselves."""

    @app.before_request
    def limit() -> None:
        connection = request.environ.get("gunicorn.socket")
        if connection is not None:
            connection.settimeout(PATIENCE)
