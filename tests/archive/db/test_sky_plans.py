"""No question about places makes PostgreSQL read a whole table."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import select, text

from archive.astro.camera import Camera
from archive.db.footprints import FootprintStore
from archive.db.healpix import overlaps, position_within
from archive.db.schema import Base, ProductRow
from archive.db.session import Database
from tests.support.holdings import make_observation
from vo.sky import MOC, Box, Circle, Point, Polygon, Range, Region, hpx29

EXPOSURES = 1500
DETECTORS = 12
REGIONS: list[Region] = [
    Point(120, -30),
    Circle(120, -30, 2 / 3600),
    Circle(0, 0, 0.5),
    Circle(200, 60, 3.0),
    Circle(300, -89, 25.0),
    Box(359.9, 10, 1.0, 2.0),
    Polygon(np.array([[10, 0], [14, 0], [14, 4], [12, 1], [10, 4]])),
    Range(355, 5, -5, 5),
    Range(0, 360, -90, -80),
    MOC.from_text("6/" + ",".join(str(cell) for cell in range(0, 900, 7))),
]


@pytest.fixture(scope="module")
def filled(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    rng = np.random.default_rng(1)
    ra, dec = rng.uniform(0, 360, EXPOSURES), np.degrees(np.arcsin(rng.uniform(-1, 1, EXPOSURES)))
    x, y = np.meshgrid([-0.3, 0.0, 0.3], [-0.3, -0.1, 0.1, 0.3])
    square = np.array([[0, 0], [0.28, 0], [0.28, 0.18], [0, 0.18]])
    camera = Camera(np.arange(1, 13), np.stack([x.ravel(), y.ravel()], axis=1)[:, None, :] + square)
    with database.begin() as uow:
        sets = FootprintStore(uow).add_sets_of_quads(camera.hdu_indices, camera.ccdnums, camera.outlines_at(ra, dec))
        # Beside those with footprints, ten times as many that have a position only.
        uow.session.execute(
            text(
                "INSERT INTO product (public_id, archive_filename, original_filename, is_held, media_type, telescope,"
                " instrument, obs_type, proc_type, prod_type, calib_level, qa_state, is_hidden, ra, dec, hpx29,"
                " footprint_set_id, t_min, ingested, updated, observation_id) SELECT 'p' || n || '-' || copy,"
                " 'f' || n || '-' || copy, '', false, '', '', '', '', '', '', 0, '', false, ra, dec, hpx,"
                " CASE copy WHEN 0 THEN set_id END,"
                " 50000 + n, now(), now(), :observation FROM unnest(CAST(:ra AS float8[]), CAST(:dec AS float8[]),"
                " CAST(:hpx AS bigint[]), CAST(:sets AS bigint[])) WITH ORDINALITY AS u(ra, dec, hpx, set_id, n),"
                " generate_series(0, 10) AS copy"
            ),
            {"ra": ra.tolist(), "dec": dec.tolist(), "hpx": hpx29(ra, dec).tolist(), "sets": sets.tolist()}
            | {"observation": make_observation(uow.session, "all").id},
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    yield database
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with database.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    database.dispose()


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: type(region).__name__)
@pytest.mark.parametrize("kind", ["overlaps", "newest first", "position"])
def test_plan_uses_the_indexes(filled: Database, region: Region, kind: str) -> None:
    condition = overlaps(region)
    if kind == "position":
        condition = position_within(region, hpx29="product.hpx29", ra="product.ra", dec="product.dec")
    query = select(ProductRow).where(condition)
    if kind == "newest first":
        query = query.order_by(ProductRow.t_min.desc()).limit(50)
    sql = str(query.compile(filled.engine, compile_kwargs={"literal_binds": True}))
    with filled.engine.connect() as connection:
        plan = "\n".join(row[0] for row in connection.exec_driver_sql("EXPLAIN " + sql.replace("%", "%%")))
        assert "Seq Scan" not in plan, plan
        # Plans inside functions do not show; the counters of this transaction do.
        connection.exec_driver_sql(sql.replace("%", "%%")).all()
        read_whole = connection.exec_driver_sql(
            "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0"
        ).all()
        assert read_whole == []
