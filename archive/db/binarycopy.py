# SPDX-License-Identifier: BSD-3-Clause
"""PostgreSQL's binary COPY from numpy arrays, without a Python step for each row."""

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

__all__ = ["copy_columns"]

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
FLOAT8_OID = 701
SCALARS = {"i": ">i8", "f": ">f8", "b": "?"}


def copy_columns(session: Session, table: str, columns: Sequence[tuple[str, npt.NDArray[np.generic]]]) -> None:
    """Append rows to a table.

    Parameters
    ----------
    table
        Its name, with its columns in brackets left out.
    columns
        Name and values: one-dimensional integers for ``bigint``, floats for ``float8``, truth values for
        ``boolean``; two-dimensional floats for ``float8[]``.
    """
    count = len(columns[0][1])
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = [("fields", ">i2")]
    for index, (_, values) in enumerate(columns):
        fields += _layout(index, values)
    rows = np.zeros(count, dtype=np.dtype(fields))
    rows["fields"] = len(columns)
    for index, (_, values) in enumerate(columns):
        _fill(rows, index, values)
    names = ", ".join(name for name, _ in columns)
    cursor = session.connection().connection.cursor()
    with io.BytesIO() as stream:
        stream.write(HEADER)
        stream.write(rows.tobytes())
        stream.write(TRAILER)
        stream.seek(0)
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)", stream, 1 << 18)


def _layout(index: int, values: npt.NDArray[np.generic]) -> list[tuple[str, str]]:
    if values.ndim == 1:
        return [(f"size{index}", ">i4"), (f"value{index}", SCALARS[values.dtype.kind])]
    heads = [(f"{word}{index}", ">i4") for word in ("size", "dimensions", "nulls", "type", "count", "first")]
    items = [(f"{part}{index}_{item}", kind) for item in range(values.shape[1]) for part, kind in ITEM]
    return heads + items


ITEM = (("size", ">i4"), ("value", ">f8"))


def _fill(rows: npt.NDArray[np.void], index: int, values: npt.NDArray[np.generic]) -> None:
    if values.ndim == 1:
        rows[f"size{index}"] = rows.dtype[f"value{index}"].itemsize
        rows[f"value{index}"] = values
        return
    length = values.shape[1]
    rows[f"size{index}"] = 20 + 12 * length
    rows[f"dimensions{index}"] = 1
    rows[f"type{index}"] = FLOAT8_OID
    rows[f"count{index}"] = length
    rows[f"first{index}"] = 1
    for item in range(length):
        rows[f"size{index}_{item}"] = 8
        rows[f"value{index}_{item}"] = values[:, item]
