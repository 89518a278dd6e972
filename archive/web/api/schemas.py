# SPDX-License-Identifier: BSD-3-Clause
"""JSON Schemas of the answers under ``/api``."""

from archive.domain.search import ColumnType, SearchColumn, SearchColumns

__all__ = ["SCHEMAS", "row_schema"]

Json = dict[str, object]

_TYPES = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "integer",
    ColumnType.FLOAT: "number",
    ColumnType.MJD: "number",
    ColumnType.DATE: "string",
    ColumnType.TIME: "string",
    ColumnType.BOOLEAN: "boolean",
}
_FORMATS = {ColumnType.DATE: "date", ColumnType.TIME: "date-time"}


def row_schema(columns: SearchColumns) -> Json:
    """Describe a row: the columns asked for, and what may be done with the file."""
    return {
        "type": "object",
        "properties": {
            **{column.name: _of_column(column) for column in columns},
            "may_read": {"type": "boolean", "description": "Whether you may have the bytes."},
            "url": {"type": "string", "format": "uri", "description": "All of the file, as JSON."},
            "data_url": {
                "type": ["string", "null"],
                "format": "uri",
                "description": "The bytes; null where they are not here.",
            },
        },
        "required": ["may_read", "url", "data_url"],
    }


def _of_column(column: SearchColumn) -> Json:
    unit = f" Unit: {column.unit}." if column.unit else ""
    schema: Json = {"type": [_TYPES[column.type], "null"], "description": column.description + unit}
    if column.type in _FORMATS:
        schema["format"] = _FORMATS[column.type]
    return schema


def _object(required: str, **properties: object) -> Json:
    return {"type": "object", "properties": properties, "required": required.split()}


def _list(items: object) -> Json:
    return {"type": "array", "items": items}


_TEXT: Json = {"type": "string"}
_TEXT_OR_NONE: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "number"}
_NUMBER_OR_NONE: Json = {"type": ["number", "null"]}
_WHOLE: Json = {"type": "integer"}
_WHOLE_OR_NONE: Json = {"type": ["integer", "null"]}
_FLAG: Json = {"type": "boolean"}
_RELATIONS = _list({"$ref": "#/components/schemas/Relation"})

SCHEMAS: Json = {
    "SearchResult": _object(
        "total is_total_exact total_bytes rows next previous target query",
        total=_WHOLE,
        is_total_exact={"type": "boolean", "description": "False where total and total_bytes are estimates."},
        total_bytes=_WHOLE,
        rows=_list({"$ref": "#/components/schemas/Row"}),
        next=_TEXT_OR_NONE,
        previous=_TEXT_OR_NONE,
        target={"oneOf": [{"$ref": "#/components/schemas/Target"}, {"type": "null"}]},
        query={
            "type": "object",
            "description": "The query as it was understood.",
            "additionalProperties": _list(_TEXT),
        },
    ),
    "Target": _object(
        "name ra dec resolver type", name=_TEXT, ra=_NUMBER, dec=_NUMBER, resolver=_TEXT, type=_TEXT_OR_NONE
    ),
    "File": {
        "allOf": [
            {"$ref": "#/components/schemas/Row"},
            _object(
                "public_id is_public header_url hdus footprints parents children collections",
                public_id=_TEXT,
                is_public=_FLAG,
                header_url=_TEXT,
                program={"type": ["object", "null"]},
                collections=_list(_TEXT),
                hdus=_list({"$ref": "#/components/schemas/HDU"}),
                footprints=_list({"$ref": "#/components/schemas/Footprint"}),
                parents=_RELATIONS,
                children=_RELATIONS,
                same_observation=_RELATIONS,
                supersedes={"oneOf": [{"$ref": "#/components/schemas/Relation"}, {"type": "null"}]},
                superseded_by={"oneOf": [{"$ref": "#/components/schemas/Relation"}, {"type": "null"}]},
            ),
        ]
    },
    "HDU": _object(
        "index kind shape",
        index=_WHOLE,
        extname=_TEXT_OR_NONE,
        kind=_TEXT,
        shape=_list(_WHOLE),
        bitpix=_WHOLE_OR_NONE,
        ccdnum=_WHOLE_OR_NONE,
        ra=_NUMBER_OR_NONE,
        dec=_NUMBER_OR_NONE,
    ),
    "Footprint": _object("hdu vertices", hdu=_WHOLE, ccdnum=_WHOLE_OR_NONE, vertices=_list(_list(_NUMBER))),
    "Relation": _object(
        "archive_filename public_id", archive_filename=_TEXT, relation=_TEXT_OR_NONE, public_id=_TEXT_OR_NONE
    ),
    "Headers": _object(
        "hdus", hdus=_list(_list(_object("keyword value comment", keyword=_TEXT, value=_TEXT, comment=_TEXT)))
    ),
    "Columns": _object(
        "columns parameters",
        columns=_list(_object("name parameter type label description", name=_TEXT, parameter=_TEXT, type=_TEXT)),
        parameters=_list(_object("name label description example", name=_TEXT, description=_TEXT, example=_TEXT)),
    ),
    "Column": _object(
        "name parameter type label description values is_complete",
        name=_TEXT,
        parameter=_TEXT,
        type=_TEXT,
        values={"type": "array", "description": "Those that you may know of, in order."},
        is_complete={"type": "boolean", "description": "False where there are more values than are listed."},
    ),
    "Program": _object("propid title pi files total_bytes", propid=_TEXT, title=_TEXT, pi=_TEXT, files=_WHOLE),
    "Problem": _object(
        "type title status detail",
        type=_TEXT,
        title={"type": "string", "description": "A word for the kind of problem."},
        status=_WHOLE,
        detail={"type": "string", "description": "What is wrong, for people."},
        errors={"type": "object", "description": "What is wrong, by parameter.", "additionalProperties": _TEXT},
        suggestions=_list(_TEXT),
    ),
}
