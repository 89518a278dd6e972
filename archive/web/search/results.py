# SPDX-License-Identifier: BSD-3-Clause
"""What the result page shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.domain.search import Place, ResultPage, SearchColumns
from archive.web.search.chips import Chip, chips
from archive.web.search.presenters import Suggestion, is_for_simple_form
from archive.web.search.table import Table, present_table
from archive.web.sidebar import link
from archive.web.wording import count_in_words, dec_in_words, ra_in_words

__all__ = ["ResolverAnswer", "ResultsPage", "present_results"]

Params = Mapping[str, Sequence[str]]

_FORMATS = (("csv", "CSV"), ("votable", "VOTable"), ("json", "JSON"))
_WIDER = (0.1, 0.5, 2.0, 10.0)


@dataclass(frozen=True)
class ResolverAnswer:
    """Where a target's name was found."""

    asked: str
    name: str
    ra: str
    dec: str
    degrees: str
    resolver: str
    type: str


@dataclass(frozen=True)
class ResultsPage:
    """One page of results.

    Parameters
    ----------
    exact
        Address of the same page with an exact count; empty where the count is exact.
    ways_out
        What to try where nothing was found.
    """

    table: Table
    total: str
    is_one: bool
    is_exact: bool
    exact: str
    total_bytes: int
    chips: tuple[Chip, ...]
    answer: ResolverAnswer | None
    where: str
    edit: str
    exports: tuple[Suggestion, ...]
    previous: str
    following: str
    first: str
    ways_out: tuple[Suggestion, ...]


def present_results(
    result: ResultPage, pictured: Collection[str], params: Params, columns: SearchColumns, now: datetime
) -> ResultsPage:
    """Lay out one page of results."""
    rest = {name: values for name, values in params.items() if name not in {"after", "format"}}
    whole = {name: values for name, values in rest.items() if name not in {"limit", "count"}}
    place = result.query.criteria.place
    off = chips(rest, columns, "/results", params)
    return ResultsPage(
        table=present_table(result, pictured, rest, columns, now),
        total=count_in_words(result.total),
        is_one=result.total == 1,
        is_exact=result.is_total_exact,
        exact="" if result.is_total_exact else link("/results", {**params, "count": ["exact"]}),
        total_bytes=result.total_bytes,
        chips=off,
        answer=_answer(place),
        where=_where(place),
        edit=link("/search" if is_for_simple_form(params) else "/search/advanced", rest),
        exports=tuple(Suggestion(words, link("/results", {**whole, "format": [key]})) for key, words in _FORMATS),
        previous=link("/results", {**rest, "after": [result.previous_key]}) if result.previous_key else "",
        following=link("/results", {**rest, "after": [result.next_key]}) if result.next_key else "",
        first=link("/results", rest) if "after" in params else "",
        ways_out=() if result.rows else (*_wider(place, rest), *_without_each(off)),
    )


def _answer(place: Place | None) -> ResolverAnswer | None:
    if place is None or place.resolved is None:
        return None
    found = place.resolved
    return ResolverAnswer(
        asked=place.target,
        name=found.name,
        ra=ra_in_words(found.ra),
        dec=dec_in_words(found.dec),
        degrees=f"{found.ra:.5f}, {found.dec:+.5f}",
        resolver=found.resolver,
        type=found.type,
    )


def _where(place: Place | None) -> str:
    if place is None or place.shape:
        return ""
    if place.radius is not None:
        return f"within {_angle(place.radius)}"
    return f"in a box of {_angle(place.width or 0)} by {_angle(place.height or 0)}"


def _angle(degrees: float) -> str:
    for scale, sign in ((1, "°"), (60, "′"), (3600, "″")):
        if degrees * scale >= 1 or sign == "″":
            break
    return f"{degrees * scale:.4g}{sign}"


def _wider(place: Place | None, params: Params) -> tuple[Suggestion, ...]:
    if place is None or place.radius is None:
        return ()
    radius = place.radius
    return tuple(
        Suggestion(f"look within {_angle(wider)}", link("/results", {**params, "radius": [f"{wider:g}"]}))
        for wider in _WIDER
        if wider > radius
    )[:2]


def _without_each(off: Sequence[Chip]) -> tuple[Suggestion, ...]:
    if len(off) < 2:
        return ()
    return tuple(Suggestion(f"leave out {chip.label} {chip.text}", chip.without) for chip in off)
