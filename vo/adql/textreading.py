# SPDX-License-Identifier: BSD-3-Clause
"""Reads from a condition which texts it looks for in one column, where it is as plain as that."""

from dataclasses import dataclass
from enum import Enum, auto

from vo.adql import tree

__all__ = ["Case", "TextTest", "read_test"]


class Case(Enum):
    """As what a column's text is compared."""

    AS_WRITTEN = auto()
    LOWER = auto()
    UPPER = auto()
    ANY = auto()


@dataclass(frozen=True)
class TextTest:
    """A test of one column's text against texts that are written out. A missing text never meets it.

    Parameters
    ----------
    values
        Any of which it may be; none where it is looked for otherwise, by its words.
    is_pattern
        Whether the one value is a pattern of LIKE.
    """

    name: tree.ColumnName
    case: Case
    values: tuple[str, ...] = ()
    is_pattern: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is told in whole what the text is, but for its case."""
        return bool(self.values) and (not self.is_pattern or _literal(self.values[0])[1])

    @property
    def start(self) -> str:
        """How the text begins, but for its case."""
        return _literal(self.values[0])[0] if self.values else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What the text may be, where it is told in whole."""
        return (self.start,) if self.is_pattern else self.values

    def is_native(self, is_indexed: bool) -> bool:  # noqa: FBT001 -- what a column says of itself
        """Tell whether the condition as it is written finds the index by itself."""
        if self.is_pattern:
            return False
        return self.case is Case.LOWER or (self.case is Case.AS_WRITTEN and is_indexed)


def _literal(pattern: str) -> tuple[str, bool]:
    """Give what stands in a pattern before its first wildcard, and whether that is all; the backslash escapes."""
    found: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern[at] in "%_":
            return "".join(found), False
        if pattern[at] == "\\":
            at += 1
            if at == len(pattern):
                return "".join(found), False
        found.append(pattern[at])
        at += 1
    return "".join(found), True


def read_test(node: tree.Condition) -> TextTest | None:
    """Read a condition; None if it is another."""
    match node:
        case tree.Comparison(operator="="):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(other, tree.Text):
                    return _compared(one, (other.value,))
                if isinstance(other, tree.Number) and other.text == "1" and isinstance(one, tree.Call):
                    return _called(one)
        case tree.InList(is_not=False):
            texts = tuple(value.value for value in node.values if isinstance(value, tree.Text))
            return _compared(node.operand, texts) if len(texts) == len(node.values) else None
        case tree.Like(is_not=False, pattern=tree.Text()):
            return _like(node.operand, node.pattern, is_caseless=node.is_caseless)
    return None


def _compared(operand: tree.Value, values: tuple[str, ...], *, is_pattern: bool = False) -> TextTest | None:
    case = Case.AS_WRITTEN
    if isinstance(operand, tree.Call) and operand.name in {"LOWER", "UPPER"}:
        case, operand = Case[operand.name], operand.arguments[0]
    return TextTest(operand, case, values, is_pattern) if isinstance(operand, tree.ColumnName) else None


def _like(operand: tree.Value, pattern: tree.Value, *, is_caseless: bool) -> TextTest | None:
    if not isinstance(pattern, tree.Text):
        return None
    found = _compared(operand, (pattern.value,), is_pattern=True)
    if found is None or not is_caseless:
        return found
    # What is one in capitals need not be one in small letters.
    return None if found.case is Case.UPPER else TextTest(found.name, Case.ANY, found.values, is_pattern=True)


def _called(call: tree.Call) -> TextTest | None:
    """Read the functions of the IVOA's catalogue that compare texts."""
    name = call.name
    if name == "ivo_nocasematch" and len(call.arguments) == 2:
        return _like(*call.arguments, is_caseless=True)
    if name in {"ivo_hasword", "ivo_hashlist_has"} and len(call.arguments) == 2:
        text, words = call.arguments
        is_plain = isinstance(text, tree.ColumnName) and isinstance(words, tree.Text)
        return TextTest(text, Case.ANY) if is_plain and isinstance(text, tree.ColumnName) else None
    return None
