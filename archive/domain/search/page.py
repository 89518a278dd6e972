# SPDX-License-Identifier: BSD-3-Clause
"""How an answer is laid out: order, page, columns, form."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from archive.domain.search.criteria import SearchCriteria

__all__ = [
    "DEFAULT_COLUMNS",
    "DEFAULT_LIMIT",
    "MAX_LIMIT",
    "MOST_VALUES",
    "OutputFormat",
    "PageRequest",
    "ProductSummary",
    "ResultPage",
    "SearchQuery",
    "SortOrder",
]

DEFAULT_LIMIT = 50
MAX_LIMIT = 10_000
# Of a column are listed so many values at most.
MOST_VALUES = 300

DEFAULT_COLUMNS = (
    "public_id",
    "archive_filename",
    "obs_id",
    "target",
    "ra",
    "dec",
    "telescope",
    "instrument",
    "filter",
    "band",
    "exptime",
    "caldat",
    "t_min",
    "obs_type",
    "proc_type",
    "prod_type",
    "propid",
    "pi",
    "file_size",
    "data_release",
    "is_held",
)


class OutputFormat(StrEnum):
    """In which form an answer is given."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"
    VOTABLE = "votable"


@dataclass(frozen=True)
class SortOrder:
    """By which column rows are ordered; rows without a value come last either way."""

    column: str = "t_min"
    is_descending: bool = True

    def __str__(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column


@dataclass(frozen=True)
class PageRequest:
    """Which rows of all those found are wanted.

    Parameters
    ----------
    limit
        None where it was not asked for: a page of `DEFAULT_LIMIT`, or all rows of an export.
    after
        Key of a page as an earlier answer gave it; empty for the first.
    is_exact_count
        Whether to count to the end, however many rows there are.
    """

    sort: SortOrder = field(default_factory=SortOrder)
    limit: int | None = None
    after: str = ""
    is_exact_count: bool = False

    @property
    def size(self) -> int:
        """Rows on a page."""
        return DEFAULT_LIMIT if self.limit is None else self.limit


@dataclass(frozen=True)
class SearchQuery:
    """A search as one address holds it: what is asked for, and how the answer shall look."""

    criteria: SearchCriteria = field(default_factory=SearchCriteria)
    page: PageRequest = field(default_factory=PageRequest)
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    format: OutputFormat | None = None

    def at(self, key: str) -> "SearchQuery":
        """Give the same query at another page."""
        return replace(self, page=replace(self.page, after=key))


@dataclass(frozen=True)
class ProductSummary:
    """A product in a list of results.

    Parameters
    ----------
    values
        By column name: the columns asked for, and those that links and access need
        (``public_id``, ``archive_filename``, ``obs_id``, ``is_held``, ``data_release``).
    may_read
        Whether the caller may have its bytes.
    """

    public_id: str
    values: Mapping[str, object]
    may_read: bool

    def __getitem__(self, column: str) -> object:
        return self.values[column]


@dataclass(frozen=True)
class ResultPage:
    """One page of what was found.

    Parameters
    ----------
    total
        Products found in all; an estimate where `is_total_exact` is not set.
    total_bytes
        Their sizes added up, as far as these are known; an estimate as `total` is.
    next_key, previous_key
        For ``after``; None at either end.
    query
        The query as it was understood, its target resolved.
    """

    rows: tuple[ProductSummary, ...]
    total: int
    is_total_exact: bool
    total_bytes: int
    next_key: str | None
    previous_key: str | None
    query: SearchQuery
