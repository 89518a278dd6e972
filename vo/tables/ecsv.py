# SPDX-License-Identifier: BSD-3-Clause
"""ECSV 1.0 (Astropy Proposal for Enhancement 6): CSV with its columns described in a head of YAML."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.cells import Words, cells, joined
from vo.tables.delimited import quoted
from vo.tables.field import Datatype, Field
from vo.tables.sources import BatchSource

__all__ = ["write_ecsv"]

_TYPES = {
    Datatype.BOOLEAN: "bool",
    Datatype.UNSIGNED_BYTE: "uint8",
    Datatype.SHORT: "int16",
    Datatype.INT: "int32",
    Datatype.LONG: "int64",
    Datatype.FLOAT: "float32",
    Datatype.DOUBLE: "float64",
}
# Arrays are JSON, as Python reads and writes it.
_WORDS = Words(opening="[", separator=",", closing="]", missing="null")


def write_ecsv(source: BatchSource, fields: Sequence[Field], infos: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """Write a table; the form has no place to say that it was cut.

    JSON is YAML, so that the head is made of it. An array of several dimensions becomes one of one.
    """
    names = io.StringIO()
    csv.writer(names, lineterminator="\n").writerow([field.name for field in fields])
    columns = "".join(f"# - {_json(_described(field))}\n" for field in fields)
    meta = f"# meta: {_json(dict(infos))}\n" if infos else ""
    head = f"# %ECSV 1.0\n# ---\n# delimiter: ','\n# datatype:\n{columns}{meta}# schema: astropy-2.0\n"
    yield (head + names.getvalue()).encode()
    for batch in source:
        yield _lines(batch, fields)


def _described(field: Field) -> dict[str, str]:
    plain = "string" if field.is_text else _TYPES[field.datatype]
    size = "null" if field.length is None else field.length
    facts = {
        "name": field.name,
        "unit": field.unit,
        "datatype": "string" if field.is_array else plain,
        "subtype": f"{plain}[{size}]" if field.is_array else "",
        "description": field.description,
    }
    return {name: value for name, value in facts.items() if value}


def _json(value: dict[str, str]) -> str:
    # What YAML does not take as it is, such as a line that ends in the middle, is escaped.
    return json.dumps(value)


def _lines(batch: pa.RecordBatch, fields: Sequence[Field]) -> bytes:
    pieces: list[str | pa.Array] = []
    for array, field in zip(batch.columns, fields, strict=True):
        if field.datatype is Datatype.BOOLEAN and not field.is_array:
            text = pc.if_else(array, "True", "False")
        else:
            text = cells(array, field, _WORDS)
        pieces += [",", pc.fill_null(quoted(text, ",") if field.is_text or field.is_array else text, "")]
    return joined([*pieces[1:], "\n"])
