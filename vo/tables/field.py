# SPDX-License-Identifier: BSD-3-Clause
"""Fields: what a column of a table is, whatever the form it is written in."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Datatype", "Field"]


class Datatype(StrEnum):
    """What a column's values are, as Python has them; each writer knows its own words."""

    TEXT = "text"
    LONG = "long"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    # Dates and aware times; written in UTC without a zone (DALI 1.1 §3.3.3).
    TIMESTAMP = "timestamp"


@dataclass(frozen=True)
class Field:
    """One column.

    Parameters
    ----------
    xtype
        DALI's finer type, such as ``mjd``; empty for none.
    """

    name: str
    datatype: Datatype
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    description: str = ""
    xtype: str = ""
