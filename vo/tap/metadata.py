# SPDX-License-Identifier: BSD-3-Clause
"""What a TAP service tells of itself: capabilities (TAPRegExt 1.0) and tables, derived from what it is made of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vo.adql import Extension, Function, Table, TableSet
from vo.adql.words import reserved_words
from vo.tables import FORMATS
from vo.tap.limits import TapLimits
from vo.uws import JobLimits
from vo.vosi import (
    Capability,
    ColumnDescription,
    ForeignKeyDescription,
    Interface,
    Language,
    LanguageFeature,
    Limit,
    OutputFormat,
    SchemaDescription,
    TableAccess,
    TableDescription,
)

__all__ = ["as_in_queries", "describe_schemas", "describe_table", "tap_capabilities"]

_TAPREGEXT = "ivo://ivoa.net/std/TAPRegExt#"
# ADQL 2.1 §4: the optional features by the lists that they belong to.
_FEATURES = {
    "features-adqlgeo": (
        "AREA BOX CENTROID CIRCLE CONTAINS COORD1 COORD2 COORDSYS DISTANCE INTERSECTS POINT POLYGON REGION"
    ),
    "features-adql-string": "LOWER UPPER ILIKE",
    "features-adql-sets": "UNION EXCEPT INTERSECT",
    "features-adql-common-table": "WITH",
    "features-adql-type": "CAST",
    "features-adql-conditional": "COALESCE",
    "features-adql-unit": "IN_UNIT",
    "features-adql-offset": "OFFSET",
}
# The list that other services use for words beyond the standard.
_EXTRAS = "ivo://org.gavo.dc/std/exts#extra-adql-keywords"
_EXTENSIONS = {
    Extension.CASE: ("CASE", "CASE WHEN … THEN … ELSE … END, as in SQL."),
    Extension.CROSS_JOIN: ("CROSS JOIN", "Each row of one table with each of another, as in SQL."),
    Extension.MODULO: ("%", "The remainder of a division of whole numbers, as in SQL."),
    Extension.BITWISE: ("BITWISE", "The operators & | ^ ~ on whole numbers."),
}
_REGULAR = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def tap_capabilities(
    *,
    url: str,
    limits: TapLimits,
    job_limits: JobLimits,
    functions: Sequence[Function] = (),
    extensions: Sequence[Extension] = (),
    security: Sequence[str] = (),
    data_models: Sequence[tuple[str, str]] = (),
) -> tuple[Capability, ...]:
    """Give the capabilities of a service.

    Parameters
    ----------
    url
        Of the service, absolute.
    functions
        Those that a query may call; the ones with a signature are declared.
    security
        Standard ids of the ways to authenticate, `vo.vosi.ANONYMOUS` among them.
    data_models
        Standard id and a word for people.
    """
    methods = tuple(security)
    access = TableAccess(
        languages=(_language(functions, extensions),),
        formats=tuple(
            OutputFormat(form.media_type, (form.name, *form.aliases), form.ivoid) for form in FORMATS.values()
        ),
        data_models=tuple(data_models),
        upload_methods=tuple(f"{_TAPREGEXT}upload-{way}" for way in ("inline", "http", "https")),
        retention=_seconds(job_limits.default_retention.total_seconds(), job_limits.hard_retention.total_seconds()),
        duration=_seconds(job_limits.default_duration, job_limits.hard_duration),
        output_limit=Limit(limits.rows.default, limits.rows.hard, "row"),
        upload_limit=Limit(limits.upload_rows, limits.upload_rows, "row"),
    )
    description = (
        f"Queries in ADQL. A synchronous one must give its first row within {limits.sync_seconds:g} s. A request may "
        f"bring {limits.upload_tables} tables and {limits.upload_bytes} bytes."
    )
    tap = Interface(url, version="1.1", is_base=True, security=methods)
    return (
        Capability("ivo://ivoa.net/std/TAP", (tap,), description, access),
        Capability("ivo://ivoa.net/std/VOSI#capabilities", (Interface(f"{url}/capabilities", version="1.0"),)),
        Capability("ivo://ivoa.net/std/VOSI#availability", (Interface(f"{url}/availability", version="1.0"),)),
        Capability(
            "ivo://ivoa.net/std/VOSI#tables-1.1",
            (Interface(f"{url}/tables", version="1.1", is_base=True, security=methods),),
        ),
        Capability("ivo://ivoa.net/std/DALI#examples", (Interface(f"{url}/examples", is_for_people=True),)),
    )


def describe_schemas(tables: TableSet, schemas: Mapping[str, str]) -> tuple[SchemaDescription, ...]:
    """Describe all tables of a set, by their schemas.

    Parameters
    ----------
    schemas
        Descriptions of the schemas by their names, in the order in which they are listed; others
        follow.
    """
    found: dict[str, list[TableDescription]] = {name: [] for name in schemas}
    for full_name in tables.names():
        table = _find(tables, full_name)
        if table is not None:
            found.setdefault(table.schema, []).append(_described(table))
    return tuple(
        SchemaDescription(name, tuple(listed), description=schemas.get(name, ""))
        for name, listed in found.items()
        if listed
    )


def describe_table(tables: TableSet, full_name: str) -> TableDescription | None:
    """Describe one table by its name as it is listed; None if there is none."""
    table = _find(tables, full_name)
    return _described(table) if table is not None else None


def _find(tables: TableSet, full_name: str) -> Table | None:
    schema, dot, name = full_name.rpartition(".")
    return tables.find(schema if dot else None, name)


def _described(table: Table) -> TableDescription:
    columns = tuple(
        ColumnDescription(
            replace(column.field, name=as_in_queries(column.name)),
            is_indexed=column.is_indexed,
            is_principal=column.is_principal,
            is_std=column.is_std,
        )
        for column in table.columns
    )
    keys = tuple(ForeignKeyDescription(key.target, key.columns, key.description) for key in table.foreign_keys)
    return TableDescription(
        table.full_name,
        columns,
        keys,
        description=table.description,
        utype=table.utype,
        kind=table.kind,
        rows=table.rows,
    )


def as_in_queries(name: str) -> str:
    """Quote a name that is no regular identifier, as TAP 1.1 §4.3 asks."""
    if _REGULAR.fullmatch(name) and name.upper() not in reserved_words("2.1"):
        return name
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _language(functions: Sequence[Function], extensions: Sequence[Extension]) -> Language:
    features = [LanguageFeature(_TAPREGEXT + kind, form) for kind, forms in _FEATURES.items() for form in forms.split()]
    features += [
        LanguageFeature(f"{_TAPREGEXT}features-udf", function.signature, function.description)
        for function in functions
        if function.signature
    ]
    features += [LanguageFeature(_EXTRAS, *_EXTENSIONS[extension]) for extension in extensions]
    versions = (("2.0", "ivo://ivoa.net/std/ADQL#v2.0"), ("2.1", "ivo://ivoa.net/std/ADQL#v2.1"))
    return Language("ADQL", versions, "Astronomical Data Query Language", tuple(features))


def _seconds(default: float, hard: float) -> Limit:
    return Limit(int(default), int(hard))
