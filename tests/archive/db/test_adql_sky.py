"""ADQL about the sky, run in PostgreSQL: the rows are those that brute force gives, and the index is used."""

import json
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
import psycopg2
import psycopg2.extensions
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.db.test_adql_functions import around, hard_places
from vo.adql import Column, PositionIndex, RegionIndex, Table, TableMap, translate
from vo.sky import Box, Circle, Polygon, Region, hpx29, parse_region
from vo.sky.sql import outline_literal
from vo.sky.vectors import directions_of, vectors_of
from vo.tables import Datatype, Field

Cursor = psycopg2.extensions.cursor
COUNT = 6_000
NUMBERS = ("id", Datatype.LONG), ("ra", Datatype.DOUBLE), ("dec", Datatype.DOUBLE), ("hpx29", Datatype.LONG)
COLUMNS = tuple(Column(Field(name, kind), name) for name, kind in NUMBERS)
INDEX = (PositionIndex("ra", "dec", "hpx29"),)
REGION = Column(Field("s_region", Datatype.CHAR, arraysize="*", xtype="adql:REGION"), "s_region")
SIZE = Column(Field("size", Datatype.DOUBLE, unit="deg"), "size")


@dataclass(frozen=True)
class Outlines:
    """Regions kept as outlines, for want of a real index: what is asked of it is written as it is."""

    column: str = "s_region"

    def meets(self, region: Region, relation: str) -> str:
        assert isinstance(region, Polygon | Box)
        return f"sky_outlines_meet({relation}.outline, {outline_literal(region.outline)})"

    def meets_regions(self, other: RegionIndex, theirs: str, relation: str) -> str | None:  # noqa: ARG002 -- has none
        return None

    def holds(self, ra: str, dec: str, relation: str) -> str | None:
        return f"sky_outline_holds({relation}.outline, {ra}, {dec})"


STARS = Table("", "stars", "stars", COLUMNS, positions=INDEX, rows=COUNT)
UPLOAD = Table("tap_upload", "mine", "mine", (*COLUMNS, SIZE), positions=INDEX, rows=300)
BARE = Table("tap_upload", "bare", "mine", (*COLUMNS[:3], SIZE), rows=300)
# It says to be large, so that it is looked up, unless a condition picks a few.
PICTURES = Table("", "pictures", "pictures", (COLUMNS[0], REGION), regions=(Outlines(),), rows=5_000_000)
TABLES = TableMap([STARS, UPLOAD, BARE, PICTURES])


@dataclass
class Sky:
    cursor: Cursor
    ra: np.ndarray
    dec: np.ndarray
    mine_ra: np.ndarray
    mine_dec: np.ndarray
    pictures: list[Polygon]

    def ids(self, query: str) -> set[int]:
        return {row[0] for row in self.rows(query)}

    def rows(self, query: str) -> list[tuple[int, ...]]:
        self.cursor.execute(translate(query, TABLES).sql)
        found = self.cursor.fetchall()
        assert len(set(found)) == len(found)
        return found

    def plan(self, query: str) -> str:
        self.cursor.execute(f"EXPLAIN (FORMAT JSON) {translate(query, TABLES).sql}")
        row = self.cursor.fetchone()
        assert row is not None
        return json.dumps(row[0])

    def inside(self, region: Region) -> set[int]:
        return set(np.flatnonzero(region.contains(self.ra, self.dec)).tolist())

    def apart(self) -> np.ndarray:
        """Give the distances of all uploaded places and all stars, degrees."""
        one, other = vectors_of(self.mine_ra, self.mine_dec), vectors_of(self.ra, self.dec)
        chord = np.sqrt(np.sum((one[:, None, :] - other[None, :, :]) ** 2, axis=-1))
        degrees: np.ndarray = np.degrees(2 * np.arcsin(np.minimum(1, chord / 2)))
        return degrees


