# SPDX-License-Identifier: BSD-3-Clause
"""Exceptions as answers: a page for people, problem details (RFC 9457) for programs."""

import secrets

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from archive.errors import (
    ArchiveError,
    InvalidInputError,
    NotFoundError,
    ProprietaryError,
    RateLimitedError,
    UnknownNameError,
)
from archive.web.challenges import challenges
from archive.web.context import services

__all__ = ["install_error_pages", "wants_json"]

_TITLES = {
    400: "This cannot be understood",
    401: "Please log in",
    403: "This is not open to you",
    404: "Nothing is here",
    405: "Not this way",
    409: "That is in the way",
    413: "Too much at once",
    429: "A little slower, please",
}

_log = structlog.get_logger(__name__)


def wants_json() -> bool:
    """Whether the caller is a program: it came by a door for programs, or asks for anything but a page."""
    if request.path.startswith(("/api/", "/data/", "/login/token")):
        return "text/html" not in request.headers.get("Accept", "")
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def install_error_pages(app: Flask) -> None:
    """Render each exception once, here."""

    @app.errorhandler(ArchiveError)
    def known(error: ArchiveError) -> Response:
        if error.status >= 500:
            _log.warning("no answer", path=request.path, why=_cause(error))
        answer = _answer(error.status, error.code, error.message, **_details(error))
        if error.status == 401:
            login = f"{services().config.web.base_url}{url_for('account.login_for_token')}"
            for challenge in challenges(error, login):
                answer.headers.add("WWW-Authenticate", challenge)
        return answer

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        answer = _answer(status, (error.name or "error").lower().replace(" ", "_"), _words(status))
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                answer.headers[name] = value
        return answer

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        incident = secrets.token_hex(6)
        _log.exception("unexpected error", incident=incident, path=request.path, exc_info=error)
        return _answer(
            500,
            "internal",
            f"Something went wrong in the archive. It was logged as incident {incident}.",
            incident=incident,
        )


def _cause(error: ArchiveError) -> str:
    """Tell on one line what is behind an error, for the log."""
    behind = getattr(error.__cause__, "orig", None) or error.__cause__ or error
    return " ".join(str(behind).split())


def _details(error: ArchiveError) -> dict[str, object]:
    details: dict[str, object] = {}
    if isinstance(error, InvalidInputError):
        details["errors"] = error.fields
    if isinstance(error, NotFoundError | UnknownNameError) and error.suggestions:
        details["suggestions"] = list(error.suggestions)
    if isinstance(error, ProprietaryError):
        details["release_date"] = error.release.isoformat() if error.release else None
    if isinstance(error, RateLimitedError):
        details["retry_after"] = error.retry_after
    return details


def _answer(status: int, code: str, message: str, **details: object) -> Response:
    if wants_json():
        response = jsonify({"type": "about:blank", "title": code, "status": status, "detail": message, **details})
        response.content_type = "application/problem+json"
    else:
        response = make_response(_page(status, message, details))
    response.status_code = status
    if "retry_after" in details:
        response.headers["Retry-After"] = str(details["retry_after"])
    return response


def _page(status: int, message: str, details: dict[str, object]) -> str:
    title = _TITLES.get(status, "The archive cannot answer just now" if status >= 500 else "That did not work")
    return render_template("errors/error.html", status=status, title=title, message=message, **details)


def _words(status: int) -> str:
    return {
        400: "The request could not be understood.",
        404: "There is no such page.",
        405: "This address does not take such a request.",
        413: "That is too large.",
    }.get(status, "The request could not be answered.")
