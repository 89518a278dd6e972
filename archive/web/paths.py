# SPDX-License-Identifier: BSD-3-Clause
"""Addresses that cannot be any page's."""

from flask import Flask, request

from archive.errors import NotFoundError
from archive.web.parameters import check_encoding

__all__ = ["install_path_check"]


def install_path_check(app: Flask) -> None:
    """Answer 404 to a path with a NUL in it: nothing has such a name, and no database can be asked for one.

    Parameters that are not in UTF-8 are answered with 400.
    """

    @app.before_request
    def check_path() -> None:
        if "\x00" in request.path:
            raise NotFoundError("There is no such page.")
        check_encoding(request.query_string)