@pytest.fixture(scope="module")
def sky(database_url: str) -> Iterator[Sky]:
    rng = np.random.default_rng(11)
    ra, dec = hard_places(rng, COUNT)
    chosen = rng.integers(0, COUNT, 290)
    mine_ra = np.concatenate([(ra[chosen] + rng.normal(0, 0.02, 290)) % 360, rng.uniform(0, 360, 10)])
    mine_dec = np.clip(np.concatenate([dec[chosen] + rng.normal(0, 0.02, 290), rng.uniform(-90, 90, 10)]), -90, 90)
    pictures = []
    for _ in range(60):
        lon, lat = rng.uniform(0, 360), rng.uniform(-80, 80)
        box = Box(lon, lat, rng.uniform(1, 20), rng.uniform(1, 20))
        corners = np.stack(directions_of(box.outline), axis=1)
        pictures.append(Polygon(corners))
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        load(cursor, "stars", ra, dec)
        load(cursor, "mine", mine_ra, mine_dec)
        cursor.execute("ALTER TABLE mine ADD size float8")
        cursor.execute("UPDATE mine SET size = 0.001 * (1 + id % 50)")
        cursor.execute(
            "INSERT INTO stars VALUES (-1, NULL, NULL, NULL); INSERT INTO mine VALUES (-1, NULL, NULL, NULL)"
        )
        cursor.execute("CREATE TEMP TABLE pictures (id bigint, s_region text, outline float8[])")
        for at, picture in enumerate(pictures):
            corners_text = " ".join(repr(float(value)) for value in np.ravel(picture.vertices))
            literal = outline_literal(picture.outline)
            cursor.execute(f"INSERT INTO pictures VALUES ({at}, 'POLYGON ICRS {corners_text}', {literal})")
        cursor.execute("INSERT INTO pictures VALUES (-1, NULL, NULL)")
        cursor.execute(
            "CREATE INDEX ON stars (hpx29); CREATE INDEX ON stars (id); ANALYZE stars; ANALYZE mine; ANALYZE pictures"
        )
        yield Sky(cursor, ra, dec, mine_ra, mine_dec, pictures)
        connection.rollback()


def load(cursor: Cursor, name: str, ra: np.ndarray, dec: np.ndarray) -> None:
    cursor.execute(f"CREATE TEMP TABLE {name} (id bigint, ra float8, dec float8, hpx29 bigint)")
    cells = hpx29(ra, dec)
    order = np.argsort(cells)
    cursor.execute(
        f"INSERT INTO {name} SELECT * FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::bigint[])",
        (order.tolist(), ra[order].tolist(), dec[order].tolist(), cells[order].tolist()),
    )


CONES = [
    "1 = CONTAINS(POINT(ra, dec), {c})",
    "CONTAINS(POINT('ICRS', ra, dec), {c}) = 1",
    "CONTAINS(POINT(ra, dec), {c}) <> 0",
    "0 < CONTAINS(POINT(ra, dec), {c})",
    "INTERSECTS(POINT(ra, dec), {c}) = 1",
    "INTERSECTS({c}, POINT(ra, dec)) = 1",
    "1 = CONTAINS(POINT({x}, {y}), CIRCLE(ra, dec, {r}))",
    "DISTANCE(POINT(ra, dec), POINT({x}, {y})) <= {r}",
    "DISTANCE(POINT({x}, {y}), POINT(ra, dec)) < {r}",
    "{r} >= DISTANCE(ra, dec, {x}, {y})",
    "{r} > DISTANCE({x}, {y}, ra, dec)",
    "id >= 0 AND (id >= 0 AND 1 = CONTAINS(POINT(ra, dec), {c}))",
    "id = -7 OR 1 = CONTAINS(POINT(ra, dec), {c})",
]


@pytest.mark.parametrize("form", CONES)
def test_cones_of_all_forms_use_the_index(sky: Sky, form: str) -> None:
    for x, y, r in [(75.8, 12.1, 1.5), (0.0, 90.0, 2.0), (359.99, -0.1, 1.0), (45.0, 41.81, 0.5), (200.0, -89.9, 8.0)]:
        query = "SELECT id FROM stars WHERE " + form.format(c=f"CIRCLE({x}, {y}, {r})", x=x, y=y, r=r)
        assert sky.ids(query) == sky.inside(Circle(x, y, r)), query
        plan = sky.plan(query)
        assert "Index" in plan or "Bitmap" in plan, query


