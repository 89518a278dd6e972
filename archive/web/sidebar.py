# SPDX-License-Identifier: BSD-3-Clause
"""The column on the left of search pages: all holdings, my data, each collection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from archive.domain.access import Caller
from archive.domain.browsing import Overview

__all__ = ["SideLink", "link", "sidebar"]

# A key of a page holds for one search only.
_GOES = {"collection", "mine", "after"}


@dataclass(frozen=True)
class SideLink:
    """One entry; it keeps the rest of the search."""

    label: str
    href: str
    files: int | None
    is_current: bool


def link(path: str, params: Mapping[str, Sequence[str]]) -> str:
    """Write an address with its parameters."""
    query = urlencode(params, doseq=True, safe="*:,.")
    return f"{path}?{query}" if query else path


def sidebar(path: str, params: Mapping[str, Sequence[str]], overview: Overview, caller: Caller) -> tuple[SideLink, ...]:
    """Lay out the column for a page at `path` with these parameters."""
    rest = {name: values for name, values in params.items() if name not in _GOES}
    chosen = [name for value in params.get("collection", ()) for name in value.split(",")]
    is_mine = "mine" in params
    mine = link(path, {**rest, "mine": ["1"]})
    if caller.is_anonymous:
        mine = link("/login", {"next": [mine]})
    return (
        SideLink("All holdings", link(path, rest), overview.numbers.files, not chosen and not is_mine),
        SideLink("My data", mine, None, is_mine),
        *(
            SideLink(
                collection.title or collection.name,
                link(path, {**rest, "collection": [collection.name]}),
                collection.files,
                collection.name in chosen,
            )
            for collection in overview.collections
        ),
    )
