# SPDX-License-Identifier: BSD-3-Clause
"""The search forms and the results."""

from flask import Blueprint, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from archive.domain.clock import utc_now
from archive.domain.search import OutputFormat, SearchQuery
from archive.errors import InvalidInputError, UnknownNameError
from archive.web.api import rendering
from archive.web.context import caller, services
from archive.web.errors import wants_json
from archive.web.exports import export_response, wanted_format
from archive.web.identity import Guard, guarded_by
from archive.web.search.forms import Params, canonical
from archive.web.search.presenters import is_for_simple_form, present_advanced, present_simple
from archive.web.search.results import present_results
from archive.web.sidebar import link, sidebar

__all__ = ["blueprint"]

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@guarded_by(Guard.PUBLIC)
def simple() -> str:
    """Show the simple form, filled in with a search's parameters."""
    return _simple(canonical(_given(), utc_now()))


@blueprint.get("/search/advanced")
@guarded_by(Guard.PUBLIC)
def advanced() -> str:
    """Show the advanced form, filled in with a search's parameters."""
    return _advanced(canonical(_given(), utc_now()), more_keywords=request.args.get("more_keywords", ""))


@blueprint.get("/results")
@guarded_by(Guard.PUBLIC)
def results() -> Response | str | tuple[str, int]:
    """Show what was found, or the form again where it cannot be understood."""
    given = _given()
    params = canonical(given, utc_now())
    if params != given:
        return redirect(link("/results", params))
    try:
        query = services().search.read(params)
        form = wanted_format(query, OutputFormat.HTML)
        return _page(query, params) if form is OutputFormat.HTML else _document(query, form)
    except InvalidInputError as exc:
        if wants_json() or params.get("format", ["html"]) != ["html"]:
            raise
        show = _simple if is_for_simple_form(params) else _advanced
        return show(params, exc), exc.status


def _page(query: SearchQuery, params: Params) -> str:
    search = services().search
    found = search.find(caller(), query)
    return render_template(
        "search/results.html",
        page=present_results(found, services().previews.pictured(found.rows), params, search.columns, utc_now()),
        sidebar=sidebar("/results", params, services().overview.overview(), caller()),
    )


def _document(query: SearchQuery, form: OutputFormat) -> Response:
    if form is not OutputFormat.JSON:
        return export_response(query, form)
    found = services().search.find(caller(), query)
    return jsonify(rendering.search(found, services().search.columns, services().config.web.base_url))


def _given() -> Params:
    return {name: list(values) for name, values in request.args.lists()}


def _simple(params: Params, fault: InvalidInputError | None = None) -> str:
    overview = services().overview.overview()
    page = present_simple(params, overview, services().search.columns, _fields(fault), _suggestions(fault))
    return render_template("search/simple.html", page=page, sidebar=sidebar("/search", params, overview, caller()))


def _advanced(params: Params, fault: InvalidInputError | None = None, more_keywords: str = "") -> str:
    page = present_advanced(params, services().search.columns, _fields(fault), more_keywords, _suggestions(fault))
    overview = services().overview.overview()
    return render_template(
        "search/advanced.html", page=page, sidebar=sidebar("/search/advanced", params, overview, caller())
    )


def _fields(fault: InvalidInputError | None) -> dict[str, str]:
    return fault.fields if fault else {}


def _suggestions(fault: InvalidInputError | None) -> tuple[str, ...]:
    return fault.suggestions if isinstance(fault, UnknownNameError) else ()
