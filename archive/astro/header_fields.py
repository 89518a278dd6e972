# SPDX-License-Identifier: BSD-3-Clause
"""The fields of one header as a recipe finds them: first keyword that says something, text, numbers."""

import math
from collections.abc import Mapping

from archive.astro.recipe import Recipe
from archive.domain.ingest import IngestCode, Problem

__all__ = ["LONGEST_TEXT", "HeaderFields"]

# CONTINUE cards make strings of any length, a database's indexes do not take them.
LONGEST_TEXT = 300


class HeaderFields:
    """Reads fields of one header.

    Parameters
    ----------
    warnings
        Where values that cannot be used are told.
    """

    def __init__(self, header: Mapping[str, object], recipe: Recipe, warnings: list[Problem]) -> None:
        self._header = header
        self._recipe = recipe
        self._warnings = warnings

    def first(self, name: str) -> tuple[str, object] | None:
        """Give the first keyword of a field that says something, and its value."""
        for keyword in self._recipe.keywords.get(name, ()):
            value = self._header.get(keyword)
            if value is not None and " ".join(str(value).lower().split()) not in self._recipe.placeholders:
                return keyword, value
        return None

    def text(self, name: str) -> str | None:
        """Give a field as text, or the recipe's constant."""
        first = self.first(name)
        return self._recipe.constants.get(name) if first is None else str(first[1]).strip()[:LONGEST_TEXT]

    def written(self, name: str) -> str | None:
        """Give what the header says, a placeholder too, or what a fix made of it."""
        for keyword in self._recipe.keywords.get(name, ()):
            value = self._header.get(keyword)
            if value is not None and str(value).strip():
                return str(value).strip()[:LONGEST_TEXT]
        return None

    def lowered(self, name: str) -> str | None:
        """Give a field as text in lower case, as the archive writes telescopes and instruments."""
        text = self.text(name)
        return text.lower() if text else None

    def number(self, name: str, low: float = -math.inf, *, is_open: bool = False) -> float | None:
        """Read a number; what is below `low` is a placeholder, what is no number is told."""
        first = self.first(name)
        if first is None:
            return None
        keyword, value = first
        try:
            number = float(str(value)) if not isinstance(value, bool) else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.doubt(keyword, value)
            return None
        return None if number < low or (is_open and number == low) else number

    def doubt(self, keyword: str, value: object) -> None:
        """Tell that a value cannot be used."""
        message = f"The value of {keyword} cannot be used and was left empty: {value!s:.80}"
        self._warnings.append(Problem(IngestCode.ETLKEY, message, keyword))
