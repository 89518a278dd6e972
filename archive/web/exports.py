# SPDX-License-Identifier: BSD-3-Clause
"""Searches as CSV and VOTable, streamed."""

from flask import Response, request

from archive.domain.frames import frame_of
from archive.domain.search import ColumnType, OutputFormat, SearchColumn, SearchQuery
from archive.web.context import caller, services
from vo.tables import FORMATS, BatchSource, Datatype, Field, batches_of, write

__all__ = ["export_response", "wanted_format"]

# Datatype, arraysize, xtype.
_TYPES = {
    ColumnType.TEXT: (Datatype.UNICODE_CHAR, "*", ""),
    ColumnType.INTEGER: (Datatype.LONG, "", ""),
    ColumnType.FLOAT: (Datatype.DOUBLE, "", ""),
    ColumnType.MJD: (Datatype.DOUBLE, "", "mjd"),
    ColumnType.DATE: (Datatype.CHAR, "*", "timestamp"),
    ColumnType.TIME: (Datatype.CHAR, "*", "timestamp"),
    ColumnType.BOOLEAN: (Datatype.BOOLEAN, "", ""),
}
_MEDIA_TYPES = {
    "text/csv": OutputFormat.CSV,
    "application/x-votable+xml": OutputFormat.VOTABLE,
    "application/json": OutputFormat.JSON,
    "text/html": OutputFormat.HTML,
}


_FORMATS = {OutputFormat.CSV: FORMATS["csv"], OutputFormat.VOTABLE: FORMATS["votable/td"]}


def wanted_format(query: SearchQuery, usual: OutputFormat) -> OutputFormat:
    """Give the form of the answer: as ``format`` says, else as the Accept header does, else the usual one."""
    if query.format is not None:
        return query.format
    first = next(media for media, form in _MEDIA_TYPES.items() if form is usual)
    others = [media for media in _MEDIA_TYPES if media != first]
    best = request.accept_mimetypes.best_match([first, *others], default=first)
    return _MEDIA_TYPES[best]


def export_response(query: SearchQuery, form: OutputFormat) -> Response:
    """Stream all rows; what is wrong is told before the first of them."""
    export = services().search.stream(caller(), query)
    fields = [_field(column) for column in export.columns]
    limit = export.query.page.limit
    source = BatchSource(batches_of(export.batches, fields), fields, limit)
    infos = {"request": request.url if request.method == "GET" else request.base_url}
    format_ = _FORMATS[form]
    response = Response(write(format_, source, fields, infos), content_type=format_.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="search{format_.extension}"'
    # CSV has no place within for what VOTable says in its last INFO.
    if form is OutputFormat.CSV and export.total is not None and export.total > (limit or 0):
        response.headers["Archive-Overflow"] = f"{limit} of {export.total} rows"
    return response


def _field(column: SearchColumn) -> Field:
    datatype, arraysize, xtype = _TYPES[column.type]
    return Field(
        name=column.name,
        datatype=datatype,
        arraysize=arraysize,
        unit=column.unit,
        ucd=column.ucd,
        utype=column.utype,
        description=column.description,
        xtype=xtype,
        frame=frame_of(column.ucd, column.unit),
    )
