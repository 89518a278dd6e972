# SPDX-License-Identifier: BSD-3-Clause
"""Shows a tree to people: one line a node, with its place in the text."""

from dataclasses import fields

from vo.adql import tree

__all__ = ["outline"]

PLACE = {"start", "end", "text"}


def outline(node: tree.Node) -> str:
    """Give the tree as indented lines, such as ``where: And 27-60``; names and literals stand behind their nodes."""
    return "\n".join(_lines(node, "", 0))


def _lines(node: tree.Node, label: str, depth: int) -> list[str]:
    plain, inner = [], []
    for field in fields(node):
        value = getattr(node, field.name)
        is_place = field.name in PLACE and not isinstance(node, tree.Number)
        if is_place or value in (None, False, ()) or field.name in {"start", "end"}:
            continue
        if isinstance(value, tree.Node):
            inner += _lines(value, f"{field.name}: ", depth + 1)
        elif isinstance(value, tuple):
            for item in value:
                for one in item if isinstance(item, tuple) else (item,):
                    inner += _lines(one, f"{field.name}: ", depth + 1)
        else:
            plain.append(field.name if value is True else repr(value))
    if isinstance(node, tree.ColumnName | tree.TableName):
        plain.insert(0, ".".join(part.name for part in node.parts))
        inner = [line for line in inner if not line.lstrip().startswith("parts: ")]
    words = " ".join([f"{'  ' * depth}{label}{type(node).__name__}", *plain])
    return [f"{words} {node.start + 1}-{node.end}", *inner]
