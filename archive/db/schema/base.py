# SPDX-License-Identifier: BSD-3-Clause
"""What every table stands on: names of constraints, and the facts that each column carries."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, cast

from sqlalchemy import BigInteger, Column, DateTime, Double, MetaData
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import Text

__all__ = ["Base", "ColumnFacts", "facts", "facts_of"]


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: Text,
        float: Double,
        int: BigInteger,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
        list[int]: ARRAY(BigInteger),
        list[float]: ARRAY(Double),
        dict[str, object]: JSONB,
        list[dict[str, object]]: JSONB,
    }


@dataclass(frozen=True)
class ColumnFacts:
    """What forms, help pages, VOTable fields, TAP_SCHEMA and the JSON API derive from.

    Parameters
    ----------
    label
        Short name for people.
    description
        One sentence.
    unit
        VOUnits text; empty for pure numbers and strings.
    ucd
        UCD1+ words.
    utype
        ObsCore utype where there is one.
    group
        Heading under which forms list it; empty keeps it out of forms, answers and help.
    choices
        Names of a closed vocabulary.
    """

    label: str
    description: str
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()


def facts(
    label: str,
    description: str,
    *,
    unit: str = "",
    ucd: str = "",
    utype: str = "",
    group: str = "",
    choices: tuple[str, ...] = (),
) -> dict[str, ColumnFacts]:
    """Make the `info` of a column."""
    return {"facts": ColumnFacts(label, description, unit, ucd, utype, group, choices)}


def facts_of(column: Column[object]) -> ColumnFacts:
    """Give the facts of a column; each has them, by test."""
    return cast("ColumnFacts", column.info["facts"])
