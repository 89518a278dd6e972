# SPDX-License-Identifier: BSD-3-Clause
"""TAP joined to the archive's callers, guards and errors."""

from collections.abc import Sequence

import structlog
from flask import Flask, redirect
from flask.typing import ResponseReturnValue

from archive.bootstrap import Services
from archive.domain.owners import owner_of
from archive.errors import ArchiveError, ConfigError, UnavailableError
from archive.services.tap import TableAccess, fault_of
from archive.web.challenges import challenges
from archive.web.context import caller
from archive.web.identity import Guard, guarded_by
from archive.web.tap.examples import EXAMPLES
from vo.http import QuotedBoundary, View, tap_blueprint
from vo.tap import tap_capabilities
from vo.vosi import ANONYMOUS, Availability

__all__ = ["mount_tap"]

_log = structlog.get_logger(__name__)

_BEARER = "ivo://ivoa.net/sso#OAuth"
_CLOSED = Availability(is_available=False, notes=("Queries are not served here just now, for reasons of safety.",))
_OBSCORE = ("ivo://ivoa.net/std/ObsCore#core-1.1", "ObsCore-1.1")


def mount_tap(app: Flask, services: Services) -> None:
    """Serve ``/tap``; its queries are refused as long as the database would not keep them from what is not for them."""
    tap = services.tap
    base = services.config.web.base_url
    app.wsgi_app = QuotedBoundary(app.wsgi_app)  # type: ignore[method-assign]
    try:
        tap.check()
    except ConfigError as exc:
        _log.error("queries are not served", why=exc.message)
    except UnavailableError:
        _log.warning("whether queries are safe is found out when the database answers")
    app.register_blueprint(
        tap_blueprint(
            url=f"{base}/tap",
            service=tap.service,
            jobs=tap.jobs,
            waiting=tap.waiting,
            limits=tap.limits,
            fetcher=tap.fetcher,
            admission=tap.admission,
            capabilities=tap_capabilities(
                url=f"{base}/tap",
                limits=tap.limits,
                job_limits=tap.job_limits,
                functions=tap.dialect.functions,
                extensions=tap.dialect.extensions,
                security=(ANONYMOUS, _BEARER),
                data_models=(_OBSCORE,),
            ),
            schemas=tap.schemas,
            availability=lambda: _availability(services, tap),
            examples=EXAMPLES,
            front_page=_front_page,
            identify=caller,
            owner_of=owner_of,
            guard=_guarded,
            translate=fault_of,
            challenges=lambda error: _challenges(error, f"{base}/login/token"),
        )
    )


def _front_page() -> ResponseReturnValue:
    return redirect("/query", 303)


def _guarded(view: View, *, changes: bool) -> View:
    return guarded_by(Guard.PUBLIC, only_reads=not changes)(view)


def _challenges(error: Exception | None, login_url: str) -> Sequence[str]:
    return challenges(error if isinstance(error, ArchiveError) else None, login_url)


def _availability(services: Services, tap: TableAccess) -> Availability:
    if not services.database.is_alive():
        return Availability(is_available=False, notes=("The database does not answer.",))
    try:
        tap.check()
    except ConfigError:
        return _CLOSED
    return Availability(is_available=True)
