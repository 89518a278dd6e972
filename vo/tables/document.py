# SPDX-License-Identifier: BSD-3-Clause
"""The VOTable document around the data: heads, fields, what is said of the whole, errors (VOTable 1.4)."""

import re
from collections.abc import Mapping, Sequence
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from vo.tables.field import Field
from vo.tables.frames import Frame, elements_of

__all__ = ["ILLEGAL", "MISSING", "closed_resource", "field_element", "info", "opened_table", "write_error"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
    '<RESOURCE type="results">\n'
)
_TAIL = "</RESOURCE>\n</VOTABLE>\n"
# XML 1.0 §2.2 has no place for these, escaped or not.
ILLEGAL = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
MISSING = "\ufffd"
_ILLEGAL = re.compile(ILLEGAL)


def opened_table(fields: Sequence[Field], infos: Mapping[str, str], nulls: Mapping[str, int] | None = None) -> str:
    """Write the document up to the data.

    Parameters
    ----------
    infos
        Facts of the whole, by name; after the status (DALI 1.1 §4.4).
    nulls
        For forms that cannot say NULL otherwise: what stands for it, by name of the field.
    """
    frames = _frames(fields)
    head = [_HEAD, info("QUERY_STATUS", "OK"), *(info(name, value) for name, value in infos.items())]
    head += [f"<{tag}{_attributes(given)}/>\n" for tag, given in elements_of(frames)]
    ids = {frame: name for name, frame in frames.items()}
    refs = [ids[field.frame] if field.frame else "" for field in fields]
    columns = [
        field_element(field, (nulls or {}).get(field.name), ref) for field, ref in zip(fields, refs, strict=True)
    ]
    return "".join([*head, "<TABLE>\n", *columns])


def closed_resource(last: str = "") -> str:
    """Write what follows the data: the table's end, the last words of the resource, the document's end."""
    return f"</TABLE>\n{last}{_TAIL}"


def write_error(message: str, infos: Mapping[str, str] | None = None) -> bytes:
    """Write the document that tells an error (DALI 1.1 §4.2)."""
    others = "".join(info(name, value) for name, value in (infos or {}).items())
    return f"{_HEAD}{info('QUERY_STATUS', 'ERROR', message)}{others}{_TAIL}".encode()


def info(name: str, value: str, text: str = "") -> str:
    """Write one INFO."""
    return f"<INFO name={_quoted(name)} value={_quoted(value)}>{_escaped(text)}</INFO>\n"


def field_element(field: Field, null: int | None = None, ref: str = "") -> str:
    """Write one FIELD; `null` is the number that stands for NULL in the data, `ref` the ID of its frame."""
    given = {
        "ID": field.id,
        "name": field.name,
        "datatype": field.datatype,
        "arraysize": field.arraysize,
        "unit": field.unit,
        "ucd": field.ucd,
        "utype": field.utype,
        "xtype": field.xtype,
        "ref": ref,
    }
    description = f"<DESCRIPTION>{_escaped(field.description)}</DESCRIPTION>" if field.description else ""
    values = "" if null is None else f'<VALUES null="{null}"/>'
    return f"<FIELD{_attributes(given)}>{description}{values}</FIELD>\n"


def _frames(fields: Sequence[Field]) -> dict[str, Frame]:
    """Give the frames of a table, each once, by IDs that nothing else in the document has."""
    taken = {field.id for field in fields}
    names = (name for name in (f"frame{number}" for number in count(1)) if name not in taken)
    return dict(zip(names, dict.fromkeys(field.frame for field in fields if field.frame), strict=False))


def _attributes(given: Mapping[str, str]) -> str:
    return "".join(f" {name}={_quoted(value)}" for name, value in given.items() if value)


def _escaped(text: str) -> str:
    return escape(_ILLEGAL.sub(MISSING, text))


def _quoted(text: str) -> str:
    return quoteattr(_ILLEGAL.sub(MISSING, text))
