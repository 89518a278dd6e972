# SPDX-License-Identifier: BSD-3-Clause
"""The columns that can be searched, derived from the facts that the tables carry."""

from typing import Any, cast

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Double, Select, Table, and_
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import TypeEngine

from archive.db.schema import Base, ObservationRow, ProductRow, ProgramRow, facts_of
from archive.db.visibility import program_known_to
from archive.domain.access import Caller
from archive.domain.search import PARAMETERS, ColumnType, SearchColumn, SearchColumns

__all__ = ["ATTRIBUTES", "from_products", "search_columns"]

_TYPES: tuple[tuple[type[TypeEngine[Any]], ColumnType], ...] = (
    (BigInteger, ColumnType.INTEGER),
    (Double, ColumnType.FLOAT),
    (Date, ColumnType.DATE),
    (DateTime, ColumnType.TIME),
    (Boolean, ColumnType.BOOLEAN),
)


def _listed(rows: tuple[type[Base], ...]) -> dict[str, InstrumentedAttribute[object]]:
    attributes: dict[str, InstrumentedAttribute[object]] = {}
    for row in rows:
        for column in cast("Table", row.__table__).columns:
            if facts_of(column).group:
                if column.name in attributes:
                    raise TypeError(f"two searchable columns are called {column.name}")
                attributes[column.name] = getattr(row, column.name)
    return attributes


# A program as far as the caller may know it: no row where its metadata are private. Its id stands
# on each of its files, so that it is known with them.
_KNOWN_PROGRAM = aliased(ProgramRow, name="known_program")
# What a search's columns are in the database: a column is searchable when its facts name a group.
ATTRIBUTES = {
    name: getattr(_KNOWN_PROGRAM, name) if attribute.class_ is ProgramRow and name != "propid" else attribute
    for name, attribute in _listed((ProductRow, ObservationRow, ProgramRow)).items()
}


def from_products(statement: "Select[*tuple[Any, ...]]", caller: Caller) -> "Select[*tuple[Any, ...]]":
    """Give the statement the joins that `ATTRIBUTES` stand on, with programs as the caller may know them."""
    return (
        statement.select_from(ProductRow)
        .outerjoin(ObservationRow, ObservationRow.id == ProductRow.observation_id)
        .outerjoin(ProgramRow, ProgramRow.id == ProductRow.program_id)
        .outerjoin(
            _KNOWN_PROGRAM,
            and_(_KNOWN_PROGRAM.id == ProductRow.program_id, program_known_to(caller, _KNOWN_PROGRAM)),
        )
    )


def search_columns() -> SearchColumns:
    """Describe the searchable columns for the rooms that know no database."""
    return SearchColumns(tuple(_described(attribute) for attribute in ATTRIBUTES.values()))


def _described(attribute: InstrumentedAttribute[object]) -> SearchColumn:
    column: Column[object] = attribute.property.columns[0]
    facts = facts_of(column)
    own = (parameter.name for parameter in PARAMETERS if parameter.columns == (column.name,))
    return SearchColumn(
        name=column.name,
        parameter=next(own, column.name),
        type=_type_of(column),
        label=facts.label,
        description=facts.description,
        unit=facts.unit,
        ucd=facts.ucd,
        utype=facts.utype,
        group=facts.group,
        choices=tuple(str(choice) for choice in facts.choices),
    )


def _type_of(column: Column[object]) -> ColumnType:
    facts = facts_of(column)
    if isinstance(column.type, Double) and facts.unit == "d" and facts.ucd.startswith(("time.start", "time.end")):
        return ColumnType.MJD
    return next((kind for sql, kind in _TYPES if isinstance(column.type, sql)), ColumnType.TEXT)
