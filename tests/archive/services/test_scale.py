"""A catalogue for benchmarks: deterministic, going on where it ended, found by place."""

from sqlalchemy import func, select

from archive.astro.simulator.scaling import BATCH, MADE_CAMERAS, made_batch
from archive.bootstrap import Services
from archive.db.healpix import overlaps
from archive.db.schema import FootprintRow, ObservationRow, ProductRow
from archive.db.session import Database
from vo.sky import Circle


def test_batches_are_deterministic_and_share_no_second() -> None:
    assert made_batch(3) == made_batch(3)
    starts = [one.start for number in range(3) for exposures in made_batch(number).values() for one in exposures]
    assert len(set(starts)) == len(starts) == 3 * BATCH
    years = {start.year for start in starts}
    assert len(years) >= 15


def test_places_suit_the_mountains() -> None:
    for index, exposures in made_batch(0).items():
        decs = [one.dec for one in exposures]
        assert min(decs) < 0 < max(decs)
        assert max(decs) <= 40 if MADE_CAMERAS[index].site == "ct" else min(decs) >= -40


def test_the_same_number_again_adds_nothing(services: Services, database: Database) -> None:
    assert sum(services.scale.add(1000)) == 4 * BATCH
    assert sum(services.scale.add(1000)) == 4 * BATCH
    with database.begin() as uow:
        session = uow.session
        assert session.scalar(select(func.count()).select_from(ProductRow)) == 4 * BATCH
        assert session.scalar(select(func.count()).select_from(ObservationRow)) == BATCH
        assert (session.scalar(select(func.count()).select_from(FootprintRow)) or 0) > 6 * BATCH
        row = session.scalars(select(ProductRow).where(ProductRow.instrument == "decam").limit(1)).one()
        assert row.ra is not None
        assert row.dec is not None
        found = session.scalars(select(ProductRow.id).where(overlaps(Circle(row.ra, row.dec, 0.2)))).all()
        assert row.id in found
        assert row.s_region is not None
        assert row.s_region.startswith("POLYGON ICRS ")
