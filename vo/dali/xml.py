# SPDX-License-Identifier: BSD-3-Clause
"""XML documents with the prefixes that some clients look for literally."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

__all__ = ["add", "start", "to_bytes"]

# XML 1.0 §2.2 has no place for these, escaped or not.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def start(tag: str, namespaces: Mapping[str, str]) -> ET.Element:
    """Begin a document.

    Parameters
    ----------
    tag
        With its prefix, as it is to be written.
    namespaces
        Prefix to namespace; all that the document uses.
    """
    return ET.Element(tag, {f"xmlns:{prefix}": namespace for prefix, namespace in namespaces.items()})


def add(
    parent: ET.Element, tag: str, text: str | None = None, attributes: Mapping[str, str] | None = None
) -> ET.Element:
    """Add a child, its names with their prefixes, as they are to be written; give it."""
    given = {name: _clean(value) for name, value in (attributes or {}).items()}
    child = ET.SubElement(parent, tag, given)
    child.text = None if text is None else _clean(text)
    return child


def to_bytes(root: ET.Element) -> bytes:
    """Write a document in UTF-8."""
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _clean(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)
