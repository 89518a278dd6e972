# SPDX-License-Identifier: BSD-3-Clause
"""Columns of published tables, described by the facts that the archive's own columns carry."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Double
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from archive.db.schema import facts_of
from archive.domain.frames import frame_of
from vo.adql import Column
from vo.tables import Datatype, Field

__all__ = ["of", "own", "short_of", "text", "with_flags"]

_KINDS: tuple[tuple[type[TypeEngine[Any]], tuple[Datatype, str, str]], ...] = (
    (BigInteger, (Datatype.LONG, "", "")),
    (Double, (Datatype.DOUBLE, "", "")),
    (Boolean, (Datatype.BOOLEAN, "", "")),
    (Date, (Datatype.CHAR, "*", "timestamp")),
    (DateTime, (Datatype.CHAR, "*", "timestamp")),
    (ARRAY, (Datatype.LONG, "*", "")),
)
_TEXT = (Datatype.UNICODE_CHAR, "*", "")
_QUOTED = frozenset({"size"})


def of(attribute: InstrumentedAttribute[Any], name: str = "", **changes: Any) -> Column:  # noqa: ANN401 -- of Field
    """Describe a column that a view gives as it is.

    Parameters
    ----------
    name
        In the view, where it differs.
    changes
        Parts of `Field` that a standard wants otherwise.
    """
    column = attribute.property.columns[0]
    facts = facts_of(column)
    datatype, arraysize, xtype = next((kind for sql, kind in _KINDS if isinstance(column.type, sql)), _TEXT)
    field = Field(
        name or column.name,
        datatype,
        arraysize,
        unit=facts.unit,
        ucd=facts.ucd,
        utype=facts.utype,
        description=facts.description,
        xtype=xtype,
        frame=frame_of(facts.ucd, facts.unit),
    )
    return _column(replace(field, **changes) if changes else field)


def short_of(attribute: InstrumentedAttribute[Any], name: str = "") -> Column:
    """Describe a column of whole numbers that a view gives as an ``integer``."""
    column = of(attribute, name)
    return replace(column, field=replace(column.field, datatype=Datatype.INT))


def own(name: str, datatype: Datatype, description: str, *, unit: str = "", ucd: str = "", utype: str = "") -> Column:
    """Describe a column that only the view has."""
    arraysize = "*" if datatype.is_text else ""
    return _column(Field(name, datatype, arraysize, unit=unit, ucd=ucd, utype=utype, description=description))


def text(name: str, description: str, *, ucd: str = "", utype: str = "") -> Column:
    """Describe a column of text that only the view has."""
    return own(name, Datatype.UNICODE_CHAR, description, ucd=ucd, utype=utype)


def with_flags(
    columns: Iterable[Column],
    *,
    indexed: Iterable[str] = (),
    principal: Iterable[str] = (),
    std: Iterable[str] = (),
    lowered: Iterable[str] = (),
) -> tuple[Column, ...]:
    """Say which columns are quickly found (in small letters, too), which matter most, and which are a standard's."""
    found, first, standard, small = frozenset(indexed), frozenset(principal), frozenset(std), frozenset(lowered)
    return tuple(
        replace(
            column,
            is_indexed=column.name in found,
            is_principal=column.name in first,
            is_std=column.name in standard,
            is_lowered=column.name in small,
        )
        for column in columns
    )


def _column(field: Field) -> Column:
    return Column(field, f'"{field.name}"' if field.name in _QUOTED else field.name)
