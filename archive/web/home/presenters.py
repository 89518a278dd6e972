# SPDX-License-Identifier: BSD-3-Clause
"""What the home page shows."""

from dataclasses import dataclass
from datetime import datetime

from archive.domain.browsing import CollectionSummary, InstrumentCount, NightSummary, Overview
from archive.web.wording import bytes_in_words, count_in_words

__all__ = ["Figure", "HomePage", "present_home"]


@dataclass(frozen=True)
class Figure:
    """One number of the holdings."""

    number: str
    words: str


@dataclass(frozen=True)
class HomePage:
    """The home page."""

    figures: tuple[Figure, ...]
    nights: tuple[NightSummary, ...]
    collections: tuple[CollectionSummary, ...]
    instruments: tuple[InstrumentCount, ...]
    counted: datetime
    is_empty: bool


def present_home(overview: Overview) -> HomePage:
    """Lay out the holdings."""
    numbers = overview.numbers
    figures = [
        Figure(count_in_words(numbers.files), "file" if numbers.files == 1 else "files"),
        Figure(count_in_words(numbers.observations), "observation" if numbers.observations == 1 else "observations"),
        Figure(count_in_words(numbers.programs), "program" if numbers.programs == 1 else "programs"),
        Figure(count_in_words(len(overview.instruments)), "telescope–instrument pairs"),
    ]
    if numbers.total_bytes:
        figures.append(Figure(bytes_in_words(numbers.total_bytes), "of data"))
    return HomePage(
        figures=tuple(figures),
        nights=overview.nights,
        collections=overview.collections,
        instruments=overview.instruments,
        counted=overview.counted,
        is_empty=numbers.files == 0,
    )