@pytest.mark.parametrize(
    "form",
    [
        "0 = CONTAINS(POINT(ra, dec), {c})",
        "NOT (1 = CONTAINS(POINT(ra, dec), {c}))",
        "CONTAINS(POINT(ra, dec), {c}) <> 1",
        "DISTANCE(ra, dec, {x}, {y}) > {r}",
        "NOT DISTANCE(ra, dec, {x}, {y}) <= {r}",
    ],
)
def test_what_lies_outside_is_the_rest_without_nulls(sky: Sky, form: str) -> None:
    for x, y, r in [(75.8, 12.1, 20.0), (0.0, 90.0, 60.0), (10.0, 10.0, 180.0)]:
        query = "SELECT id FROM stars WHERE " + form.format(c=f"CIRCLE({x}, {y}, {r})", x=x, y=y, r=r)
        assert sky.ids(query) == set(range(COUNT)) - sky.inside(Circle(x, y, r)), query


@pytest.mark.parametrize(
    ("shape", "region"),
    [
        ("POLYGON(10, 10, 30, 12, 25, 30)", "POLYGON 10 10 30 12 25 30"),
        ("POLYGON('ICRS', 350, -10, 10, -10, 10, 10, 350, 10)", "POLYGON 350 -10 10 -10 10 10 350 10"),
        ("POLYGON(POINT(10, 10), POINT(30, 12), POINT(25, 30))", "POLYGON 10 10 30 12 25 30"),
        ("BOX(10, 80, 20, 10)", "BOX 10 80 20 10"),
        ("BOX('ICRS', POINT(0, 0), 2, 3)", "BOX 0 0 2 3"),
        ("CIRCLE(POINT(40, 41), 3)", "CIRCLE 40 41 3"),
        ("CIRCLE(-10, 0, 3)", "CIRCLE 350 0 3"),
        ("REGION('CIRCLE ICRS 40 41 3')", "CIRCLE 40 41 3"),
        ("REGION('RANGE 350 20 -5 60')", "RANGE 350 20 -5 60"),
        ("REGION('MOC 3/1-4 6/77')", "MOC 3/1-4 6/77"),
        ("CIRCLE('GALACTIC', 0, 0, 10)", "CIRCLE 266.40498829 -28.93617776 10"),
    ],
)  # fmt: skip
def test_regions_use_the_index(sky: Sky, shape: str, region: str) -> None:
    query = f"SELECT id FROM stars WHERE 1 = CONTAINS(POINT(ra, dec), {shape})"
    assert sky.ids(query) == sky.inside(parse_region(region))
    assert "stars_hpx29_idx" in sky.plan(query)
    outside = f"SELECT id FROM stars WHERE 0 = CONTAINS(POINT(ra, dec), {shape})"
    assert sky.ids(outside) == set(range(COUNT)) - sky.inside(parse_region(region))


def test_index_is_kept_in_subqueries_and_common_tables(sky: Sky) -> None:
    wanted = {one for one in sky.inside(Circle(75.8, 12.1, 1.5)) if one > 100}
    cone = "1 = CONTAINS(POINT(a, d), CIRCLE(75.8, 12.1, 1.5))"
    for query in (
        f"SELECT id FROM (SELECT id, ra AS a, dec AS d FROM stars WHERE id > 100) AS s WHERE {cone}",
        f"WITH w AS (SELECT id, ra AS a, dec AS d FROM stars WHERE id > 100) SELECT id FROM w WHERE {cone}",
    ):
        assert sky.ids(query) == wanted
        assert "stars_hpx29_idx" in sky.plan(query)


