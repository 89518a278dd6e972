"""Services of vo behind Flask, on the test client or on a port of loopback."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Blueprint, Flask, request
from werkzeug.serving import make_server

from tests.support.jobs import JobWorld
from vo.dali import DALIError, UnauthenticatedError
from vo.http import JobResources, QuotedBoundary
from vo.http.answers import FaultAnswers
from vo.http.views import unguarded
from vo.uws import JobWaiting

__all__ = ["BASE", "caller", "job_app", "served"]

BASE = "https://archive.example/tap"


def caller() -> str | None:
    """Whoever the header says; nobody without one."""
    name = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if name == "expired":
        raise UnauthenticatedError("The token has expired.")
    return name or None


def job_app(world: JobWorld, base: str = BASE, waiting: JobWaiting | None = None) -> Flask:
    """Give an application that has jobs and nothing else."""
    app = Flask("jobs")
    blueprint = Blueprint("tap", "jobs", url_prefix="/tap")
    resources = JobResources(
        url=f"{base}/async",
        jobs=world.service,
        waiting=waiting or JobWaiting(store=world.store, longest=5),
        identify=caller,
        owner_of=lambda name: name,
        largest=1_000_000,
    )
    resources.mount(blueprint, "/async", unguarded)
    answers = FaultAnswers(_unknown, lambda _: ["ivoa_bearer"], lambda: True)
    blueprint.register_error_handler(Exception, answers)
    app.register_blueprint(blueprint)
    app.wsgi_app = QuotedBoundary(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _unknown(error: Exception) -> DALIError | None:
    return None


@contextmanager
def served(make: Callable[[str], Flask]) -> Iterator[str]:
    """Serve an application, made for the address that it gets, and give that address."""
    server = make_server("127.0.0.1", 0, Flask("later"), threaded=True)
    base = f"http://127.0.0.1:{server.server_port}"
    server.app = make(base)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
