# SPDX-License-Identifier: BSD-3-Clause
"""Columns of text made into what their fields say, as VOTable's TABLEDATA writes it (VOTable 1.4 §6)."""

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.arrow import arrow_type, flattened
from vo.tables.field import Datatype, Field
from vo.tables.uploads.upload import UploadError

__all__ = ["as_text", "as_times", "typed"]

_TRUE, _FALSE, _NONE = ["t", "1", "true"], ["f", "0", "false"], ["", "?"]
_TIME = pa.timestamp("us")
# Python would take 1_000 and the digits of all scripts.
_NUMBER = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|[0-9.]+(?:[eE][+-]?[0-9]+)?|NaN|Inf(?:inity)?)", re.IGNORECASE)


def typed(text: pa.Array, field: Field) -> pa.Array:
    """Read a column of text; an empty cell is NULL.

    Raises
    ------
    UploadError
        If a value is none of its type; names it.
    """
    if field.is_text:
        return as_text(text, field, empty_is_null=True)
    text = pc.utf8_trim_whitespace(text)
    present = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if not field.is_array:
        return _primitives(present, field)
    lists = pc.utf8_split_whitespace(present)
    offsets, parts = flattened(lists)
    if field.length is not None and not _all_have(lists, field.length):
        raise UploadError(f"Column {field.name!r}: a value has not {field.length} elements.")
    values = _primitives(parts, field)
    mask = present.is_null() if present.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values, mask=mask)


def as_text(text: pa.Array, field: Field, *, empty_is_null: bool) -> pa.Array:
    """Read strings, which end at the first NUL, and times.

    Raises
    ------
    UploadError
        If a time is none.
    """
    if pc.any(pc.match_substring(text, "\x00"), min_count=0).as_py():
        text = pc.replace_substring_regex(text, r"(?s)\x00.*", "")
    if field.is_timestamp:
        return as_times(text, field)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text) if empty_is_null else text


def as_times(text: pa.Array, field: Field) -> pa.Array:
    """Read ISO 8601 times (DALI 1.1 §3.3.3); a Z at the end is right but needless.

    Raises
    ------
    UploadError
        If one is no time.
    """
    plain = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), "[Zz]$", "")
    plain = pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)
    # Finer than microseconds is more than the database keeps.
    plain = pc.replace_substring_regex(plain, r"(\.\d{6})\d+$", r"\1")
    try:
        return plain.cast(_TIME)
    except pa.ArrowInvalid as error:
        raise _wrong(plain, field, lambda value: pa.array([value]).cast(_TIME)) from error


def _all_have(lists: pa.Array, length: int) -> bool:
    return bool(pc.all(pc.equal(pc.list_value_length(lists), length), min_count=0).as_py())


def _primitives(text: pa.Array, field: Field) -> pa.Array:
    if field.datatype is Datatype.BOOLEAN:
        return _truths(text, field)
    kind = arrow_type(field)
    kind = kind.value_type if pa.types.is_list(kind) else kind
    try:
        values = text.cast(kind)
    except pa.ArrowInvalid:
        values = _unusual(text, field, kind)
    if field.null is not None and field.datatype.is_integer:
        values = pc.if_else(pc.equal(values, field.null), pa.scalar(None, kind), values)
    return values


def _unusual(text: pa.Array, field: Field, kind: pa.DataType) -> pa.Array:
    """Read what Arrow does not: signs of plus, hexadecimal numbers."""
    plain = pc.replace_substring_regex(text, r"^\+", "")
    try:
        return plain.cast(kind)
    except pa.ArrowInvalid as error:
        read: Callable[[str], float] = _integer if field.datatype.is_integer else _real
        try:
            return pa.array([None if value is None else read(value) for value in plain.to_pylist()], kind)
        except (ValueError, OverflowError, pa.ArrowException):
            raise _wrong(plain, field, lambda value: pa.array([read(value)], kind)) from error


def _integer(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text, 16) if text.lower().startswith(("0x", "-0x")) else int(text)


def _real(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _truths(text: pa.Array, field: Field) -> pa.Array:
    lower = pc.utf8_lower(text)
    true, false = pc.is_in(lower, pa.array(_TRUE)), pc.is_in(lower, pa.array(_FALSE))
    unknown = pc.invert(pc.or_(pc.or_(true, false), pc.or_(pc.is_in(lower, pa.array(_NONE)), lower.is_null())))
    if pc.any(unknown, min_count=0).as_py():
        value = text.filter(unknown)[0].as_py()
        raise UploadError(f"Column {field.name!r}: {value[:40]!r} is no {field.datatype}.")
    # What is neither is NULL.
    return pc.if_else(pc.or_(true, false), true, pa.scalar(None, pa.bool_()))


def _wrong(text: pa.Array, field: Field, read: Callable[[str], object]) -> UploadError:
    """Find the value that is wrong and say so."""
    for value in text.to_pylist():
        try:
            if value is not None:
                read(value)
        except (ValueError, OverflowError, pa.ArrowException):
            kind = "time" if field.is_timestamp else str(field.datatype)
            return UploadError(f"Column {field.name!r}: {value[:40]!r} is no {kind}.")
    return UploadError(f"Column {field.name!r} cannot be read.")
