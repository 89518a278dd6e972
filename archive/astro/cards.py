# SPDX-License-Identifier: BSD-3-Clause
"""Header cards to keywords and values (FITS Standard 4.0 §4), without a stop at the first odd card.

An archive reads every header of every file it is given, also those that break the standard, so this
parser never raises: what it cannot read it keeps as text and names.
"""

import math
import re
from dataclasses import dataclass, field

__all__ = ["CARD", "ParsedCards", "parse_cards"]

CARD = 80
_STRING = re.compile(r"'((?:[^']|'')*)'")
_INTEGER = re.compile(r"[+-]?\d+")
_REAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?")
_COMMENTARY = {"COMMENT", "HISTORY", ""}


@dataclass
class ParsedCards:
    """What one header says.

    Parameters
    ----------
    values
        Keyword to value; of a keyword that is there twice the first value holds. A value that
        cannot be read stays as text.
    unreadable
        Keywords whose value is none that the standard knows.
    """

    values: dict[str, object] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    _continued: str | None = None

    def add(self, card: str) -> None:
        """Take in one card of 80 characters."""
        keyword = card[:8].rstrip()
        if card[8:10] == "= " and keyword not in _COMMENTARY:
            self._keep(keyword, card[10:])
        elif keyword == "CONTINUE":
            self._continue(card[8:])
        elif keyword == "HIERARCH" and "=" in card:
            name, _, rest = card[9:].partition("=")
            self._keep(name.strip(), rest)
        elif keyword in _COMMENTARY:
            self._comment(keyword, card[8:].rstrip())
        elif card[8:9] == "=":
            self._keep(keyword, card[9:])

    def _keep(self, keyword: str, text: str) -> None:
        value, is_readable = _value_of(text)
        self._continued = keyword if isinstance(value, str) and value.endswith("&") else None
        if keyword in self.values:
            self._continued = None
            return
        self.values[keyword] = value
        if not is_readable:
            self.unreadable.append(keyword)

    def _continue(self, text: str) -> None:
        keyword = self._continued
        if keyword is None:
            return
        value, _ = _value_of(text)
        if not isinstance(value, str):
            self._continued = None
            return
        self.values[keyword] = str(self.values[keyword])[:-1] + value
        self._continued = keyword if value.endswith("&") else None

    def _comment(self, keyword: str, text: str) -> None:
        if keyword and text:
            lines = self.values.setdefault(keyword, [])
            if isinstance(lines, list):
                lines.append(text.strip())


def parse_cards(cards: list[str]) -> ParsedCards:
    """Read the cards of one header, END not among them."""
    parsed = ParsedCards()
    for card in cards:
        parsed.add(card)
    return parsed


def _value_of(text: str) -> tuple[object, bool]:
    """Give the value in columns 11 to 80, and whether it was readable."""
    text = text.lstrip()
    if text[:1] == "'":
        match = _STRING.match(text)
        if match is None:
            return text[1:].rstrip(), False
        return match[1].replace("''", "'").rstrip(), True
    word = text.split("/", 1)[0].strip()
    if _INTEGER.fullmatch(word):
        return int(word), True
    if _REAL.fullmatch(word):
        number = float(word.translate({68: "E", 100: "E"}))
        return (number, True) if math.isfinite(number) else (word, False)
    if word in {"T", "F"}:
        return word == "T", True
    if not word:
        return None, True
    # Complex numbers are rare, and a pair in brackets is as searchable as any text.
    return word, word.startswith("(")
