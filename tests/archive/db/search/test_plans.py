"""No selective question makes PostgreSQL read the products one and all, by any statement of a search."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, text

from archive.db.browsing.counting import nights_of
from archive.db.columns import search_columns
from archive.db.schema import ProductRow
from archive.db.search import SearchStore
from archive.db.session import Database, UnitOfWork
from archive.domain.access import ANONYMOUS
from archive.domain.search import parse_query
from tests.support.manyfiles import COUNTERS, FEW, filled_with_files, reads_of

COLUMNS = search_columns()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
QUESTIONS: dict[str, dict[str, str]] = {
    "cone": {"ra": "120", "dec": "-30", "radius": "2"},
    "box": {"ra": "120", "dec": "-30", "width": "4", "height": "4"},
    "polygon": {"pos": "POLYGON 120 -30 124 -30 124 -26 121 -28"},
    "range": {"pos": "RANGE 355 5 -2 2"},
    "cone and filter": {"ra": "120", "dec": "-30", "radius": "6", "filter": "g"},
    "cone and program": {"ra": "120", "dec": "-30", "radius": "6", "propid": "2014B-0*"},
    "propid": {"propid": "2014b-0017"},
    "propid with wildcard": {"propid": "2014B-0017*"},
    "pi": {"pi": "investigator 17"},
    "night": {"night": "2000-01-01"},
    "nights": {"night": "2000-01-01..2000-01-10"},
    "time": {"date": "1999-01-01..1999-01-05"},
    "telescope": {"telescope": "old1m"},
    "instrument": {"instrument": "oldcam"},
    "instrument with wildcard": {"instrument": "oldc*"},
    "telescope and nights": {"telescope": "ct4m", "night": "2000-01-01..2000-01-10"},
    "filter": {"filter": "vr"},
    "band": {"band": "vr"},
    "exptime": {"exptime": "100..101"},
    "obs_id": {"obs_id": "CT4M.001234"},
    "obs_id with wildcard": {"obs_id": "ct4m.00123*"},
    "archive name": {"archive_filename": "c4d_001234_2.fits.fz"},
    "archive name with wildcard": {"archive_filename": "c4d_00123*"},
    "original name": {"original_filename": "decam_00001234.fits"},
    "original name with wildcard": {"original_filename": "decam_0000123*"},
    "either name": {"filename": "c4d_001234_2.fits.fz"},
    "either name with wildcard": {"filename": "decam_0000123*"},
    "digest": {"md5": hashlib.md5(b"1234-2", usedforsecurity=False).hexdigest().upper()},
    "keyword": {"kw.OBJECT": "Field 4321"},
    "numeric keyword": {"kw.EXPNUM": "4321"},
    "release": {"release": "2001-01-01..2001-01-10"},
}


@pytest.fixture(scope="module")
def filled(database_url: str) -> Iterator[Database]:
    with filled_with_files(database_url) as database:
        yield database


@pytest.mark.parametrize("sort", ["-t_min", "archive_filename"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_page_and_its_count_read_what_is_asked_for(filled: Database, question: str, sort: str) -> None:
    query = parse_query({name: [value] for name, value in {**QUESTIONS[question], "sort": sort}.items()}, COLUMNS)
    with filled.begin() as uow:
        before = _reads(uow)
        found = SearchStore(uow, timeout=20).find(ANONYMOUS, query.criteria, query.page, query.columns, NOW)
        reads = _reads(uow) - before
    assert 0 < found.counted.rows < FEW
    assert_few(reads)
    assert reads["observation from end to end"] == 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_export_reads_what_is_asked_for(filled: Database, question: str) -> None:
    query = parse_query({name: [value] for name, value in QUESTIONS[question].items()}, COLUMNS)
    with filled.begin() as uow:
        before = _reads(uow)
        batches = SearchStore(uow, timeout=20).stream(ANONYMOUS, query.criteria, query.page, query.columns, NOW)
        assert 0 < sum(len(batch) for batch in batches) < FEW
        reads = _reads(uow) - before
    assert_few(reads)


def test_old_nights_are_listed_without_the_others(filled: Database) -> None:
    with filled.begin() as uow:
        before = _reads(uow)
        nights = nights_of(uow.session, func.lower(ProductRow.telescope) == "old1m", 10)
        reads = _reads(uow) - before
    assert len(nights) == 10
    assert_few(reads)


def assert_few(reads: Counter[str]) -> None:
    assert [table for table in ("product", "hdu") if reads[f"{table} from end to end"]] == []
    assert reads["product by index"] <= 4 * FEW


def _reads(uow: UnitOfWork) -> Counter[str]:
    return reads_of(iter(uow.session.execute(text(COUNTERS))))
