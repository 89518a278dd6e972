"""A catalogue large enough that reading it from end to end tells in the counters of PostgreSQL."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
from sqlalchemy import text

from archive.db.session import Database
from tests.support.postgres import empty
from vo.sky import hpx29

__all__ = ["COUNTERS", "EXPOSURES", "FEW", "filled_with_files", "reads_of"]

LARGE = ("product", "observation", "hdu")
EXPOSURES = 10_000
FEW = 500
"""A selective question has fewer hits than this, of three times as many products as there are exposures."""

# Four exposures a night; one telescope and its camera were there for the first three weeks only.
PRODUCTS = """
INSERT INTO product (public_id, observation_id, program_id, archive_filename, original_filename, is_held, media_type,
 telescope, instrument, filter, band, obs_type, proc_type, prod_type, calib_level, qa_state, is_hidden, ra, dec, hpx29,
 caldat, t_min, t_max, exptime, md5, metadata_release, data_release, ingested, updated, target, em_min, em_max)
SELECT 'p' || n || '-' || copy, o.id, o.program_id, 'C4D_' || lpad(n::text, 6, '0') || '_' || copy || '.fits.fz',
 'DECam_' || lpad(n::text, 8, '0') || '.fits', false, '', o.telescope, o.instrument,
 CASE WHEN n % 100 = 0 THEN 'VR DECam c0007' ELSE 'g DECam SDSS c0001' END,
 CASE WHEN n % 100 = 0 THEN 'VR' ELSE 'g' END,
 'object', 'raw', 'image', 1, 'unchecked', false, ra, dec, hpx, o.caldat, 50000 + n / 4.0, 50000.01 + n / 4.0,
 30 + n / 100.0, md5(n || '-' || copy), '2010-01-01', o.caldat + 540, now(), now(),
 'NGC ' || n % 2000, CASE WHEN n % 100 = 0 THEN 5e-7 ELSE 4e-7 END, CASE WHEN n % 100 = 0 THEN 7.6e-7 ELSE 5.5e-7 END
FROM unnest(CAST(:ra AS float8[]), CAST(:dec AS float8[]), CAST(:hpx AS bigint[])) WITH ORDINALITY AS u(ra, dec, hpx, n)
JOIN observation o ON o.obs_id = 'ct4m.' || lpad(n::text, 6, '0'), generate_series(1, 3) AS copy"""
OBSERVATIONS = """
INSERT INTO observation (obs_id, telescope, instrument, program_id, caldat)
SELECT 'ct4m.' || lpad(n::text, 6, '0'), CASE WHEN n <= 80 THEN 'Old1m' ELSE 'ct4m' END,
 CASE WHEN n <= 80 THEN 'OldCam' ELSE 'DECam' END, p.id, date '1995-10-10' + n / 4
FROM generate_series(1, :exposures) AS n JOIN program p ON p.propid = '2014B-' || lpad((n % 250)::text, 4, '0')"""
PROGRAMS = """
INSERT INTO program (propid, semester, title, abstract, pi, affiliation, co_investigators, is_metadata_private)
SELECT '2014B-' || lpad(n::text, 4, '0'), '2014B', 'Galaxies of group ' || n, '', 'Investigator ' || n, '', '{}', false
FROM generate_series(0, 249) AS n"""
HDUS = """
INSERT INTO hdu (product_id, hdu_index, kind, shape, header)
SELECT id, 0, 'image', '{2048,4096}',
 jsonb_build_object('EXPNUM', id, 'OBJECT', 'Field ' || id, 'NOTE', repeat('x', 800))
FROM product"""

COUNTERS = f"""
SELECT relname, seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables
WHERE schemaname = 'public' AND relname IN ({", ".join(f"'{name}'" for name in LARGE)})"""
"""Tells how often large tables were read from end to end, and how many of their rows by an index.

The counters know what is done inside functions, too, and what was done rather than planned.
They go on from one transaction to the next, so that differences count.
"""


class _Row(Protocol):
    def __getitem__(self, place: int, /) -> object: ...


def reads_of(rows: Iterator[_Row]) -> Counter[str]:
    """Give what `COUNTERS` tell by words, such as ``product from end to end`` and ``product by index``."""
    found: Counter[str] = Counter()
    for row in rows:
        found[f"{row[0]} from end to end"] = int(str(row[1]))
        found[f"{row[0]} by index"] = int(str(row[2]))
    return found


@contextmanager
def filled_with_files(url: str) -> Iterator[Database]:
    """Give a database with many files, which are taken out in the end."""
    database = Database(url)
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
