# SPDX-License-Identifier: BSD-3-Clause
"""Types of values while a query is written, and what they are in VOTable and in PostgreSQL."""

from enum import Enum

from vo.tables import Datatype, Field

__all__ = ["SHAPE_XTYPES", "Type", "common_type", "storage_of", "type_of"]


class Type(Enum):
    """What a value is."""

    SHORT = 1
    INT = 2
    LONG = 3
    FLOAT = 4
    DOUBLE = 5
    TEXT = 6
    TIMESTAMP = 7
    BOOLEAN = 8
    NULL = 9
    SHAPE = 10
    ARRAY = 11

    @property
    def is_number(self) -> bool:
        """Whether one can reckon with it."""
        return self.value <= 5

    @property
    def is_integer(self) -> bool:
        """Whether it is a whole number."""
        return self.value <= 3

    @property
    def word(self) -> str:
        """What it is called in messages."""
        return "a number" if self.is_number else _WORDS[self]


_WORDS = {
    Type.TEXT: "text",
    Type.TIMESTAMP: "a time",
    Type.BOOLEAN: "true or false",
    Type.NULL: "NULL",
    Type.SHAPE: "a shape on the sky",
    Type.ARRAY: "an array",
}
_OF_DATATYPE = {
    Datatype.BOOLEAN: Type.BOOLEAN,
    Datatype.UNSIGNED_BYTE: Type.SHORT,
    Datatype.SHORT: Type.SHORT,
    Datatype.INT: Type.INT,
    Datatype.LONG: Type.LONG,
    Datatype.FLOAT: Type.FLOAT,
    Datatype.DOUBLE: Type.DOUBLE,
}
_STORAGE = {
    Type.SHORT: (Datatype.SHORT, "", "", "int2"),
    Type.INT: (Datatype.INT, "", "", "int4"),
    Type.LONG: (Datatype.LONG, "", "", "int8"),
    Type.FLOAT: (Datatype.FLOAT, "", "", "float4"),
    Type.DOUBLE: (Datatype.DOUBLE, "", "", "float8"),
    Type.TEXT: (Datatype.UNICODE_CHAR, "*", "", "text"),
    Type.TIMESTAMP: (Datatype.CHAR, "*", "timestamp", "timestamp"),
    Type.BOOLEAN: (Datatype.BOOLEAN, "", "", "boolean"),
    Type.NULL: (Datatype.UNICODE_CHAR, "*", "", "text"),
    Type.SHAPE: (Datatype.DOUBLE, "*", "", "float8[]"),
    Type.ARRAY: (Datatype.DOUBLE, "*", "", "float8[]"),
}
SHAPE_XTYPES = {
    "point": "point",
    "circle": "circle",
    "polygon": "polygon",
    "moc": "moc",
    "adql:point": "text",
    "adql:circle": "text",
    "adql:polygon": "text",
    "adql:region": "text",
    "region": "text",
    "stc": "text",
    "stc-s": "text",
    "shape": "text",
}
"""The form in which a column of shapes is stored: an array of degrees, or text."""


def type_of(field: Field) -> Type:
    """Tell what the values of a column are."""
    if field.xtype and field.xtype.lower() in SHAPE_XTYPES:
        return Type.SHAPE
    if field.is_timestamp:
        return Type.TIMESTAMP
    if field.is_text:
        return Type.TEXT
    return Type.ARRAY if field.is_array else _OF_DATATYPE[field.datatype]


def storage_of(kind: Type) -> tuple[Datatype, str, str, str]:
    """Give VOTable's datatype, arraysize and xtype, and the PostgreSQL type."""
    return _STORAGE[kind]


def common_type(one: Type, other: Type) -> Type | None:
    """Give the type of values that may be of either; None if there is none."""
    if one is other or other is Type.NULL:
        return one
    if one is Type.NULL:
        return other
    if one.is_number and other.is_number:
        wider = max(one, other, key=lambda kind: kind.value)
        # Single precision cannot hold what int and long hold.
        loses = wider is Type.FLOAT and (Type.INT in {one, other} or Type.LONG in {one, other})
        return Type.DOUBLE if loses else wider
    # What is written as text may be a time.
    return Type.TIMESTAMP if {one, other} == {Type.TEXT, Type.TIMESTAMP} else None
