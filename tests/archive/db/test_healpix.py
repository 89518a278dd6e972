"""What PostgreSQL finds by place is what the slow spherical computation says, for every shape."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from archive.db.footprints import FootprintStore, Outline
from archive.db.healpix import footprint_sets_meeting
from archive.db.session import Database
from tests.vo.sky.brute import corners_of, signed_depth, vector
from tests.vo.sky.regions import extent, offset, places_about, polygons, regions
from vo.sky import MOC, Box, Circle, Point, Polygon, Range, Region, hpx29
from vo.sky.overlap import overlaps
from vo.sky.sql import exact_outline, point_condition
from vo.sky.vectors import directions_of

many = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def decide(database: Database, condition: str) -> bool:
    with database.engine.connect() as connection:
        return bool(connection.exec_driver_sql(f"SELECT {condition}").scalar())


@many
@given(data=st.data())
def test_point_condition_equals_contains(database: Database, data: st.DataObject) -> None:
    region = data.draw(regions)
    ra, dec = data.draw(places_about(region))
    depth = signed_depth(region, ra, dec)
    condition = point_condition(
        region, hpx29=f"({int(hpx29(ra, dec)[0])}::bigint)", ra=f"({ra!r}::float8)", dec=f"({dec!r}::float8)"
    )
    if abs(depth) > 1e-11 and not (isinstance(region, Circle) and region.radius > 179.99):
        assert decide(database, condition) is (depth > 0)


@many
@given(data=st.data())
def test_footprints_found_are_those_that_overlap(database: Database, data: st.DataObject) -> None:
    region = data.draw(regions)
    polygon = data.draw(polygons())
    if data.draw(st.booleans()):
        polygon = moved_near(data, polygon, region)
    sure = overlap_by_sampling(region, polygon)
    expected = overlaps(region, polygon.outline)
    assert expected or not sure, "what the samples prove is found"
    with database.begin() as uow:
        uow.session.execute(text("DELETE FROM footprint_cell"))
        uow.session.execute(text("DELETE FROM footprint_set"))
        set_id = FootprintStore(uow).add_set([Outline(1, None, polygon.vertices)])
    with database.engine.connect() as connection:
        found = [row[0] for row in connection.exec_driver_sql(footprint_sets_meeting(region))]
    assert found == ([set_id] if expected else [])


def moved_near(data: st.DataObject, polygon: Polygon, region: Region) -> Polygon:
    """Put a polygon of the region's size beside it, where the doubtful cases are."""
    ra, dec, size = extent(region)
    size = max(1e-9, min(size, 60.0))
    here = offset(ra, dec, data.draw(st.floats(0, 2 * math.pi)), size * data.draw(st.floats(0, 2)))
    count = data.draw(st.integers(3, 7))
    lengths = data.draw(st.lists(st.floats(0.1, 1.0), min_size=count, max_size=count))
    corners = [offset(*here, 2 * math.pi * index / count, size * length) for index, length in enumerate(lengths)]
    return Polygon(np.array(corners))


def overlap_by_sampling(region: Region, polygon: Polygon) -> bool:
    """Look for a place that is deep enough in both for a proof."""
    ra, dec, _ = extent(region)
    places = [(ra, dec)] if not isinstance(region, MOC) else []
    if isinstance(region, Polygon | Box):
        places += along_sides(corners_of(region))
    own = [vector(lon, lat) for lon, lat in polygon.vertices]
    places += along_sides(own)
    return any(signed_depth(polygon, *place) > -1e-15 and signed_depth(region, *place) > 1e-12 for place in places)


def along_sides(corners: list[np.ndarray]) -> list[tuple[float, float]]:
    found = []
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        for part in (0.0, 0.25, 0.5, 0.75):
            lon, lat = directions_of(a * (1 - part) + b * part)
            found.append((float(lon), float(lat)))
    return found


SQUARE = np.array([[359.0, -1.0], [1.0, -1.0], [1.0, 1.0], [359.0, 1.0]])
BAY = np.array([[10.0, 0.0], [14.0, 0.0], [14.0, 4.0], [12.0, 1.0], [10.0, 4.0]])
CAP = np.array([[0.0, 80.0], [90.0, 80.0], [180.0, 80.0], [270.0, 80.0]])


@pytest.mark.parametrize(
    ("region", "corners", "expected"),
    [
        (Point(0, 0), SQUARE, True),
        (Point(360, 1), SQUARE, True),
        (Point(180, 0), SQUARE, False),
        (Circle(1.5, 0, 0.5), SQUARE, True),
        (Circle(1.5, 0, 0.499999), SQUARE, False),
        (Point(12, 3), BAY, False),
        (Circle(12, 3, 0.5), BAY, False),
        (Box(12, 3, 0.5, 0.5), BAY, False),
        (Range(11.9, 12.1, 2.5, 5), BAY, False),
        (Range(11.9, 12.1, 0.5, 5), BAY, True),
        (Range(0, 360, 85, 90), CAP, True),
        (Range(0, 360, 82, 84), CAP, True),
        (Point(123, 90), CAP, True),
        (Point(123, -90), CAP, False),
        (Circle(0, -90, 180), CAP, True),
        (Circle(0, -90, 169.9), CAP, False),
        (MOC.from_text("0/4"), SQUARE, True),
        (MOC.from_text("0/0"), CAP, True),
        (MOC.from_text("0/8"), CAP, False),
    ],
)
def test_known_cases(database: Database, region: Region, corners: np.ndarray, expected: bool) -> None:
    outline = Polygon(corners).outline
    literal = "'{" + ",".join(map(repr, outline.ravel().tolist())) + "}'::float8[]"
    assert overlaps(region, outline) is expected
    assert decide(database, exact_outline(region, literal)) is expected