@settings(max_examples=40, deadline=None)
@given(st.floats(-400, 800), st.floats(-90, 90), st.floats(0, 180), st.sampled_from(CONES[:11]), st.booleans())
def check_cone(sky: Sky, x: float, y: float, r: float, form: str, is_not: bool) -> None:
    condition = form.format(c=f"CIRCLE({x!r}, {y!r}, {r!r})", x=repr(x), y=repr(y), r=repr(r))
    found = sky.ids(f"SELECT id FROM stars WHERE {'NOT ' if is_not else ''}{condition}")
    wanted = sky.inside(Circle(x % 360, y, r))
    # On the rim rounding decides; half-way round, sines hardly change.
    edge = 1e-9 if r < 179 else 1e-5
    rim = sky.inside(Circle(x % 360, y, min(180.0, r + edge))) - sky.inside(Circle(x % 360, y, max(0.0, r - edge)))
    if is_not:
        wanted = set(range(COUNT)) - wanted
    assert found ^ wanted <= rim


def test_any_cone_is_exact(sky: Sky) -> None:
    check_cone(sky)


NEAR = "DISTANCE(s.ra, s.dec, m.ra, m.dec)"
MATCHES = [
    "tap_upload.{m} AS m JOIN stars AS s ON 1 = CONTAINS(POINT(s.ra, s.dec), CIRCLE(m.ra, m.dec, {r}))",
    "stars AS s JOIN tap_upload.{m} AS m ON DISTANCE(POINT(m.ra, m.dec), POINT(s.ra, s.dec)) < {r}",
    f"stars AS s, tap_upload.{{m}} AS m WHERE {NEAR} <= {{r}} AND s.id >= 0",
    f"tap_upload.{{m}} AS m, stars AS s WHERE {{r}} > {NEAR}",
    f"tap_upload.{{m}} AS m, (SELECT id, ra, dec FROM stars WHERE id >= 0) AS s WHERE {{r}} > {NEAR}",
]


@pytest.mark.parametrize("form", MATCHES)
@pytest.mark.parametrize("table", ["mine", "bare"])
@pytest.mark.parametrize("radius", [1e-6, 0.05, 1.0])
def test_crossmatches_use_the_index_and_are_complete(sky: Sky, form: str, table: str, radius: float) -> None:
    query = "SELECT m.id, s.id FROM " + form.format(m=table, r=repr(radius))
    wanted = set(zip(*(axis.tolist() for axis in np.nonzero(sky.apart() <= radius)), strict=True))
    assert set(sky.rows(query)) == wanted
    assert "adql_cells_near" in translate(query, TABLES).sql
    assert "stars_hpx29_idx" in sky.plan(query)


@pytest.mark.parametrize("rows", [1_000, 10_000_000, 10**12])
@pytest.mark.parametrize("radius", [2 / 3600, 0.01, 0.4])
def test_crossmatches_are_complete_across_all_edges_of_cells(sky: Sky, radius: float, rows: int) -> None:
    rng = np.random.default_rng(3)
    ra, dec = hard_places(rng, 3000)
    angles, reach = rng.uniform(0, 2 * math.pi, (3000, 1)), radius * rng.choice([0.999, 0.5], 3000)
    moved = np.stack([around(*case)[0] for case in zip(ra, dec, reach, angles, strict=True)])
    # How many rows a table says to have decides how fine the cells are.
    tables = TableMap([Table("", name, name, COLUMNS, positions=INDEX, rows=rows) for name in ("here", "there")])
    query = "SELECT h.id FROM here AS h JOIN there AS t ON DISTANCE(h.ra, h.dec, t.ra, t.dec) <= {!r} WHERE h.id = t.id"
    sql = translate(query.format(radius), tables).sql
    sky.cursor.execute("SAVEPOINT pairs")
    load(sky.cursor, "here", ra, dec)
    load(sky.cursor, "there", *directions_of(moved))
    sky.cursor.execute("CREATE INDEX ON here (hpx29); CREATE INDEX ON there (hpx29); ANALYZE here; ANALYZE there")
    sky.cursor.execute(sql)
    found = [row[0] for row in sky.cursor]
    sky.cursor.execute("ROLLBACK TO pairs")
    assert sorted(found) == [*range(3000)]


