# SPDX-License-Identifier: BSD-3-Clause
"""The OpenAPI 3.1 description of ``/api``, derived from what can be searched."""

from archive.domain.search import (
    MAX_LIMIT,
    PARAMETERS,
    ColumnType,
    OutputFormat,
    SearchColumn,
    SearchColumns,
    SearchParameter,
)
from archive.web.api.schemas import SCHEMAS, row_schema

__all__ = ["openapi_document"]

Json = dict[str, object]

_SYNTAX = (
    "x equal (text without regard to case), a* with wildcards * and ?, a,b any of a list, lo..hi a range that may be "
    'open at either side, <x <=x >x >=x, !x not, null without a value; "quotes" take text literally.'
)
_EXAMPLES = {
    ColumnType.TEXT: "c4d*",
    ColumnType.INTEGER: "1..10",
    ColumnType.FLOAT: "<1.5",
    ColumnType.MJD: "56870..56871",
    ColumnType.DATE: "2014-08-01..2014-08-05",
    ColumnType.TIME: ">=2015-01-01",
    ColumnType.BOOLEAN: "yes",
}


def openapi_document(columns: SearchColumns, title: str, base_url: str) -> Json:
    """Describe the interface of an archive of this name."""
    problem = {"description": "What is wrong.", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    search_parameters = _search_parameters(columns)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title}: search interface",
            "version": "1",
            "description": f"Find, describe and fetch files. Values of every column are written alike: {_SYNTAX}",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": base_url}],
        "security": [{}, {"token": []}],
        "paths": {
            "/api/v1/search": {
                "get": _search("search", parameters=search_parameters),
                "post": _search("searchByPost", 415, requestBody=_body(search_parameters)),
            },
            "/api/v1/files/{id}": {"get": _get("file", "All of one file.", _id(), "File", 404)},
            "/api/v1/files/{id}/header": {"get": _get("header", "The headers of a file.", _id(), "Headers", 404)},
            "/api/v1/columns": {"get": _get("columns", "What can be searched and put out.", [], "Columns")},
            "/api/v1/columns/{name}": {
                "get": _get(
                    "column", "The values of a column.", [_path("name", "Name of a column.")], "Column", 404, 503
                )
            },
            "/api/v1/programs/{propid}": {
                "get": _get("program", "One program.", [_path("propid", "Proposal id.")], "Program", 404)
            },
            "/api/v1/resolve/{name}": {
                "get": _get("resolve", "Where a name lies.", [_path("name", "Name of an object.")], "Target", 404)
            },
        },
        "components": {
            "schemas": {**SCHEMAS, "Row": row_schema(columns)},
            "responses": {"Problem": problem},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal token, made on the page /me/tokens.",
                }
            },
        },
    }


def _search_parameters(columns: SearchColumns) -> list[Json]:
    made = [_named(parameter) for parameter in PARAMETERS]
    taken = {parameter.name for parameter in PARAMETERS}
    made += [_of_column(column, columns) for column in columns if column.name not in taken]
    return made


def _named(parameter: SearchParameter) -> Json:
    schema: Json = {"type": "string"}
    if parameter.name == "format":
        schema = {"type": "string", "enum": [str(form) for form in OutputFormat]}
    elif parameter.name == "limit":
        schema = {"type": "integer", "minimum": 1, "description": f"A page of JSON has at most {MAX_LIMIT} rows."}
    described: Json = {"name": parameter.name, "in": "query", "description": parameter.description, "schema": schema}
    if parameter.example:
        described["example"] = int(parameter.example) if parameter.name == "limit" else parameter.example
    return described


def _of_column(column: SearchColumn, columns: SearchColumns) -> Json:
    unit = f" Unit: {column.unit}." if column.unit else ""
    choices = f" One of: {', '.join(column.choices)}." if column.choices else ""
    return {
        "name": column.name,
        "in": "query",
        "description": f"{column.description}{unit}{choices}",
        "schema": {"type": "array", "items": {"type": "string"}},
        "style": "form",
        "explode": True,
        "example": [column.choices[0] if column.choices else _EXAMPLES[columns.type_of(column.name)]],
    }


def _search(name: str, *errors: int, **parts: object) -> Json:
    table = {"schema": {"type": "string"}}
    return {
        "operationId": name,
        "summary": "Search the holdings.",
        "description": f"{_SYNTAX} Any FITS keyword is searched as kw.NAME. An unknown parameter is an error.",
        **parts,
        "responses": {
            "200": {
                "description": "One page as JSON, or all rows as CSV or VOTable.",
                "content": {
                    "application/json": {"schema": _ref("SearchResult")},
                    "text/csv": table,
                    "application/x-votable+xml": table,
                },
            },
            **_problems(400, 401, *errors, 503),
        },
    }


def _body(parameters: list[Json]) -> Json:
    names = {str(parameter["name"]): {"description": parameter["description"]} for parameter in parameters}
    schema = {"type": "object", "properties": names}
    return {
        "content": {
            media: {"schema": schema}
            for media in ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")
        }
    }


def _get(name: str, summary: str, parameters: list[Json], schema: str, *errors: int) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": summary, "content": {"application/json": {"schema": _ref(schema)}}},
            **_problems(*errors),
        },
    }


def _id() -> list[Json]:
    return [_path("id", "Permanent key of the file.")]


def _path(name: str, description: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": {"type": "string"}}


def _problems(*statuses: int) -> Json:
    return {str(status): {"$ref": "#/components/responses/Problem"} for status in statuses}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
