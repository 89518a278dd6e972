# SPDX-License-Identifier: BSD-3-Clause
"""What a view stands on: the use cases of the running archive, and who is calling."""

from typing import cast

from flask import current_app, g

from archive.bootstrap import Services
from archive.domain.access import Caller

__all__ = ["EXTENSION", "caller", "services"]

EXTENSION = "archive"


def services() -> Services:
    """Give the use cases of the running archive."""
    return cast("Services", current_app.extensions[EXTENSION])


def caller() -> Caller:
    """Give whoever asks; set by `archive.web.identity` before each request."""
    return cast("Caller", g.caller)