COUNTED = """
CREATE OR REPLACE FUNCTION adql_cells_near(hpx bigint, ra float8, "dec" float8, radius float8, cell_order int)
RETURNS bigint[] LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('calls'); RETURN '{}'; END $$
"""


def test_few_places_of_a_crossmatch_need_the_function(sky: Sky) -> None:
    rng = np.random.default_rng(5)
    places = rng.uniform(0, 360, 2000), np.degrees(np.arcsin(rng.uniform(-1, 1, 2000)))
    many = replace(STARS, rows=10_000_000)
    tables = TableMap([many, Table("", "scattered", "scattered", COLUMNS, positions=INDEX, rows=2000)])
    query = "SELECT m.id FROM scattered AS m, stars AS s WHERE DISTANCE(m.ra, m.dec, s.ra, s.dec) < {!r}"
    sky.cursor.execute("SAVEPOINT calls; CREATE TEMP SEQUENCE calls")
    sky.cursor.execute(COUNTED)
    load(sky.cursor, "scattered", *places)
    sky.cursor.execute(translate(query.format(2 / 3600), tables).sql)
    sky.cursor.execute("SELECT nextval('calls')")
    row = sky.cursor.fetchone()
    sky.cursor.execute("ROLLBACK TO calls")
    assert row is not None
    assert row[0] - 1 < 2000 / 20


def test_crossmatch_with_a_radius_of_each_row(sky: Sky) -> None:
    query = (
        "SELECT m.id, s.id FROM tap_upload.mine AS m JOIN stars AS s"
        ' ON 1 = CONTAINS(POINT(s.ra, s.dec), CIRCLE(m.ra, m.dec, m."size"))'
    )
    sizes = 0.001 * (1 + np.arange(300) % 50)
    wanted = set(zip(*(axis.tolist() for axis in np.nonzero(sky.apart() <= sizes[:, None])), strict=True))
    assert set(sky.rows(query)) == wanted
    assert "stars_hpx29_idx" in sky.plan(query)


def test_left_join_by_place_keeps_all_rows(sky: Sky) -> None:
    query = "SELECT m.id, s.id FROM {} JOIN {} ON DISTANCE(m.ra, m.dec, s.ra, s.dec) < 0.01 WHERE m.id >= 0"
    near = sky.apart() <= 0.01
    wanted = set(zip(*(axis.tolist() for axis in np.nonzero(near)), strict=True))
    wanted |= {(int(at), None) for at in np.flatnonzero(~near.any(axis=1))}
    for one, other in (("tap_upload.mine AS m LEFT", "stars AS s"), ("stars AS s RIGHT", "tap_upload.mine AS m")):
        assert set(sky.rows(query.format(one, other))) == wanted
        assert "stars_hpx29_idx" in sky.plan(query.format(one, other))


def test_what_has_no_neighbour_is_found_by_the_index(sky: Sky) -> None:
    query = (
        "SELECT m.id FROM tap_upload.mine AS m WHERE m.id >= 0 AND NOT EXISTS"
        " (SELECT s.id FROM stars AS s WHERE DISTANCE(m.ra, m.dec, s.ra, s.dec) < 0.01)"
    )
    assert sky.ids(query) == set(np.flatnonzero(~(sky.apart() <= 0.01).any(axis=1)).tolist())
    assert "adql_cells_near" in translate(query, TABLES).sql


def test_three_tables_and_other_conditions(sky: Sky) -> None:
    query = (
        "SELECT m.id, s.id FROM stars AS s JOIN tap_upload.mine AS m ON DISTANCE(m.ra, m.dec, s.ra, s.dec) < 0.05"
        " JOIN stars AS t ON t.id = s.id WHERE t.id > 100 AND m.id < 200"
    )
    near = zip(*(axis.tolist() for axis in np.nonzero(sky.apart() <= 0.05)), strict=True)
    assert set(sky.rows(query)) == {(one, other) for one, other in near if other > 100 and one < 200}
    assert "adql_cells_near" in translate(query, TABLES).sql


