# SPDX-License-Identifier: BSD-3-Clause
"""``/api``: searches, files, programs, names and the description of all of it."""

from flask import Blueprint, Response, jsonify

from archive.domain.search import PARAMETERS, OutputFormat
from archive.web.api import rendering
from archive.web.api.openapi import openapi_document
from archive.web.context import caller, services
from archive.web.exports import export_response, wanted_format
from archive.web.identity import Guard, guarded_by
from archive.web.parameters import request_parameters

__all__ = ["blueprint"]

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.after_request
def let_pages_of_others_read(response: Response) -> Response:
    """Let a page from elsewhere read what is public; its reader's cookies stay out of it (no credentials)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "Authorization"
    response.headers["Access-Control-Expose-Headers"] = "Archive-Overflow, Content-Disposition"
    return response


@blueprint.route("/v1/search", methods=["GET", "POST"])
@guarded_by(Guard.PUBLIC, only_reads=True)
def search() -> Response:
    """Search, as JSON, CSV or VOTable."""
    query = services().search.read(request_parameters())
    form = wanted_format(query, OutputFormat.JSON)
    if form in {OutputFormat.CSV, OutputFormat.VOTABLE}:
        return export_response(query, form)
    page = services().search.find(caller(), query)
    return jsonify(rendering.search(page, services().search.columns, _base_url()))


@blueprint.get("/v1/files/<public_id>")
@guarded_by(Guard.PUBLIC)
def file(public_id: str) -> Response:
    """Tell all of one file."""
    return jsonify(rendering.product(services().observations.product(caller(), public_id), _base_url()))


@blueprint.get("/v1/files/<public_id>/header")
@guarded_by(Guard.PUBLIC)
def header(public_id: str) -> Response:
    """Give the headers of a file, card by card."""
    units = services().observations.header(caller(), public_id)
    return jsonify({"hdus": [[rendering.card(card) for card in unit] for unit in units]})


@blueprint.get("/v1/columns")
@guarded_by(Guard.PUBLIC)
def columns() -> Response:
    """List what can be searched by, sorted by and put out."""
    return jsonify(
        {
            "columns": [rendering.column(column) for column in services().search.columns],
            "parameters": [rendering.parameter(parameter) for parameter in PARAMETERS],
        }
    )


@blueprint.get("/v1/columns/<name>")
@guarded_by(Guard.PUBLIC)
def column(name: str) -> Response:
    """Tell of one column and list the values that it has."""
    values = services().search.choices(caller(), name)
    return jsonify(rendering.column_values(services().search.columns[name], values))


@blueprint.get("/v1/programs/<propid>")
@guarded_by(Guard.PUBLIC)
def program(propid: str) -> Response:
    """Tell of one program."""
    return jsonify(rendering.program(services().programs.report(caller(), propid), _base_url()))


@blueprint.get("/v1/resolve/<path:name>")
@guarded_by(Guard.PUBLIC)
def resolve(name: str) -> Response:
    """Find where a name lies."""
    return jsonify(rendering.resolved(services().search.resolve(caller(), name)))


@blueprint.get("/openapi.json")
@guarded_by(Guard.PUBLIC)
def openapi() -> Response:
    """Describe all of this (OpenAPI 3.1)."""
    web = services().config.web
    return jsonify(openapi_document(services().search.columns, web.title, web.base_url))


def _base_url() -> str:
    return services().config.web.base_url
