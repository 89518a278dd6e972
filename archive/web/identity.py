# SPDX-License-Identifier: BSD-3-Clause
"""Who is calling, and which door asks for whom.

Every route declares its guard with `guarded_by`, "public" too; a test fails on one that forgot.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, g, request

from archive.domain.access import Caller
from archive.errors import CredentialsError, PermissionDeniedError
from archive.web.context import caller

__all__ = ["Guard", "guarded_by", "install_identity"]

P = ParamSpec("P")
R = TypeVar("R")


class Guard(StrEnum):
    """Who may come through a door; what they find behind it the service decides."""

    PUBLIC = "public"
    LOGGED_IN = "logged in"
    STAFF = "staff"


def guarded_by(guard: Guard) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only those through whom `guard` allows."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if guard is not Guard.PUBLIC and caller().is_anonymous:
                raise CredentialsError("Please log in first.")
            if guard is Guard.STAFF and not caller().is_staff:
                raise PermissionDeniedError("This page is for the archive's staff.")
            return view(*args, **kwargs)

        guarded.guard = guard  # type: ignore[attr-defined]
        return guarded

    return decorate


def install_identity(app: Flask) -> None:
    """Find out who is calling, before each request."""

    @app.before_request
    def identify() -> None:
        g.caller = Caller(address=request.remote_addr or "")
