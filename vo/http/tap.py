# SPDX-License-Identifier: BSD-3-Clause
"""The resources of a TAP service (TAP 1.1 §2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import BinaryIO, Generic, TypeVar

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from vo.dali import DALIError, NotFoundError, UsageError
from vo.http.answers import FaultAnswers, document
from vo.http.encoding import with_encoding
from vo.http.jobs import JobResources
from vo.http.requests import Part, Sent, read_request
from vo.http.views import Guard, View, free, unguarded
from vo.tap import (
    EXAMPLES_TYPE,
    Admission,
    Example,
    SyncQueries,
    TapLimits,
    TapRequest,
    TapService,
    TapUpload,
    URLFetcher,
    describe_schemas,
    describe_table,
    tap_uploads,
    write_examples,
)
from vo.tap import read_request as read_tap_request
from vo.uws import JobService, JobWaiting
from vo.vosi import (
    VOSI_TYPE,
    Availability,
    Capability,
    without_columns,
    write_availability,
    write_capabilities,
    write_table,
    write_tables,
)

__all__ = ["TapResources", "tap_blueprint"]

C = TypeVar("C")


class TapResources(Generic[C]):
    """All of a service but its jobs.

    Parameters
    ----------
    schemas
        Descriptions of the schemas by their names, in the order in which they are listed.
    front_page
        Answers a person who opens the service in a browser.
    is_known
        Whether a caller has said who calls; to others capabilities tell how that is done.
    challenges
        What ``WWW-Authenticate`` says.
    """

    def __init__(
        self,
        *,
        service: TapService[C],
        limits: TapLimits,
        fetcher: URLFetcher,
        admission: Admission[C],
        capabilities: Sequence[Capability],
        schemas: Mapping[str, str],
        availability: Callable[[], Availability],
        examples: Sequence[Example],
        front_page: Callable[[], ResponseReturnValue],
        identify: Callable[[], C],
        is_known: Callable[[C], bool],
        challenges: Callable[[Exception | None], Sequence[str]],
    ) -> None:
        self._service = service
        self._limits = limits
        self._fetcher = fetcher
        self._sync = SyncQueries(service=service, admission=admission, limits=limits)
        self._capabilities = tuple(capabilities)
        self._schemas = dict(schemas)
        self._availability = availability
        self._examples = tuple(examples)
        self._front_page = front_page
        self._identify = identify
        self._is_known = is_known
        self._challenges = challenges

    def mount(self, blueprint: Blueprint, guard: Guard) -> None:
        """Add all resources to a blueprint. None of them changes anything, not even by POST."""
        both = ["GET", "POST"]
        routes: list[tuple[str, str, View, list[str]]] = [
            ("", "root", self.root, ["GET"]),
            ("/sync", "sync", self.sync, both),
            ("/estimate", "estimate", self.estimate, both),
            ("/tables", "tables", self.tables, ["GET"]),
            ("/tables/<path:name>", "table", self.table, ["GET"]),
            ("/capabilities", "capabilities", self.capabilities, ["GET"]),
            ("/availability", "availability", self.availability, ["GET"]),
            ("/examples", "examples", self.examples, ["GET"]),
        ]
        for rule, endpoint, view, methods in routes:
            blueprint.add_url_rule(
                rule, endpoint, guard(free(view), changes=False), methods=methods, strict_slashes=False
            )

    def root(self) -> ResponseReturnValue:
        """Show people what this is, and programs what it can do."""
        return self._front_page() if _is_browser() else self.capabilities()

    def sync(self) -> Response:
        """Answer a query; what is under way ends when the client is gone."""
        caller = self._identify()
        asked = self._request()
        answer = self._sync.answer(caller, asked)
        # The server closes it at its end, and when the client has gone.
        response = Response(answer, content_type=answer.media_type)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers.set("Content-Disposition", "inline", filename=answer.filename)
        return response

    def estimate(self) -> Response:
        """Tell what a query would cost."""
        caller = self._identify()
        asked = self._request()
        return jsonify(asdict(self._sync.estimate(caller, asked)))

    def tables(self) -> Response:
        """List the tables that the caller may know of."""
        detail = (read_request(self._limits.upload_bytes).parameters.one("DETAIL") or "max").lower()
        if detail not in {"min", "max"}:
            raise UsageError("DETAIL can be min or max.")
        schemas = describe_schemas(self._service.tables(self._identify()), self._schemas)
        return document(write_tables(without_columns(schemas) if detail == "min" else schemas), VOSI_TYPE)

    def table(self, name: str) -> Response:
        """Show one table, by its name as it is listed."""
        table = describe_table(self._service.tables(self._identify()), name)
        if table is None:
            raise NotFoundError("There is no such table.")
        return document(write_table(table), VOSI_TYPE)

    def capabilities(self) -> Response:
        """Tell what the service can do, and to whom is not known yet how to log in."""
        answer = document(write_capabilities(self._capabilities), VOSI_TYPE)
        if not self._is_known(self._identify()):
            for challenge in self._challenges(None):
                answer.headers.add("WWW-Authenticate", challenge)
        return answer

    def availability(self) -> Response:
        """Tell whether the service is there."""
        return document(write_availability(self._availability()), VOSI_TYPE)

    def examples(self) -> Response:
        """Show queries to begin with."""
        return document(write_examples(self._examples, "Examples of queries"), EXAMPLES_TYPE)

    def _request(self) -> TapRequest:
        sent = read_request(self._limits.upload_bytes)
        return read_tap_request(
            sent.parameters, self._limits, _uploads(sent, self._fetcher), request.headers.get("Accept", "")
        )


def tap_blueprint(
    *,
    url: str,
    service: TapService[C],
    jobs: JobService,
    waiting: JobWaiting,
    limits: TapLimits,
    fetcher: URLFetcher,
    admission: Admission[C],
    capabilities: Sequence[Capability],
    schemas: Mapping[str, str],
    availability: Callable[[], Availability],
    examples: Sequence[Example],
    front_page: Callable[[], ResponseReturnValue],
    identify: Callable[[], C],
    owner_of: Callable[[C], str | None],
    guard: Guard = unguarded,
    translate: Callable[[Exception], DALIError | None] = lambda _: None,
    challenges: Callable[[Exception | None], Sequence[str]] = lambda _: (),
    name: str = "tap",
    prefix: str = "/tap",
) -> Blueprint:
    """Make the blueprint of a TAP service.

    Parameters
    ----------
    url
        Of the service, absolute; all links are made from it and none from the request.
    owner_of
        Gives the opaque name under which a caller's jobs are kept; None for nobody known. Callers
        with different rights need different names: who reads a job reads its results.
    guard
        Wraps each view; told whether it changes anything.
    translate
        Knows the exceptions of the application.
    challenges
        Gives what ``WWW-Authenticate`` says, from the exception of a 401; from None for an
        anonymous caller who asks for capabilities.
    prefix
        The path at which it is mounted.
    """
    blueprint = Blueprint(name, __name__, url_prefix=prefix)
    TapResources(
        service=service,
        limits=limits,
        fetcher=fetcher,
        admission=admission,
        capabilities=capabilities,
        schemas=schemas,
        availability=availability,
        examples=examples,
        front_page=front_page,
        identify=identify,
        is_known=lambda caller: owner_of(caller) is not None,
        challenges=challenges,
    ).mount(blueprint, guard)
    JobResources(
        url=f"{url}/async",
        jobs=jobs,
        waiting=waiting,
        identify=identify,
        owner_of=owner_of,
        largest=limits.upload_bytes,
    ).mount(blueprint, "/async", guard)
    blueprint.register_error_handler(Exception, FaultAnswers(translate, challenges, _is_about_jobs))
    blueprint.after_request(_with_common_headers)
    blueprint.after_request(with_encoding)
    return blueprint


def _with_common_headers(response: Response) -> Response:
    """Let pages of other sites read what anybody may; they can send no cookie of ours."""
    response.vary.add("Accept")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, DELETE"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Range"
    response.headers["Access-Control-Expose-Headers"] = (
        "Location, Content-Range, Retry-After, WWW-Authenticate, X-VO-Query-Status"
    )
    return response


def _is_about_jobs() -> bool:
    rule = request.url_rule.rule if request.url_rule is not None else ""
    return "/async" in rule or rule.endswith("/deletejobs")


def _is_browser() -> bool:
    # Java's own header Accept names text/html as well, so that alone is no sign of a person.
    return "application/xhtml+xml" in request.headers.get("Accept", "")


def _uploads(sent: Sent, fetcher: URLFetcher) -> tuple[TapUpload, ...]:
    parts = dict(sent.uploads())
    return tap_uploads(tuple(parts), lambda reference: _opened(parts[reference]), fetcher)


def _opened(part: Part | None) -> Callable[[], BinaryIO]:
    if part is None:
        raise UsageError("UPLOAD names a part that was not sent.")
    return lambda: part.stream
