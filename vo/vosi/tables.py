# SPDX-License-Identifier: BSD-3-Clause
"""Which tables a service has (VOSI 1.1 §6, VODataService 1.2 §3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from vo.dali.xml import add, start, to_bytes
from vo.tables import Field

__all__ = [
    "ColumnDescription",
    "ForeignKeyDescription",
    "SchemaDescription",
    "TableDescription",
    "without_columns",
    "write_table",
    "write_tables",
]

_NAMESPACES = {
    "vosi": "http://www.ivoa.net/xml/VOSITables/v1.0",
    "vs": "http://www.ivoa.net/xml/VODataService/v1.1",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


@dataclass(frozen=True)
class ColumnDescription:
    """One column.

    Parameters
    ----------
    field
        Its name as a query writes it, quotes included.
    is_std
        Whether a standard defines it.
    """

    field: Field
    is_indexed: bool = False
    is_principal: bool = False
    is_std: bool = False


@dataclass(frozen=True)
class ForeignKeyDescription:
    """Columns by which a table is joined to another.

    Parameters
    ----------
    columns
        The column here and the one there.
    """

    target: str
    columns: tuple[tuple[str, str], ...]
    description: str = ""
    utype: str = ""


@dataclass(frozen=True)
class TableDescription:
    """One table.

    Parameters
    ----------
    name
        As a query writes it, with its schema.
    kind
        ``table`` or ``view``.
    rows
        About how many it has; None where nobody knows.
    """

    name: str
    columns: tuple[ColumnDescription, ...] = ()
    foreign_keys: tuple[ForeignKeyDescription, ...] = ()
    title: str = ""
    description: str = ""
    utype: str = ""
    kind: str = "table"
    rows: int | None = None


@dataclass(frozen=True)
class SchemaDescription:
    """Tables that belong together."""

    name: str
    tables: tuple[TableDescription, ...] = ()
    title: str = ""
    description: str = ""
    utype: str = ""


def without_columns(schemas: Sequence[SchemaDescription]) -> tuple[SchemaDescription, ...]:
    """Leave columns and keys out, for ``detail=min``."""
    return tuple(
        replace(schema, tables=tuple(replace(table, columns=(), foreign_keys=()) for table in schema.tables))
        for schema in schemas
    )


def write_tables(schemas: Sequence[SchemaDescription]) -> bytes:
    """Write all tables."""
    root = start("vosi:tableset", _NAMESPACES)
    for schema in schemas:
        element = add(root, "schema")
        add(element, "name", schema.name)
        _words(element, schema)
        for table in schema.tables:
            _table(add(element, "table"), table)
    return to_bytes(root)


def write_table(table: TableDescription) -> bytes:
    """Write one table."""
    root = start("vosi:table", _NAMESPACES)
    _table(root, table)
    return to_bytes(root)


def _words(element: ET.Element, described: SchemaDescription | TableDescription) -> None:
    for tag, text in (("title", described.title), ("description", described.description), ("utype", described.utype)):
        if text:
            add(element, tag, text)


def _table(element: ET.Element, table: TableDescription) -> None:
    element.set("type", table.kind)
    add(element, "name", table.name)
    _words(element, table)
    if table.rows is not None:
        add(element, "nrows", str(table.rows))
    for column in table.columns:
        _column(element, column)
    for key in table.foreign_keys:
        _foreign_key(element, key)


def _column(parent: ET.Element, column: ColumnDescription) -> None:
    field = column.field
    element = add(parent, "column", None, {"std": "true" if column.is_std else "false"})
    add(element, "name", field.name)
    for tag, text in (
        ("description", field.description),
        ("unit", field.unit),
        ("ucd", field.ucd),
        ("utype", field.utype),
    ):
        if text:
            add(element, tag, text)
    attributes = {"xsi:type": "vs:VOTableType"}
    if field.arraysize:
        attributes["arraysize"] = field.arraysize
    if field.xtype:
        attributes["extendedType"] = field.xtype
    add(element, "dataType", field.datatype.value, attributes)
    for flag, is_set in (("indexed", column.is_indexed), ("principal", column.is_principal)):
        if is_set:
            add(element, "flag", flag)


def _foreign_key(parent: ET.Element, key: ForeignKeyDescription) -> None:
    element = add(parent, "foreignKey")
    add(element, "targetTable", key.target)
    for here, there in key.columns:
        pair = add(element, "fkColumn")
        add(pair, "fromColumn", here)
        add(pair, "targetColumn", there)
    if key.description:
        add(element, "description", key.description)
    if key.utype:
        add(element, "utype", key.utype)
