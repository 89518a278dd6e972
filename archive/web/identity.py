# SPDX-License-Identifier: BSD-3-Clause
"""Who is calling, and which door asks for whom.

Every route declares its guard with `guarded_by`, "public" too; a test fails on one that forgot.
The caller is who the session says, else for whom the bearer token speaks, else nobody. A token
that does not hold ends the request; it never makes the caller anonymous.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, g, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect

from archive.domain.access import Caller
from archive.errors import CredentialsError, InvalidInputError, PermissionDeniedError, TokenError
from archive.web.context import caller, services

__all__ = ["Guard", "begin_session", "end_session", "guarded_by", "install_identity", "require_csrf"]

P = ParamSpec("P")
R = TypeVar("R")

_KEY = "key"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_csrf = CSRFProtect()


class Guard(StrEnum):
    """Who may come through a door; what they find behind it the service decides."""

    PUBLIC = "public"
    LOGGED_IN = "logged in"
    STAFF = "staff"


def guarded_by(guard: Guard, *, only_reads: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only those through whom `guard` allows.

    Parameters
    ----------
    only_reads
        Whether the view changes nothing, not even by POST, and so need not ask for a form of ours.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if guard is not Guard.PUBLIC and caller().is_anonymous:
                raise CredentialsError("Please log in first.")
            # No scope makes a token good for one's account or for staff work.
            if guard is not Guard.PUBLIC and caller().scopes is not None:
                raise PermissionDeniedError("This page is for a person who is logged in; a token does not open it.")
            if guard is Guard.STAFF and not caller().is_staff:
                raise PermissionDeniedError("This page is for the archive's staff.")
            return view(*args, **kwargs)

        guarded.guard = guard  # type: ignore[attr-defined]
        guarded.only_reads = only_reads  # type: ignore[attr-defined]
        return guarded

    return decorate


def install_identity(app: Flask) -> None:
    """Find out who is calling, before each request."""
    # The token of a form lasts as long as the session; it is checked where a session acts, below.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    _csrf.init_app(app)

    @app.before_request
    def identify() -> None:
        address = request.remote_addr or ""
        if request.endpoint == "static":
            g.caller = Caller(address=address)
            return
        person = _caller_of_session(address)
        if person is not None:
            g.caller = person
            view = app.view_functions.get(request.endpoint or "")
            if request.method not in _SAFE and not getattr(view, "only_reads", False):
                require_csrf()
        else:
            g.caller = _caller_of_token(address) or Caller(address=address)

    @app.after_request
    def name_the_caller(response: Response) -> Response:
        # AuthVO §3: a client that sent credentials is told as whom it was taken.
        known: Caller | None = g.get("caller")
        if known is not None and known.scopes is not None:
            response.headers["X-VO-Authenticated"] = known.username
        response.vary.add("Authorization")
        return response


def require_csrf() -> None:
    """Let only those requests through that come from a form of ours.

    Raises
    ------
    InvalidInputError
        The form's token is missing or of another session.
    """
    try:
        _csrf.protect()
    except CSRFError as exc:
        raise InvalidInputError(
            {"csrf_token": "missing or out of date"},
            "This form is out of date. Please go back, reload the page and send it again.",
        ) from exc


def begin_session(key: str) -> None:
    """Let the cookie hold the key of a new session and nothing of the old one."""
    session.clear()
    session[_KEY] = key


def end_session() -> str | None:
    """Empty the cookie; give the key it held."""
    key = session.get(_KEY)
    session.clear()
    return key


def _caller_of_session(address: str) -> Caller | None:
    key = session.get(_KEY)
    if not isinstance(key, str):
        return None
    person = services().accounts.caller_of_session(key, address)
    if person is None:
        session.clear()
    return person


def _caller_of_token(address: str) -> Caller | None:
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenError("token_unknown", "Please send a personal token: Authorization: Bearer archive-….")
    return services().tokens.caller_of_token(text.strip(" "), address)
