# SPDX-License-Identifier: BSD-3-Clause
"""The service's answers as JSON."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from archive.domain.browsing import ProgramReport
from archive.domain.details import FileRelation, HeaderCard, ProductDetail
from archive.domain.search import (
    MOST_VALUES,
    ProductSummary,
    ResolvedName,
    ResultPage,
    SearchColumn,
    SearchColumns,
    SearchParameter,
    SearchQuery,
    query_to_params,
)

__all__ = ["card", "column", "column_values", "parameter", "product", "program", "resolved", "search"]

Json = dict[str, object]


def search(page: ResultPage, columns: SearchColumns, base_url: str) -> Json:
    """Give a page of results; ``total`` and ``rows`` are at its top level."""
    place = page.query.criteria.place
    return {
        "total": page.total,
        "is_total_exact": page.is_total_exact,
        "total_bytes": page.total_bytes,
        "rows": [_row(row, page.query, base_url) for row in page.rows],
        "next": _link(page.query, page.next_key, columns, base_url),
        "previous": _link(page.query, page.previous_key, columns, base_url),
        "target": resolved(place.resolved) if place is not None and place.resolved is not None else None,
        "query": query_to_params(page.query, columns),
    }


def resolved(found: ResolvedName) -> Json:
    """Give where a name lies and who said so."""
    return {
        "name": found.name,
        "ra": found.ra,
        "dec": found.dec,
        "resolver": found.resolver,
        "type": found.type or None,
    }


def column(described: SearchColumn) -> Json:
    """Give what a column is."""
    return {
        "name": described.name,
        "parameter": described.parameter,
        "type": described.type.value,
        "label": described.label,
        "description": described.description,
        "unit": described.unit or None,
        "ucd": described.ucd or None,
        "utype": described.utype or None,
        "group": described.group,
        "choices": list(described.choices),
    }


def column_values(described: SearchColumn, values: Sequence[object]) -> Json:
    """Give what a column is and the values that it has; these are not complete where there are many."""
    return {
        **column(described),
        "values": [_value(value) for value in values],
        "is_complete": len(values) < MOST_VALUES,
    }


def parameter(described: SearchParameter) -> Json:
    """Give what a parameter beside the columns means."""
    return {
        "name": described.name,
        "label": described.label,
        "description": described.description,
        "example": described.example,
        "columns": list(described.columns),
    }


def product(found: ProductDetail, base_url: str) -> Json:
    """Give a file with its HDUs and relations."""
    return {
        **_values(found.values),
        "may_read": found.may_read,
        "is_public": found.is_public,
        **_links(found.public_id, base_url, is_held=found.is_held),
        "header_url": f"{base_url}/api/v1/files/{found.public_id}/header",
        "program": None
        if found.program is None
        else {"propid": found.program.propid, "title": found.program.title, "pi": found.program.pi},
        "collections": list(found.collections),
        "hdus": [
            {
                "index": hdu.index,
                "extname": hdu.extname,
                "kind": hdu.kind,
                "shape": list(hdu.shape),
                "bitpix": hdu.bitpix,
                "ccdnum": hdu.ccdnum,
                "ra": _value(hdu.ra),
                "dec": _value(hdu.dec),
            }
            for hdu in found.hdus
        ],
        "footprints": [
            {
                "hdu": outline.hdu_index,
                "ccdnum": outline.ccdnum,
                "vertices": [list(corner) for corner in outline.vertices],
            }
            for outline in found.outlines
        ],
        "parents": [_relation(parent) for parent in found.parents],
        "children": [_relation(child) for child in found.children],
        "supersedes": None if found.older is None else _relation(found.older),
        "superseded_by": None if found.newer is None else _relation(found.newer),
        "same_observation": [
            _relation(FileRelation(str(one["archive_filename"]), "", one.public_id)) for one in found.siblings
        ],
    }


def program(found: ProgramReport, base_url: str) -> Json:
    """Give a program and how much there is of it."""
    return {
        "propid": found.propid,
        "semester": found.semester,
        "title": found.title,
        "abstract": found.abstract,
        "pi": found.pi,
        "affiliation": found.affiliation,
        "co_investigators": list(found.co_investigators),
        "proprietary_months": found.proprietary_months,
        "files": found.files,
        "public_files": found.public_files,
        "total_bytes": found.total_bytes,
        "next_release": _value(found.next_release),
        "last_release": _value(found.last_release),
        "search_url": f"{base_url}/api/v1/search?{urlencode({'propid': found.propid})}",
    }


def card(found: HeaderCard) -> Json:
    """Give one card of a header."""
    return {"keyword": found.keyword, "value": found.value, "comment": found.comment}


def _row(row: ProductSummary, query: SearchQuery, base_url: str) -> Json:
    values = _values({name: row[name] for name in query.columns})
    return {**values, "may_read": row.may_read, **_links(row.public_id, base_url, is_held=bool(row["is_held"]))}


def _links(public_id: str, base_url: str, *, is_held: bool) -> Json:
    return {
        "url": f"{base_url}/api/v1/files/{public_id}",
        "data_url": f"{base_url}/data/{public_id}" if is_held else None,
    }


def _relation(found: FileRelation) -> Json:
    return {"archive_filename": found.name, "relation": found.relation or None, "public_id": found.public_id}


def _link(query: SearchQuery, key: str | None, columns: SearchColumns, base_url: str) -> str | None:
    if key is None:
        return None
    params = query_to_params(query.at(key), columns)
    return f"{base_url}/api/v1/search?{urlencode(params, doseq=True)}"


def _values(values: Mapping[str, object]) -> Json:
    return {name: _value(value) for name, value in values.items()}


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    # JSON has no word for these.
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
