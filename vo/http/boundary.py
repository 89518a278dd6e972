# SPDX-License-Identifier: BSD-3-Clause
"""A cure for forms whose boundary is written without the quotes that it needs."""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["QuotedBoundary"]

_UNQUOTED = re.compile(r"""(multipart/form-data\b.*?;\s*boundary=)([^\s";,][^\s";,]*)""", re.IGNORECASE)


class QuotedBoundary:
    """Quotes the boundary of multipart forms before anybody reads them.

    astroquery's TapPlus sends ``boundary====1795254211===``. An equals sign may stand in quotes
    only (RFC 9110 §5.6.2), and werkzeug reads such a form as an empty one.

    Parameters
    ----------
    app
        The application inside.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request."""
        content_type = environ.get("CONTENT_TYPE", "")
        if len(content_type) < 500:
            environ["CONTENT_TYPE"] = _UNQUOTED.sub(r'\1"\2"', content_type, count=1)
        return self._app(environ, start_response)
