"""Files whose outlines meet those of other files are found by the cells of the outlines, and none else."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from archive.db.footprints import FootprintStore, Outline
from archive.db.session import Database
from archive.db.tap import PublishedTables
from archive.domain.access import ANONYMOUS
from tests.support.holdings import make_product
from tests.support.postgres import empty
from tests.support.taprole import planned, told
from vo.adql import TableMap, translate
from vo.sky.healpix import hpx29

JOIN = (
    "SELECT a.public_id, b.public_id FROM ivoa.obscore a {kind} JOIN archive.files b"
    " ON 1 = INTERSECTS(a.s_region, b.s_region)"
)
COUNT = 60


@pytest.fixture(scope="module")
def outlined(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    rng = np.random.default_rng(3)
    # Places close together around a pole, the meridian and the edges of base cells; sizes from a pixel to a hemisphere.
    places = np.array([(0.0, 0.0), (45.0, 41.8), (90.0, 89.9), (200.0, -30.0)])
    with database.begin() as uow:
        for number in range(COUNT):
            size = (0.001, 0.1, 0.3, 2.0, 12.0)[number % 5]
            ra, dec = places[number % 4] + rng.uniform(-1, 1, 2) * (0.001, 0.3, 1)[number % 3]
            dec = float(np.clip(dec, -88, 89.99 - size / 2 if size < 1 else 80))
            wide = size / max(0.2, np.cos(np.radians(dec)))
            corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2 * (wide, size) + (ra, dec)
            corners[:, 0] %= 360
            set_id = FootprintStore(uow).add_set([Outline(0, None, corners)])
            numbers = " ".join(f"{value!r}" for value in corners.ravel().tolist())
            make_product(
                uow.session,
                f"p{number}",
                ra=float(ra) % 360,
                dec=dec,
                hpx29=int(hpx29(float(ra) % 360, dec)[0]),
                footprint_set_id=set_id,
                s_region=f"POLYGON {numbers}",
                **({"metadata_release": None} if number == 7 else {}),
            )
        make_product(uow.session, "bare")
    yield database
    empty(database)
    database.dispose()


@pytest.mark.parametrize("kind", ["INNER", "LEFT"])
def test_the_same_pairs_are_found_as_by_looking_at_all(outlined: Database, kind: str) -> None:
    tables = PublishedTables(database=outlined)(ANONYMOUS)
    by_index = translate(JOIN.format(kind=kind), tables).sql
    one_by_one = translate(JOIN.format(kind=kind), TableMap([replace(each, regions=()) for each in tables.tables])).sql
    assert "products_meeting" in by_index
    assert "adql_intersects" not in by_index
    found = told(outlined, by_index)
    assert sorted(found, key=str) == sorted(told(outlined, one_by_one), key=str)
    assert len(found) > 3 * COUNT
    assert not any("p7" in row for row in found)
    assert "bare" in [row[0] for row in found] if kind == "LEFT" else "bare" not in [row[0] for row in found]


def test_other_conditions_stand_beside_it(outlined: Database) -> None:
    tables = PublishedTables(database=outlined)(ANONYMOUS)
    for condition, is_met in (("0 = INTERSECTS(a.s_region, b.s_region)", False), ("{0} OR a.s_ra > 400", True)):
        meets = "1 = INTERSECTS(a.s_region, b.s_region)"
        query = "SELECT b.public_id FROM ivoa.obscore a, archive.files b WHERE a.public_id = 'p0' AND ({0})"
        rows = {row[0] for row in told(outlined, translate(query.format(condition.format(meets)), tables).sql)}
        assert ("p0" in rows) is is_met
        assert "bare" not in rows


def test_few_files_are_looked_at(outlined: Database) -> None:
    with outlined.begin() as uow:
        for number in range(600):
            make_product(uow.session, f"more{number}")
    with outlined.engine.begin() as connection:
        connection.execute(text("ANALYZE product, observation, footprint"))
    query = f"{JOIN.format(kind='INNER')} WHERE a.public_id = 'p0'"
    plan = planned(outlined, translate(query, PublishedTables(database=outlined)(ANONYMOUS)).sql)
    assert "uq_product_public_id" in plan
    assert "pk_product" in plan
    assert "Seq Scan on product" not in plan
