# SPDX-License-Identifier: BSD-3-Clause
"""The doors by which rows come from PostgreSQL in bulk, and how its SELECT list is written for each."""

from enum import StrEnum

from vo.tables.field import Datatype, Field

__all__ = ["Door", "copy_expression", "sql_type"]

_SQL_TYPES = {
    Datatype.BOOLEAN: "boolean",
    Datatype.UNSIGNED_BYTE: "smallint",
    Datatype.SHORT: "smallint",
    Datatype.INT: "integer",
    Datatype.LONG: "bigint",
    Datatype.FLOAT: "real",
    Datatype.DOUBLE: "double precision",
}


class Door(StrEnum):
    """The form in which rows come: of COPY's output, or as Arrow batches."""

    TEXT = "text"
    CSV = "csv"
    TSV = "tsv"
    BATCHES = "batches"

    @property
    def copy_options(self) -> str:
        """The options of ``COPY … TO STDOUT (…)``; batches come by ADBC and not so."""
        return {
            Door.TEXT: "FORMAT text",
            Door.CSV: "FORMAT csv",
            Door.TSV: "FORMAT csv, DELIMITER E'\\t'",
            Door.BATCHES: "FORMAT binary",
        }[self]


def sql_type(field: Field) -> str:
    """Give PostgreSQL's type for the values of a field; regions are arrays of numbers or text, as they come."""
    if field.is_text:
        return "timestamp" if field.is_timestamp else "text"
    return _SQL_TYPES[field.datatype] + ("[]" if field.is_array else "")


def copy_expression(field: Field, sql: str, door: Door) -> str:
    """Write one column of the SELECT list so that it comes as its field says.

    The session's ``TimeZone`` must be UTC, its ``DateStyle`` ISO and its ``extra_float_digits``
    1 or more.

    Parameters
    ----------
    sql
        The column's expression, trusted.

    Notes
    -----
    A cast to the type that a value has already costs nothing. Times become text by replacement
    instead of ``to_char``, which is slower and loses infinity.
    """
    if field.is_text:
        return _text(field, sql, door)
    if field.is_array:
        array = f"({sql})::{sql_type(field)}"
        if door is Door.BATCHES:
            return array
        return f"array_to_string({array}, ' ', '{_missing(field)}')"
    cast = f"({sql})::{sql_type(field)}"
    # COPY itself would write t and f.
    return f"{cast}::text" if field.datatype is Datatype.BOOLEAN and door is not Door.BATCHES else cast


def _text(field: Field, sql: str, door: Door) -> str:
    if not field.is_timestamp:
        return f"({sql})::text"
    if door is Door.BATCHES:
        return sql
    return f"replace(replace(({sql})::text, ' ', 'T'), '+00', '')"


def _missing(field: Field) -> str:
    """Give the word for an element of an array that is NULL."""
    return "NaN" if field.datatype.is_float else "?" if field.datatype is Datatype.BOOLEAN else str(field.null_number)
