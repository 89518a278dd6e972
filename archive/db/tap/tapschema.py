# SPDX-License-Identifier: BSD-3-Clause
"""TAP_SCHEMA (TAP 1.1 §4): its tables, and how they are filled from the same descriptions as all else."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from archive.db.session import UnitOfWork
from archive.db.tap.described import own, with_flags
from archive.db.tap.described import text as words
from vo.adql import Column, ForeignKey, Table
from vo.tables import Datatype
from vo.tap.metadata import as_in_queries

__all__ = ["TAP_SCHEMA", "TapSchemaStore"]

_LOCK = 0x5DA_0802
_KEYS = {
    "tables": ForeignKey("tap_schema.schemas", (("schema_name", "schema_name"),), "The schema it is in."),
    "columns": ForeignKey("tap_schema.tables", (("table_name", "table_name"),), "The table it is in."),
    "key_columns": ForeignKey("tap_schema.keys", (("key_id", "key_id"),), "The key it is part of."),
}
_BOTH_ENDS = (
    ForeignKey("tap_schema.tables", (("from_table", "table_name"),), "The table that points."),
    ForeignKey("tap_schema.tables", (("target_table", "table_name"),), "The table that is pointed to."),
)


def _number(name: str, description: str) -> Column:
    return own(name, Datatype.INT, description)


_SCHEMA_NAME = words("schema_name", "Name of the schema.")
_TABLE_NAME = words("table_name", "Name of the table, with its schema.")
_UTYPE = words("utype", "Utype, where there is one.")
_DESCRIPTION = words("description", "What it is.")
_KEY_ID = words("key_id", "Name of the foreign key.")
_COLUMNS: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    "schemas": (
        "Schemas that can be asked.",
        (_SCHEMA_NAME, _UTYPE, _DESCRIPTION, _number("schema_index", "Place in lists.")),
    ),
    "tables": (
        "Tables that can be asked.",
        (
            _SCHEMA_NAME,
            _TABLE_NAME,
            words("table_type", "table or view."),
            _UTYPE,
            _DESCRIPTION,
            _number("table_index", "Place in lists."),
        ),
    ),
    "columns": (
        "Columns that can be asked.",
        (
            _TABLE_NAME,
            words("column_name", "Name of the column, as queries write it."),
            words("datatype", "Datatype, in VOTable's words."),
            words("arraysize", "Arraysize, in VOTable's words; NULL for a scalar."),
            words("xtype", "Finer type, where there is one."),
            _number("size", "Length, where it is fixed; arraysize tells more."),
            _DESCRIPTION,
            _UTYPE,
            words("unit", "Unit."),
            words("ucd", "UCD."),
            _number("indexed", "1 where an index finds its values."),
            _number("principal", "1 for those that matter most."),
            _number("std", "1 where a standard defines it."),
            _number("column_index", "Place in lists."),
        ),
    ),
    "keys": (
        "Foreign keys: how tables are joined.",
        (
            _KEY_ID,
            words("from_table", "The table that points."),
            words("target_table", "The table that is pointed to."),
            _DESCRIPTION,
            _UTYPE,
        ),
    ),
    "key_columns": (
        "Columns of the foreign keys.",
        (
            _KEY_ID,
            words("from_column", "The column that points."),
            words("target_column", "The column that is pointed to."),
        ),
    ),
}


def _table(name: str, description: str, columns: tuple[Column, ...]) -> Table:
    names = [column.name for column in columns]
    keys = _BOTH_ENDS if name == "keys" else (_KEYS[name],) if name in _KEYS else ()
    return Table(
        schema="tap_schema",
        name=name,
        sql=f"tap_schema.{name}",
        columns=with_flags(columns, principal=names, std=names),
        foreign_keys=keys,
        description=description,
    )


TAP_SCHEMA = tuple(_table(name, *described) for name, described in _COLUMNS.items())


class TapSchemaStore:
    """The tables of the schema ``tap_schema``."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def write(self, schemas: Mapping[str, str], tables: Sequence[Table]) -> bool:
        """Describe these and nothing else; say whether anything was to be changed.

        Parameters
        ----------
        schemas
            Descriptions by name, in their order.
        """
        rows = _rows(schemas, tables)
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if self._session.scalar(text("SELECT obj_description('tap_schema'::regnamespace)")) == digest:
            return False
        # The other tables go with it.
        self._session.execute(text("DELETE FROM tap_schema.schemas"))
        for name, listed in rows.items():
            _insert(self._session, name, listed)
        self._session.execute(text(f"COMMENT ON SCHEMA tap_schema IS '{digest}'"))
        return True


def _insert(session: Session, name: str, rows: list[dict[str, object]]) -> None:
    if rows:
        columns = list(rows[0])
        names = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(f":{column}" for column in columns)
        session.execute(text(f"INSERT INTO tap_schema.{name} ({names}) VALUES ({values})"), rows)  # noqa: S608


def _rows(schemas: Mapping[str, str], tables: Sequence[Table]) -> dict[str, list[dict[str, object]]]:
    names = {table.full_name for table in tables}
    keys = [
        (f"{table.full_name}:{number}", table, key)
        for table in tables
        for number, key in enumerate(table.foreign_keys, 1)
        if key.target in names
    ]
    return {
        "schemas": [
            {"schema_name": name, "description": description, "schema_index": index}
            for index, (name, description) in enumerate(schemas.items(), 1)
        ],
        "tables": [_table_row(table, index) for index, table in enumerate(tables, 1)],
        "columns": [
            _column_row(table, column, index) for table in tables for index, column in enumerate(table.columns, 1)
        ],
        "keys": [
            {
                "key_id": key_id,
                "from_table": table.full_name,
                "target_table": key.target,
                "description": key.description,
            }
            for key_id, table, key in keys
        ],
        "key_columns": [
            {"key_id": key_id, "from_column": as_in_queries(here), "target_column": as_in_queries(there)}
            for key_id, _, key in keys
            for here, there in key.columns
        ],
    }


def _table_row(table: Table, index: int) -> dict[str, object]:
    return {
        "schema_name": table.schema,
        "table_name": table.full_name,
        "table_type": table.kind,
        "utype": table.utype or None,
        "description": table.description or None,
        "table_index": index,
    }


def _column_row(table: Table, column: Column, index: int) -> dict[str, object]:
    field = column.field
    return {
        "table_name": table.full_name,
        "column_name": as_in_queries(field.name),
        "datatype": field.datatype.value,
        "arraysize": field.arraysize or None,
        "xtype": field.xtype or None,
        "size": int(field.arraysize) if field.arraysize.isdecimal() else None,
        "description": field.description or None,
        "utype": field.utype or None,
        "unit": field.unit or None,
        "ucd": field.ucd or None,
        "indexed": int(column.is_indexed),
        "principal": int(column.is_principal),
        "std": int(column.is_std),
        "column_index": index,
    }
