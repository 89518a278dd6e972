# SPDX-License-Identifier: BSD-3-Clause
"""Searches as CSV and VOTable, streamed."""

from collections.abc import Iterator

from flask import Response, request

from archive.domain.search import ColumnType, OutputFormat, SearchColumn, SearchQuery
from archive.web.context import caller, services
from vo.tables import CSV_TYPE, VOTABLE_TYPE, Datatype, Field, TableRows, write_csv, write_votable

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
    rows = TableRows(export.batches, export.query.page.limit)
    if form is OutputFormat.CSV:
        response = _streamed(write_csv(rows, fields), CSV_TYPE, "search.csv")
        # CSV has no place within for what VOTable says in its last INFO.
        if export.total is not None and export.total > (export.query.page.limit or 0):
            response.headers["Archive-Overflow"] = f"{export.query.page.limit} of {export.total} rows"
        return response
    infos = {"request": request.url if request.method == "GET" else request.base_url}
    return _streamed(write_votable(rows, fields, infos), VOTABLE_TYPE, "search.xml")


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
    )


def _streamed(pieces: Iterator[bytes], content_type: str, name: str) -> Response:
    response = Response(pieces, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
