# SPDX-License-Identifier: BSD-3-Clause
"""VOTable 1.4 in its three serializations, written as the rows come."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from vo.tables import binary, tabledata
from vo.tables.document import closed_resource, info, opened_table
from vo.tables.field import Field
from vo.tables.sources import BatchSource, CopySource

__all__ = ["Serialization", "write_votable"]


class Serialization(StrEnum):
    """The elements that hold a table's data (VOTable 1.4 §5)."""

    TABLEDATA = "TABLEDATA"
    BINARY = "BINARY"
    BINARY2 = "BINARY2"


def write_votable(
    source: CopySource | BatchSource,
    fields: Sequence[Field],
    serialization: Serialization,
    infos: Mapping[str, str] | None = None,
) -> Iterator[bytes]:
    """Write a table, a piece of bytes a batch.

    A truncated table closes with the status OVERFLOW (DALI 1.1 §4.4.1); an error of the source
    closes it with the status ERROR and passes through, so that the connection breaks as well.

    Parameters
    ----------
    infos
        Further facts of the whole, by name.

    Raises
    ------
    TypeError
        If a binary form is asked of pieces of COPY.
    """
    nulls = binary.null_numbers(fields) if serialization is Serialization.BINARY else None
    head = opened_table(fields, infos or {}, nulls)
    if serialization is Serialization.TABLEDATA:
        opening, closing, rows = tabledata.OPENING, tabledata.CLOSING, tabledata.rows_in_xml(source, fields)
    elif isinstance(source, BatchSource):
        opening, closing = binary.opening(serialization), binary.closing(serialization)
        rows = binary.rows_in_base64(source, fields, has_flags=serialization is Serialization.BINARY2)
    else:
        raise TypeError("binary VOTables are made of batches")
    yield (head + opening).encode("utf-8")
    try:
        yield from rows
    except Exception:
        last = info("QUERY_STATUS", "ERROR", "The table is not complete: it broke off here.")
        yield (closing + closed_resource(last)).encode("utf-8")
        raise
    last = info("QUERY_STATUS", "OVERFLOW", "There are more rows.") if source.is_truncated else ""
    yield (closing + closed_resource(last)).encode("utf-8")
