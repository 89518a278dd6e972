# SPDX-License-Identifier: BSD-3-Clause
"""What the search forms show."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.domain.browsing import Overview
from archive.domain.holdings import ObsType, ProcType, ProdType
from archive.domain.search import PARAMETERS, SearchColumns, SearchParameter
from archive.web.search.chips import Chip, chips, label_of
from archive.web.search.fields import FieldGroup, FormState, advanced_groups, choice_label
from archive.web.search.forms import KEYWORD_OPERATORS, MAX_KEYWORD_ROWS, form_values
from archive.web.sidebar import link

__all__ = ["AdvancedPage", "SimplePage", "Suggestion", "is_for_simple_form", "present_advanced", "present_simple"]

Choices = tuple[tuple[str, str], ...]

_PLACES = ("target", "ra", "dec", "radius", "width", "height", "pos")
_SIMPLE = {
    *_PLACES,
    "propid",
    "pi",
    "night",
    "object",
    "telescope",
    "instrument",
    "filter",
    "exptime",
    "obs_type",
    "proc_type",
    "prod_type",
    "filename",
    "release",
}
_BESIDE_COLUMNS = ("object", "filename", "date", "night")
_KEYWORD_FIELD = re.compile(r"(kw|op|val)\d+")


@dataclass(frozen=True)
class Suggestion:
    """What was perhaps meant."""

    text: str
    href: str


@dataclass(frozen=True)
class FormPage:
    """What both forms have."""

    form: FormState
    kept: tuple[Chip, ...]
    other_form: str
    suggestions: tuple[Suggestion, ...]
    labels: Mapping[str, str]

    def label(self, name: str) -> str:
        """Give what a field is called on the page."""
        return self.labels.get(name, name)


@dataclass(frozen=True)
class SimplePage(FormPage):
    """The simple form."""

    telescopes: tuple[str, ...]
    instruments: tuple[str, ...]
    obs_types: Choices
    proc_types: Choices
    prod_types: Choices


@dataclass(frozen=True)
class AdvancedPage(FormPage):
    """The advanced form."""

    groups: tuple[FieldGroup, ...]
    places: tuple[SearchParameter, ...]
    keyword_rows: range
    operators: Choices
    can_add_rows: bool
    sorts: Choices


def is_for_simple_form(params: Mapping[str, Sequence[str]]) -> bool:
    """Whether the simple form has a field for each of these, but for what both forms keep."""
    return params.keys() <= _SIMPLE | {"collection", "mine", "sort", "limit", "after", "count", "columns"}


def present_simple(
    params: Mapping[str, Sequence[str]],
    overview: Overview,
    columns: SearchColumns,
    errors: Mapping[str, str],
    suggestions: Sequence[str] = (),
) -> SimplePage:
    """Lay out the simple form with what its fields hold."""
    beyond = {name: values for name, values in params.items() if name not in _SIMPLE | {"after"}}
    return SimplePage(
        form=FormState(form_values(params), errors),
        kept=chips(beyond, columns, "/search", params),
        other_form=link("/search/advanced", params),
        suggestions=_suggestions(suggestions, params),
        labels=_labels(errors, columns),
        telescopes=tuple(sorted({pair.telescope for pair in overview.instruments})),
        instruments=tuple(sorted({pair.instrument for pair in overview.instruments})),
        obs_types=_choices(tuple(ObsType)),
        proc_types=_choices(tuple(ProcType)),
        prod_types=_choices(tuple(ProdType)),
    )


def present_advanced(
    params: Mapping[str, Sequence[str]],
    columns: SearchColumns,
    errors: Mapping[str, str],
    more_keywords: str = "",
    suggestions: Sequence[str] = (),
) -> AdvancedPage:
    """Lay out the advanced form with what its fields hold."""
    groups = advanced_groups(columns)
    named = {field.name for group in groups for field in group.fields} | {*_PLACES, *_BESIDE_COLUMNS, "sort", "limit"}
    beyond = {
        name: values
        for name, values in params.items()
        if name not in named | {"after", "columns"} and not name.startswith("kw.")
    }
    values = form_values(params)
    # Only the simple form has parts of names and two ends of a range.
    whole = {name: found for name, found in values.items() if name in params or _KEYWORD_FIELD.fullmatch(name)}
    whole |= {name: list(found) for name, found in params.items() if name in named and name not in whole}
    used = sum(1 for name in whole if name.startswith("kw"))
    rows = max(3, min(MAX_KEYWORD_ROWS, int(more_keywords) if more_keywords.isdecimal() else 0), used)
    return AdvancedPage(
        form=FormState(whole, errors),
        kept=chips(beyond, columns, "/search/advanced", params),
        other_form=link("/search", params),
        suggestions=_suggestions(suggestions, params),
        labels=_labels(errors, columns),
        groups=groups,
        places=tuple(known for known in PARAMETERS if known.name in _PLACES),
        keyword_rows=range(1, rows + 1),
        operators=tuple((key, words) for key, (words, _) in KEYWORD_OPERATORS.items()),
        can_add_rows=rows < MAX_KEYWORD_ROWS,
        sorts=_sorts(columns),
    )


def _choices(vocabulary: tuple[str, ...]) -> Choices:
    return tuple((str(choice), choice_label(choice)) for choice in vocabulary)


def _sorts(columns: SearchColumns) -> Choices:
    both = [("", "start, latest first")]
    for column in columns:
        both += [(column.name, f"{column.label}, rising"), (f"-{column.name}", f"{column.label}, falling")]
    return tuple(both)


def _labels(errors: Mapping[str, str], columns: SearchColumns) -> dict[str, str]:
    return {name: label_of(name, columns) for name in errors}


def _suggestions(names: Sequence[str], params: Mapping[str, Sequence[str]]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(name, link("/results", {**params, "target": [name]})) for name in names)