@pytest.mark.parametrize(
    ("where", "looked_up"),
    [
        ("pictures AS p JOIN stars AS s ON 1 = CONTAINS(POINT(s.ra, s.dec), p.s_region)", "x.outline"),
        ("stars AS s, pictures AS p WHERE INTERSECTS(p.s_region, POINT(s.ra, s.dec)) = 1", "x.outline"),
        ("stars AS s, pictures AS p WHERE CONTAINS(POINT(s.ra, s.dec), p.s_region) = 1 AND p.id = 3", "adql_cover"),
        ("stars AS s, pictures AS p WHERE 1 = CONTAINS(POINT(s.ra, s.dec), p.s_region) AND s.id = 5", "x.outline"),
        ("stars AS s LEFT JOIN pictures AS p ON 1 = CONTAINS(POINT(s.ra, s.dec), p.s_region)", "x.outline"),
        ("pictures AS p LEFT JOIN stars AS s ON 1 = CONTAINS(POINT(s.ra, s.dec), p.s_region)", "adql_cover"),
        ("pictures AS p, stars AS s WHERE p.id = -5 OR 1 = CONTAINS(POINT(s.ra, s.dec), p.s_region)", "t1.outline"),
    ],
)
def test_places_in_footprints(sky: Sky, where: str, looked_up: str) -> None:
    query = f"SELECT p.id, s.id FROM {where}"
    held = {(picture, star) for picture, region in enumerate(sky.pictures) for star in sky.inside(region)}
    wanted: set[tuple[int | None, int | None]] = {*held}
    if "p.id = 3" in where:
        wanted = {pair for pair in wanted if pair[0] == 3}
    if "s.id = 5" in where:
        wanted = {pair for pair in wanted if pair[1] == 5}
    if where.startswith("stars AS s LEFT"):
        wanted |= {(None, star) for star in {-1, *range(COUNT)} - {star for _, star in held}}
    if where.startswith("pictures AS p LEFT"):
        wanted |= {(one, None) for one in {-1, *range(len(sky.pictures))} - {one for one, _ in held}}
    assert set(sky.rows(query)) == wanted
    sql = translate(query, TABLES).sql
    assert looked_up in sql
    assert "\x01" not in sql


def test_places_in_regions_without_an_index(sky: Sky) -> None:
    tables = TableMap([STARS, replace(PICTURES, regions=(), rows=60)])
    query = "SELECT p.id, s.id FROM stars AS s, pictures AS p WHERE 1 = CONTAINS(POINT(s.ra, s.dec), p.s_region)"
    sql = translate(query, tables).sql
    assert "adql_cover(adql_region(t2.s_region))" in sql
    sky.cursor.execute(sql)
    wanted = {(picture, star) for picture, region in enumerate(sky.pictures) for star in sky.inside(region)}
    assert set(sky.cursor.fetchall()) == wanted


def test_boxes_of_columns_find_their_places(sky: Sky) -> None:
    query = (
        "SELECT m.id, s.id FROM tap_upload.mine AS m JOIN stars AS s"
        ' ON 1 = CONTAINS(POINT(s.ra, s.dec), BOX(m.ra, m.dec, m."size", 0.5))'
    )
    assert "adql_cover" in translate(query, TABLES).sql
    wanted = set()
    for at, (ra, dec) in enumerate(zip(sky.mine_ra.tolist(), sky.mine_dec.tolist(), strict=True)):
        wanted |= {(at, star) for star in sky.inside(Box(ra, dec, 0.001 * (1 + at % 50), 0.5))}
    assert set(sky.rows(query)) == wanted


def test_outside_of_footprints_is_not_what_has_none(sky: Sky) -> None:
    held = {picture for picture, region in enumerate(sky.pictures) if 5 in sky.inside(region)}
    inside = "CONTAINS(POINT(s.ra, s.dec), p.s_region)"
    for condition in (f"0 = {inside}", f"NOT 1 = {inside}", f"{inside} <> 1"):
        query = f"SELECT p.id, s.id FROM pictures AS p, stars AS s WHERE s.id = 5 AND {condition}"
        assert {row[0] for row in sky.rows(query)} == set(range(len(sky.pictures))) - held


