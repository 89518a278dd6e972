# SPDX-License-Identifier: BSD-3-Clause
"""Catalogues of objects as tables that queries may name, in the order of their places on the sky."""

import secrets
from collections.abc import Sequence
from dataclasses import MISSING, asdict, fields
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, select, text
from sqlalchemy.engine import Connection

from archive.db.schema import CatalogueRow
from archive.db.session import UnitOfWork
from archive.db.tap.positions import HPX29, position_of, with_cells
from archive.db.tap.published import describe_all
from archive.db.tap.uploads import column_definitions, copy_in
from archive.db.tap.walls import TAP_ROLE
from vo.tables import Field, binary_copy
from vo.tables.uploads import UploadedTable

__all__ = ["CatalogueStore"]

_IDENTIFIERS = ("id", "source_id", "object_id", "objid", "obj_id")
"""What columns of numbers that identify are called where no UCD says it, as in CSV."""

_PRINCIPAL = 12
"""Columns at the beginning of a table are taken for those that matter most."""


class CatalogueStore:
    """The tables of the schema ``catalogues``, and what is known of them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def relation_of(self, name: str) -> str | None:
        """Give the relation that holds a catalogue; None if there is none of this name."""
        return self._session.scalar(select(CatalogueRow.relation).where(CatalogueRow.name == name))

    def add(self, uow: UnitOfWork, name: str, description: str, table: UploadedTable, now: datetime) -> int:
        """Store a catalogue in the place of one of the same name, of which the relation stays; give its rows."""
        connection = self._session.connection()
        relation = f"{name[:40]}_{secrets.token_hex(6)}"
        position = position_of(table.fields)
        rows = _fill(connection, relation, table, position)
        found = _indexed(connection, relation, table.fields)
        places = set(position or ())
        self._session.execute(delete(CatalogueRow).where(CatalogueRow.name == name))
        self._session.add(
            CatalogueRow(
                name=name,
                description=description,
                n_rows=rows,
                loaded=now,
                relation=relation,
                columns=[
                    {
                        "field": _as_json(field),
                        "is_indexed": number in found or number in places,
                        "is_principal": number in found or number in places or number < _PRINCIPAL,
                    }
                    for number, field in enumerate(table.fields)
                ],
                ra=table.fields[position[0]].name if position else None,
                dec=table.fields[position[1]].name if position else None,
                hpx29=HPX29.name if position else None,
            )
        )
        self._session.flush()
        describe_all(uow)
        return rows

    def forget(self, uow: UnitOfWork, name: str) -> None:
        """Have queries know it no more; its relation stays."""
        self._session.execute(delete(CatalogueRow).where(CatalogueRow.name == name))
        describe_all(uow)

    def drop_forgotten(self) -> None:
        """Drop the relations of which queries know no more, once those that read them are done."""
        known = select(CatalogueRow.relation)
        names = set(self._session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'catalogues'")))
        for name in sorted(names - set(self._session.scalars(known))):
            self._session.execute(text(f'DROP TABLE IF EXISTS catalogues."{name}"'))


def _fill(connection: Connection, relation: str, table: UploadedTable, position: tuple[int, int] | None) -> int:
    """Make the relation; where there are positions, in the order of their cells."""
    run = connection.exec_driver_sql
    names = f'catalogues."{relation}"'
    if position is None:
        run(f"CREATE TABLE {names} ({column_definitions(table.fields)})")
        rows = copy_in(connection, names, binary_copy(table.batches, table.fields))
    else:
        cells = f"c{len(table.fields) + 1}"
        every = (*table.fields, HPX29)
        run(f"CREATE TEMPORARY TABLE loading ({column_definitions(every)}) ON COMMIT DROP")
        rows = copy_in(connection, "loading", binary_copy(with_cells(table.batches, position), every))
        run("SET LOCAL work_mem = '256MB'")
        run("SET LOCAL maintenance_work_mem = '256MB'")
        run(f"CREATE TABLE {names} AS SELECT * FROM loading ORDER BY {cells}")  # noqa: S608 -- names are ours
        run(f"ALTER TABLE {names} RENAME COLUMN {cells} TO {HPX29.name}")
        run(f"CREATE INDEX ON {names} ({HPX29.name})")
    run(f"GRANT SELECT ON {names} TO {TAP_ROLE}")
    return rows


def _indexed(connection: Connection, relation: str, listed: Sequence[Field]) -> set[int]:
    """Make indexes on identifiers, and the statistics; give the places of the columns that have one."""
    found = _identifiers(listed)
    for number in sorted(found):
        kind = " text_pattern_ops" if listed[number].is_text else ""
        connection.exec_driver_sql(f'CREATE INDEX ON catalogues."{relation}" (c{number + 1}{kind})')
    connection.exec_driver_sql(f'ANALYZE catalogues."{relation}"')
    return found


def _identifiers(listed: Sequence[Field]) -> set[int]:
    """Give the places of the columns that hold identifiers: by UCD, else the first that is called like one."""
    fit = {n: field for n, field in enumerate(listed) if not (field.is_array or field.is_timestamp)}
    words = {number: field.ucd.lower().split(";") for number, field in fit.items()}
    found = {n for n, ucd in words.items() if ucd[0] == "meta.id" and (len(ucd) == 1 or "meta.main" in ucd)}
    if found:
        return found
    called = (n for n, field in fit.items() if field.name.lower() in _IDENTIFIERS and field.datatype.is_integer)
    return set(islice(called, 1))


def _as_json(field: Field) -> dict[str, object]:
    """Give what differs from the defaults of a field."""
    plain = {each.name: each.default for each in fields(Field) if each.default is not MISSING}
    values = {name: value for name, value in asdict(field).items() if name not in plain or value != plain[name]}
    return values | {"datatype": field.datatype.value}
