# SPDX-License-Identifier: BSD-3-Clause
"""How long a client may stand still."""

from flask import Flask, request

__all__ = ["install_patience"]


def install_patience(app: Flask, seconds: float) -> None:
    """Bound each step of reading a request and of sending an answer; other servers than ours see to this themselves.

    Parameters
    ----------
    seconds
        After which a client that neither sends nor takes a piece gives its thread to others.
    """

    @app.before_request
    def limit() -> None:
        connection = request.environ.get("gunicorn.socket")
        if connection is not None:
            connection.settimeout(seconds)