def test_table_with_the_narrower_conditions_leads(sky: Sky) -> None:
    near = "stars AS s, tap_upload.mine AS m WHERE DISTANCE(s.ra, s.dec, m.ra, m.dec) < 0.05"
    cone = "1 = CONTAINS(POINT(s.ra, s.dec), CIRCLE(75.8, 12.1, 1.5))"
    assert "FROM stars AS x" in translate(f"SELECT s.id FROM {near}", TABLES).sql
    assert "FROM mine AS x" in translate(f"SELECT s.id FROM {near} AND {cone}", TABLES).sql
    assert "FROM mine AS x" in translate(f"SELECT s.id FROM {near} AND s.id = 5", TABLES).sql


def test_footprints_and_shapes(sky: Sky) -> None:
    box = "POLYGON(10, 10, 80, 12, 70, 50)"
    met = {at for at, region in enumerate(sky.pictures) if meets(region, parse_region("POLYGON 10 10 80 12 70 50"))}
    assert sky.ids(f"SELECT id FROM pictures WHERE INTERSECTS(s_region, {box}) = 1") == met
    assert sky.ids(f"SELECT id FROM pictures WHERE 1 = INTERSECTS({box}, s_region)") == met
    rest = set(range(len(sky.pictures))) - met
    assert sky.ids(f"SELECT id FROM pictures WHERE 0 = INTERSECTS({box}, s_region)") == rest
    held = sky.ids(f"SELECT id FROM pictures WHERE 1 = CONTAINS(s_region, {box})")
    assert held <= met
    assert sky.ids(f"SELECT id FROM pictures WHERE CONTAINS(s_region, {box}) <> 1") == set(range(60)) - held


def meets(one: Polygon, other: Region) -> bool:
    assert isinstance(other, Polygon)
    from_one, from_other = one.contains(*other.vertices.T).any(), other.contains(*one.vertices.T).any()
    sides = [sides_of(one.outline), sides_of(other.outline)]
    return bool(from_one or from_other or other.contains(*directions_of(sides[0])).any())


def sides_of(outline: np.ndarray) -> np.ndarray:
    steps = np.linspace(0, 1, 500)[:, None]
    following = np.roll(outline, -1, axis=0)
    return np.concatenate([a * (1 - steps) + b * steps for a, b in zip(outline, following, strict=True)])


def test_values_of_shapes(sky: Sky) -> None:
    row = sky.rows(
        "SELECT TOP 1 CONTAINS(POINT(1, 2), CIRCLE(1, 2, 3)), DISTANCE(POINT(0, 0), POINT(0, 1)), COORD1(POINT(5, 6)),"
        " AREA(CIRCLE(0, 0, 180)), CONTAINS(CIRCLE(1, 2, 1), CIRCLE(1, 2, 3)),"
        " INTERSECTS(CIRCLE(0, 0, 1), BOX(3, 0, 1, 1)),"
        " COORD2(CENTROID(POLYGON(0, 0, 90, 0, 0, 90))), CONTAINS(POINT(1, 2), CIRCLE(1, 2, -1)) FROM stars"
    )[0]
    assert [float(value) for value in row] == pytest.approx(
        [1, 1, 5, 360**2 / math.pi, 1, 0, math.degrees(math.atan(math.sqrt(0.5))), 0]
    )


def test_no_table_is_looked_up_where_none_has_an_index(sky: Sky) -> None:
    tables = TableMap([replace(STARS, positions=()), replace(UPLOAD, positions=())])
    query = "SELECT m.id, s.id FROM tap_upload.mine AS m, stars AS s WHERE DISTANCE(s.ra, s.dec, m.ra, m.dec) <= 0.01"
    sql = translate(query, tables).sql
    assert "adql_cells_near" not in sql
    sky.cursor.execute(sql)
    wanted = set(zip(*(axis.tolist() for axis in np.nonzero(sky.apart() <= 0.01)), strict=True))
    assert set(sky.cursor.fetchall()) == wanted
