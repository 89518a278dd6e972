# SPDX-License-Identifier: BSD-3-Clause
"""JSON as TapPlus has it: ``{"metadata": […], "data": [[…], …]}``."""

import json
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.cells import Words, cells, joined
from vo.tables.field import Field
from vo.tables.sources import BatchSource

__all__ = ["write_json"]

# JSON has no number that is none.
_WORDS = Words("null", "null", "null", opening="[", separator=",", closing="]", missing="null")
_CONTROLS = {chr(octet): f"\\u{octet:04x}" for octet in range(32)} | {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write_json(source: BatchSource, fields: Sequence[Field], infos: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """Write a table; if the source breaks, the document does not end.

    NULL, NaN and the infinities are null. After the rows stands ``overflow``: whether there are more.
    """
    head = {**({"info": dict(infos)} if infos else {}), "metadata": [_described(field) for field in fields]}
    yield f'{json.dumps(head)[:-1]}, "data": ['.encode()
    has_rows = False
    for batch in source:
        text = _rows(batch, fields)
        # Each row ends in a comma and a newline; JSON wants none after the last.
        yield (b",\n" if has_rows else b"\n") + text[:-2]
        has_rows = True
    yield f'\n], "overflow": {json.dumps(source.is_truncated)}}}\n'.encode()


def _described(field: Field) -> dict[str, str]:
    facts = {
        "name": field.name,
        "datatype": str(field.datatype),
        "arraysize": field.arraysize,
        "unit": field.unit,
        "ucd": field.ucd,
        "utype": field.utype,
        "xtype": field.xtype,
        "description": field.description,
    }
    always = {"name", "datatype", "unit", "description"}
    return {name: value for name, value in facts.items() if value or name in always}


def _rows(batch: pa.RecordBatch, fields: Sequence[Field]) -> bytes:
    pieces: list[str | pa.Array] = []
    for array, field in zip(batch.columns, fields, strict=True):
        text = cells(array, field, _WORDS)
        pieces += [",", pc.fill_null(_quoted(text) if field.is_text else text, "null")]
    return joined(["[", *pieces[1:], "],\n"])


def _quoted(text: pa.Array) -> pa.Array:
    text = pc.replace_substring(pc.replace_substring(text, "\\", "\\\\"), '"', '\\"')
    if pc.any(pc.match_substring_regex(text, "[\x01-\x1f]|\\x00"), min_count=0).as_py():
        for control, escape in _CONTROLS.items():
            text = pc.replace_substring(text, control, escape)
    return pc.binary_join_element_wise('"', text, '"', "")
