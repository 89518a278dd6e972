"""No selective question makes PostgreSQL read the products one and all, by any statement of a search."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import func, text

from archive.db.browsing.counting import nights_of
from archive.db.columns import search_columns
from archive.db.schema import ProductRow
from archive.db.search import SearchStore
from archive.db.session import Database, UnitOfWork
from archive.domain.access import ANONYMOUS
from archive.domain.search import parse_query
from tests.support.postgres import empty
from vo.sky import hpx29

COLUMNS = search_columns()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LARGE = ("product", "observation", "hdu")
EXPOSURES = 10_000
FEW = 500
"""A selective question has fewer hits than this, of three times as many products as there are exposures."""

# Four exposures a night; one telescope and its camera were there for the first three weeks only.
PRODUCTS = """
INSERT INTO product (public_id, observation_id, program_id, archive_filename, original_filename, is_held, media_type,
 telescope, instrument, filter, band, obs_type, proc_type, prod_type, calib_level, qa_state, is_hidden, ra, dec, hpx29,
 caldat, t_min, t_max, exptime, md5, metadata_release, data_release, ingested, updated)
SELECT 'p' || n || '-' || copy, o.id, o.program_id, 'C4D_' || lpad(n::text, 6, '0') || '_' || copy || '.fits.fz',
 'DECam_' || lpad(n::text, 8, '0') || '.fits', false, '', o.telescope, o.instrument,
 CASE WHEN n % 100 = 0 THEN 'VR DECam c0007' ELSE 'g DECam SDSS c0001' END,
 CASE WHEN n % 100 = 0 THEN 'VR' ELSE 'g' END,
 'object', 'raw', 'image', 1, 'unchecked', false, ra, dec, hpx, o.caldat, 50000 + n / 4.0, 50000.01 + n / 4.0,
 30 + n / 100.0, md5(n || '-' || copy), '2010-01-01', o.caldat + 540, now(), now()
FROM unnest(CAST(:ra AS float8[]), CAST(:dec AS float8[]), CAST(:hpx AS bigint[])) WITH ORDINALITY AS u(ra, dec, hpx, n)
JOIN observation o ON o.obs_id = 'ct4m.' || lpad(n::text, 6, '0'), generate_series(1, 3) AS copy"""
OBSERVATIONS = """
INSERT INTO observation (obs_id, telescope, instrument, program_id, caldat)
SELECT 'ct4m.' || lpad(n::text, 6, '0'), CASE WHEN n <= 80 THEN 'Old1m' ELSE 'ct4m' END,
 CASE WHEN n <= 80 THEN 'OldCam' ELSE 'DECam' END, p.id, date '1995-10-10' + n / 4
FROM generate_series(1, :exposures) AS n JOIN program p ON p.propid = '2014B-' || lpad((n % 250)::text, 4, '0')"""
PROGRAMS = """
INSERT INTO program (propid, semester, title, abstract, pi, affiliation, co_investigators, is_metadata_private)
SELECT '2014B-' || lpad(n::text, 4, '0'), '2014B', '', '', 'Investigator ' || n, '', '{}', false
FROM generate_series(0, 249) AS n"""
HDUS = """
INSERT INTO hdu (product_id, hdu_index, kind, shape, header)
SELECT id, 0, 'image', '{2048,4096}',
 jsonb_build_object('EXPNUM', id, 'OBJECT', 'Field ' || id, 'NOTE', repeat('x', 800))
FROM product"""

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
    database = Database(database_url)
    rng = np.random.default_rng(1)
    ra, dec = rng.uniform(0, 360, EXPOSURES), np.degrees(np.arcsin(rng.uniform(-1, 1, EXPOSURES)))
    with database.begin() as uow:
        uow.session.execute(text(PROGRAMS))
        uow.session.execute(text(OBSERVATIONS), {"exposures": EXPOSURES})
        places = {"ra": ra.tolist(), "dec": dec.tolist(), "hpx": hpx29(ra, dec).tolist()}
        uow.session.execute(text(PRODUCTS), places)
        uow.session.execute(text(HDUS))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    yield database
    empty(database)
    database.dispose()


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
    """Tell how often large tables were read from end to end, and how many of their rows by an index.

    The counters know what is done inside functions, too, and what was done rather than planned.
    They go on from one transaction to the next, so that differences count.
    """
    counters = uow.session.execute(
        text("SELECT relname, seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = ANY (:large)"),
        {"large": list(LARGE)},
    )
    found: Counter[str] = Counter()
    for row in counters:
        found[f"{row.relname} from end to end"] = row.seq_scan
        found[f"{row.relname} by index"] = row.idx_tup_fetch
    return found
