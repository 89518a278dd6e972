# SPDX-License-Identifier: BSD-3-Clause
"""Columns as text, a whole batch at a time: what the forms that write text share."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.arrow import flattened
from vo.tables.field import Field

__all__ = ["Words", "cells", "joined"]


@dataclass(frozen=True)
class Words:
    """How a form writes what has no digits.

    Parameters
    ----------
    opening, separator, closing
        Of arrays.
    missing
        For an element of an array that is NULL.
    """

    nan: str | None = "NaN"
    plus: str | None = "Infinity"
    minus: str | None = "-Infinity"
    opening: str = ""
    separator: str = " "
    closing: str = ""
    missing: str = "NaN"


def cells(array: pa.Array, field: Field, words: Words) -> pa.Array:
    """Write each value of a column as text; NULL remains NULL, text remains as it is.

    Floats keep all their digits; times are UTC without a zone (DALI 1.1 §3.3.3).
    """
    if field.is_array:
        return _array_cells(array, words)
    return _scalar_cells(array, words)


def joined(pieces: list[str | pa.Array]) -> bytes:
    """Join columns of text and constants row by row, and all rows to one piece; no column may hold NULL."""
    rows = pc.binary_join_element_wise(*pieces, "")
    _, offsets, data = rows.buffers()
    ends = np.frombuffer(offsets, np.int32)[rows.offset : rows.offset + len(rows) + 1]
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])]) if len(rows) else b""


def _scalar_cells(array: pa.Array, words: Words) -> pa.Array:
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_floating(kind):
        return _float_cells(array, words)
    if pa.types.is_timestamp(kind):
        # Always six digits at first; PostgreSQL and Python leave noughts out, and so do we.
        text = pc.replace_substring(array.cast(pa.string()), " ", "T")
        return pc.replace_substring_regex(text, r"\.?0*$", "")
    return array.cast(pa.string())


def _float_cells(array: pa.Array, words: Words) -> pa.Array:
    text = array.cast(pa.string())
    if pc.all(pc.is_finite(array), min_count=0).as_py():
        return text
    strange = {"nan": words.nan, "inf": words.plus, "-inf": words.minus}
    for arrow, word in strange.items():
        text = pc.if_else(pc.equal(text, arrow), pa.scalar(word, pa.string()), text)
    return text


def _array_cells(array: pa.Array, words: Words) -> pa.Array:
    offsets, values = flattened(array)
    elements = pc.fill_null(_scalar_cells(values, words), words.missing)
    lists = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), elements)
    text = pc.binary_join(lists, words.separator)
    if words.opening:
        text = pc.binary_join_element_wise(words.opening, text, words.closing, "")
    return pc.if_else(array.is_valid(), text, pa.scalar(None, pa.string()))
