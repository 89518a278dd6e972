"""Pages are the same whether rows are sorted for them or read along an index."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.db.columns import search_columns
from archive.db.search import SearchStore
from archive.db.session import Database
from archive.domain.access import ANONYMOUS
from archive.domain.search import PageRequest, SearchCriteria, parse_query
from tests.archive.services.search.holdings import fill
from tests.support.holdings import make_product

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("sort", ["-t_min", "t_min", "exptime", "-exptime", "archive_filename", "pi", "-file_size"])
def test_pages_agree_there_and_back(database: Database, sort: str) -> None:
    fill(database)
    page = parse_query({"sort": [sort], "limit": ["3"]}, search_columns()).page
    found_at_once = _pages(database, page)
    assert found_at_once == _pages(database, replace(page, is_exact_count=True))
    assert sum(len(part) for part in found_at_once) == 2 * 8


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ("51010..51020", ["short", "stack"]),
        ("51010", ["short", "stack"]),
        ("51005..51006", ["stack"]),
        (">51010", ["short", "stack"]),
        (">51011", ["stack"]),
        ("..51001", ["stack"]),
        ("51200..", []),
    ],
)
def test_what_spans_many_nights_is_found_at_each_time_within(database: Database, times: str, found: list[str]) -> None:
    with database.begin() as uow:
        make_product(uow.session, "stack", t_min=51000.0, t_max=51100.0)
        make_product(uow.session, "short", t_min=51009.9, t_max=51010.1)
        make_product(uow.session, "timeless")
    query = parse_query({"date": [times], "sort": ["archive_filename"]}, search_columns())
    with database.begin() as uow:
        rows = SearchStore(uow, timeout=5).find(ANONYMOUS, query.criteria, query.page, query.columns, NOW).rows
    assert [row.public_id for row in rows] == found


def _pages(database: Database, page: PageRequest) -> list[list[str]]:
    """Go through all pages to the last, and back to the first."""
    pages, is_backward = [], False
    with database.begin() as uow:
        store = SearchStore(uow, timeout=5)
        while True:
            found = store.find(ANONYMOUS, SearchCriteria(), page, ("public_id",), NOW)
            pages.append([row.public_id for row in found.rows])
            if found.next_key is None and not is_backward:
                is_backward = True
                pages.append(pages[-1])
            key = found.previous_key if is_backward else found.next_key
            if key is None:
                return pages
            page = replace(page, after=key)
