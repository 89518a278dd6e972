# SPDX-License-Identifier: BSD-3-Clause
"""HTML: a page for people who look at a result in a browser."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.cells import Words, cells, joined
from vo.tables.field import Field
from vo.tables.sources import BatchSource

__all__ = ["write_html"]

_WORDS = Words(plus="∞", minus="-∞")
_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Result</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 1rem; }
table { border-collapse: collapse; }
th, td { padding: .15rem .6rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
th { position: sticky; top: 0; background: #fff; }
th small { display: block; font-weight: normal; color: #555; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
</style></head><body>
"""
_CELL, _NUMBER = "<td>", '<td class="n">'


def write_html(source: BatchSource, fields: Sequence[Field], infos: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """Write a page; a last line says whether it is whole."""
    facts = "".join(f"<p>{escape(name)}: {escape(value)}</p>\n" for name, value in (infos or {}).items())
    heads = "".join(_head(field) for field in fields)
    yield f"{_HEAD}{facts}<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n".encode()
    try:
        for batch in source:
            yield _rows(batch, fields)
    except Exception:
        yield _closed("The table is not complete: it broke off here.")
        raise
    count = f"{source.rows} row{'' if source.rows == 1 else 's'}"
    yield _closed(f"{count}; there are more than the limit allows." if source.is_truncated else f"{count}.")


def _closed(words: str) -> bytes:
    return f"</tbody></table>\n<p>{words}</p>\n</body></html>\n".encode()


def _head(field: Field) -> str:
    unit = f"<small>{escape(field.unit)}</small>" if field.unit else ""
    return f'<th scope="col" title="{escape(field.description)}">{escape(field.name)}{unit}</th>'


def _rows(batch: pa.RecordBatch, fields: Sequence[Field]) -> bytes:
    pieces: list[str | pa.Array] = ["<tr>"]
    for array, field in zip(batch.columns, fields, strict=True):
        text = pc.fill_null(cells(array, field, _WORDS), "")
        is_number = not field.is_text and not field.is_array
        pieces += [_NUMBER if is_number else _CELL, _shown(text, field) if field.is_text else text, "</td>"]
    return joined([*pieces, "</tr>\n"])


def _shown(text: pa.Array, field: Field) -> pa.Array:
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\x00", "")):
        text = pc.replace_substring(text, plain, escaped)
    if "meta.ref.url" not in field.ucd:
        return text
    linked = pc.binary_join_element_wise('<a href="', text, '">', text, "</a>", "")
    return pc.if_else(pc.match_substring_regex(text, "^https?://"), linked, text)
