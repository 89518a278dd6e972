# SPDX-License-Identifier: BSD-3-Clause
"""The one box of the home page: what was typed into it."""

import re
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["QuickKind", "QuickSearch", "read_quick"]

_FILE = re.compile(r"[*?]|\.(fits|fit|fz|gz|hdr|cat)\b|^[a-z]\w{2}_\d{6}", re.IGNORECASE)
_MAX_LENGTH = 200


class QuickKind(StrEnum):
    """What a text looks like; a program is tried before a target."""

    NOTHING = "nothing"
    FILE = "filename"
    NAME = "name"


@dataclass(frozen=True)
class QuickSearch:
    """What was typed, and what it looks like."""

    kind: QuickKind
    text: str


def read_quick(text: str) -> QuickSearch:
    """Tell what the text of the box looks like."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_MAX_LENGTH]
    if not text:
        return QuickSearch(QuickKind.NOTHING, "")
    return QuickSearch(QuickKind.FILE if _FILE.search(text) else QuickKind.NAME, text)
