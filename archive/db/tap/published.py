# SPDX-License-Identifier: BSD-3-Clause
"""All tables that queries may name: those of the archive itself, and the catalogues that were loaded."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import select, text

from archive.db.schema import CatalogueRow
from archive.db.session import Database, UnitOfWork
from archive.db.tap.holdings import HOLDINGS
from archive.db.tap.obscore import OBSCORE
from archive.db.tap.tapschema import TAP_SCHEMA, TapSchemaStore
from archive.domain.access import Caller
from vo.adql import Column, PositionIndex, Table, TableMap
from vo.tables import Datatype, Field, frame_from

__all__ = ["SCHEMAS", "PublishedTables", "describe_all"]

SCHEMAS = {
    "ivoa": "Tables of the data models of the IVOA.",
    "archive": "The holdings of the archive.",
    "catalogues": "Catalogues of objects.",
    "tap_schema": "The description of the tables.",
}


# Published views, and the tables whose rows they give.
_COUNTED = {
    "ivoa.obscore": "product",
    "archive.files": "product",
    "archive.observations": "observation",
    "archive.hdus": "hdu",
    "archive.programs": "program",
    "archive.nights": "night",
}
_LEAST_COUNTED = 1_000
_TABLES = ", ".join(f"'{name}'::regclass" for name in dict.fromkeys(_COUNTED.values()))
# All that tables depend on, asked for by each query and therefore in one go.
_STAMP = text(
    "(SELECT name, relation, NULL AS rows FROM catalogue ORDER BY name) UNION ALL"  # noqa: S608 -- names of ours
    f" (SELECT relname, NULL, reltuples FROM pg_class WHERE oid = ANY (ARRAY[{_TABLES}])"
    f" AND reltuples >= {_LEAST_COUNTED} ORDER BY relname)"
)


class PublishedTables:
    """Gives the tables that queries may name, the same for every caller; rows are another matter."""

    def __init__(self, *, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._stamp: object = None
        self._tables = TableMap(())

    def __call__(self, caller: Caller) -> TableMap:  # noqa: ARG002 -- what vo.tap hands on
        """Give the tables."""
        with self._database.begin() as uow:
            stamp = uow.session.execute(_STAMP).all()
            with self._lock:
                if stamp != self._stamp:
                    self._tables, self._stamp = TableMap(_sized(_tables(uow), _sizes(stamp))), stamp
                return self._tables


def describe_all(uow: UnitOfWork) -> bool:
    """Write TAP_SCHEMA; say whether anything was to be changed."""
    tables = _tables(uow)
    filled = {table.schema for table in tables}
    return TapSchemaStore(uow).write({name: words for name, words in SCHEMAS.items() if name in filled}, tables)


def _tables(uow: UnitOfWork) -> tuple[Table, ...]:
    rows = uow.session.scalars(select(CatalogueRow).order_by(CatalogueRow.name))
    return (OBSCORE, *HOLDINGS, *(_catalogue(row) for row in rows), *TAP_SCHEMA)


def _sizes(stamp: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Give about how many rows tables have, by what the database noted of them last; of small ones that is not known.

    Two digits are enough to plan by, and tell nothing of single files that somebody may not know of.
    """
    return {name: int(float(f"{rows:.1e}")) for name, _, rows in stamp if rows is not None}


def _sized(tables: tuple[Table, ...], sizes: Mapping[str, int]) -> tuple[Table, ...]:
    return tuple(replace(each, rows=sizes.get(_COUNTED.get(each.full_name, ""), each.rows)) for each in tables)


def _catalogue(row: CatalogueRow) -> Table:
    has_places = row.ra is not None and row.dec is not None and row.hpx29 is not None
    return Table(
        schema="catalogues",
        name=row.name,
        sql=f'catalogues."{row.relation}"',
        columns=tuple(_column(described, number) for number, described in enumerate(row.columns, 1)),
        positions=(PositionIndex(row.ra or "", row.dec or "", row.hpx29 or ""),) if has_places else (),
        description=row.description,
        rows=row.n_rows,
    )


def _column(described: Mapping[str, object], number: int) -> Column:
    facts = {**cast("dict[str, Any]", described["field"])}
    frame = facts.get("frame")
    field = Field(**facts | {"datatype": Datatype(facts["datatype"]), "frame": frame_from(frame) if frame else None})
    return Column(
        field,
        f"c{number}",
        is_indexed=bool(described["is_indexed"]),
        is_principal=bool(described["is_principal"]),
    )
