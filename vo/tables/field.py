# SPDX-License-Identifier: BSD-3-Clause
"""Fields: what a column of a table is, in VOTable's own words, whatever the form it is written in."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from vo.tables.frames import Frame

__all__ = ["Datatype", "Field"]

# VOTable 1.4 §2.2: all dimensions but the last are fixed; the last may be variable, with or without a bound.
_ARRAYSIZE = re.compile(r"(?:[1-9]\d{0,8}x)*(?:[1-9]\d{0,8}\*?|\*)")


class Datatype(StrEnum):
    """The primitives of a column (VOTable 1.4 §2.1), but bit and the complex ones.

    Text that may hold any character is `UNICODE_CHAR` with arraysize ``*``, since `CHAR` is ASCII
    until VOTable 1.5; times are `CHAR` with arraysize ``*`` and xtype ``timestamp``.
    """

    BOOLEAN = "boolean"
    UNSIGNED_BYTE = "unsignedByte"
    SHORT = "short"
    INT = "int"
    LONG = "long"
    FLOAT = "float"
    DOUBLE = "double"
    CHAR = "char"
    UNICODE_CHAR = "unicodeChar"

    @property
    def is_text(self) -> bool:
        """Whether its values are characters."""
        return self in {Datatype.CHAR, Datatype.UNICODE_CHAR}

    @property
    def is_integer(self) -> bool:
        """Whether its values are whole numbers."""
        return self in {Datatype.UNSIGNED_BYTE, Datatype.SHORT, Datatype.INT, Datatype.LONG}

    @property
    def is_float(self) -> bool:
        """Whether its values are floating point numbers."""
        return self in {Datatype.FLOAT, Datatype.DOUBLE}


@dataclass(frozen=True)
class Field:
    """One column.

    Parameters
    ----------
    arraysize
        As in VOTable (§2.2): empty for a scalar, ``*``, ``12``, ``12*``, ``3x2*``; a character
        string is an array of characters.
    xtype
        DALI's finer type, such as ``timestamp``, ``mjd``, ``polygon`` or ``adql:REGION``.
    id
        The XML ID by which others may refer to it; empty for none.
    null
        The whole number that stands for NULL where a form has no other way of saying it; by
        default the least of its type.
    frame
        What positions or times in it are counted in, where that is known.

    Raises
    ------
    ValueError
        If `arraysize` is none.
    """

    name: str
    datatype: Datatype
    arraysize: str = ""
    unit: str = ""
    ucd: str = ""
    utype: str = ""
    description: str = ""
    xtype: str = ""
    id: str = ""
    null: int | None = None
    frame: Frame | None = None

    def __post_init__(self) -> None:
        if self.arraysize and not _ARRAYSIZE.fullmatch(self.arraysize):
            raise ValueError(f"{self.arraysize!r} is no arraysize")

    @property
    def is_text(self) -> bool:
        """Whether a value is a character or a string of them."""
        return self.datatype.is_text

    @property
    def is_timestamp(self) -> bool:
        """Whether a value is a time in ISO 8601 (DALI 1.1 §3.3.3)."""
        return self.is_text and self.xtype in {"timestamp", "adql:TIMESTAMP"}

    @property
    def is_array(self) -> bool:
        """Whether a value is several numbers or truth values; strings are none."""
        return not self.is_text and self.arraysize not in {"", "1"}

    @property
    def length(self) -> int | None:
        """How many primitives a value has; None where this differs from row to row."""
        if self.arraysize.endswith("*"):
            return None
        return math.prod(int(size) for size in self.arraysize.split("x")) if self.arraysize else 1

    @property
    def null_number(self) -> int:
        """The whole number for NULL where a form needs one: `null`, else the least of the type.

        An unsigned byte takes its greatest, since 0 is common. Other types than integers have none: 0.
        """
        if self.null is not None:
            return self.null
        bits = {Datatype.SHORT: 16, Datatype.INT: 32, Datatype.LONG: 64}.get(self.datatype)
        return -(2 ** (bits - 1)) if bits else 255 if self.datatype is Datatype.UNSIGNED_BYTE else 0
