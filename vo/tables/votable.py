# SPDX-License-Identifier: BSD-3-Clause
"""VOTable 1.4, TABLEDATA: written as the rows come."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from vo.tables.field import Field
from vo.tables.rows import Row, TableRows
from vo.tables.values import as_text

__all__ = ["VOTABLE_TYPE", "write_error", "write_votable"]

VOTABLE_TYPE = "application/x-votable+xml; serialization=tabledata"

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
    '<RESOURCE type="results">\n'
)
_TAIL = "</RESOURCE>\n</VOTABLE>\n"
# XML 1.0 §2.2 has no place for these, escaped or not.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_votable(rows: TableRows, fields: Sequence[Field], infos: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """Write a table, a piece of bytes a batch.

    A truncated table closes with the status OVERFLOW (DALI 1.1 §4.4.1); an error of the source
    closes it with the status ERROR and passes through, so that the connection breaks as well.

    Parameters
    ----------
    infos
        Further facts of the whole, by name.
    """
    head = [_HEAD, _info("QUERY_STATUS", "OK")]
    head += [_info(name, value) for name, value in (infos or {}).items()]
    head += ["<TABLE>\n", *(_field(field) for field in fields), "<DATA>\n<TABLEDATA>\n"]
    yield "".join(head).encode("utf-8")
    try:
        for batch in rows:
            yield "".join(_row(row) for row in batch).encode("utf-8")
    except Exception:
        yield _closed(_info("QUERY_STATUS", "ERROR", "The table is not complete: it broke off here."))
        raise
    yield _closed(_info("QUERY_STATUS", "OVERFLOW", "There are more rows.") if rows.is_truncated else "")


def write_error(message: str) -> bytes:
    """Write the document that tells an error (DALI 1.1 §4.2)."""
    return f"{_HEAD}{_info('QUERY_STATUS', 'ERROR', message)}{_TAIL}".encode()


def _closed(last: str) -> bytes:
    return f"</TABLEDATA>\n</DATA>\n</TABLE>\n{last}{_TAIL}".encode()


def _info(name: str, value: str, text: str = "") -> str:
    return f"<INFO name={_quoted(name)} value={_quoted(value)}>{_escaped(text)}</INFO>\n"


def _field(field: Field) -> str:
    given = {
        "ID": field.id,
        "name": field.name,
        "datatype": field.datatype,
        "arraysize": field.arraysize,
        "unit": field.unit,
        "ucd": field.ucd,
        "utype": field.utype,
        "xtype": field.xtype,
    }
    attributes = "".join(f" {name}={_quoted(value)}" for name, value in given.items() if value)
    description = f"<DESCRIPTION>{_escaped(field.description)}</DESCRIPTION>" if field.description else ""
    return f"<FIELD{attributes}>{description}</FIELD>\n"


def _row(row: Row) -> str:
    return f"<TR>{''.join(map(_cell, row))}</TR>\n"


def _cell(value: object) -> str:
    if value is None:
        return "<TD/>"
    if isinstance(value, float) and not math.isfinite(value):
        return f"<TD>{'NaN' if math.isnan(value) else '+Inf' if value > 0 else '-Inf'}</TD>"
    return f"<TD>{_escaped(as_text(value))}</TD>"


def _escaped(text: str) -> str:
    return escape(_IMPOSSIBLE.sub("\ufffd", text))


def _quoted(text: str) -> str:
    return quoteattr(_IMPOSSIBLE.sub("\ufffd", text))
