# SPDX-License-Identifier: BSD-3-Clause
"""Queries to begin with, as XHTML with RDFa (DALI 1.1 §2.3, TAP 1.1 §2.6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vo.dali.xml import add, start, to_bytes

__all__ = ["EXAMPLES_TYPE", "Example", "write_examples"]

EXAMPLES_TYPE = "application/xhtml+xml; charset=utf-8"

_NAMESPACE = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True)
class Example:
    """One query.

    Parameters
    ----------
    tables
        Full names of the tables that it is about.
    """

    name: str
    query: str
    description: str = ""
    tables: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """By what the example is found in its document."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


def write_examples(examples: Sequence[Example], title: str) -> bytes:
    """Write the document. Each query is bare text: a child element would empty it for pyvo."""
    root = start("html", {})
    root.set("xmlns", _NAMESPACE)
    add(add(root, "head"), "title", title)
    body = add(root, "body", None, {"vocab": "http://www.ivoa.net/rdf/examples#"})
    add(body, "h1", title)
    for example in examples:
        where = {"typeof": "example", "id": example.anchor, "resource": f"#{example.anchor}"}
        block = add(body, "div", None, where)
        add(block, "h2", example.name, {"property": "name"})
        if example.description:
            add(block, "p", example.description)
        if example.tables:
            line = add(block, "p", "Tables:")
            for table in example.tables:
                add(line, "em", table, {"property": "table"}).tail = " "
        add(block, "pre", example.query, {"property": "query"})
    return to_bytes(root)
