"""A mosaic's outlines, filed together, are found as each of them alone would be."""

import numpy as np
import pytest

from archive.db.footprints import FootprintStore, Outline
from archive.db.healpix import footprint_sets_meeting
from archive.db.session import Database
from vo.sky import Circle, Point, Polygon
from vo.sky.overlap import overlaps
from vo.sky.vectors import Floats, directions_of, vectors_of

CCD = np.array([[0, 0], [0.15, 0], [0.15, 0.3], [0, 0.3]])


def mosaic(ra: float, dec: float, angle: float) -> list[Outline]:
    """Give 60 detectors of 0.15° x 0.30°, one as fine as a hair, one wide, one with five corners."""
    outlines = []
    for number in range(60):
        corners = CCD + np.array([0.2 * (number % 10) - 1, 0.4 * (number // 10)])
        if number == 7:
            corners[2:] = corners[1::-1] + np.array([0, 1e-4])
        if number == 8:
            corners = (corners - corners[0]) * 8 + corners[0]
        if number == 9:
            corners = np.insert(corners, 3, corners[2:].mean(axis=0) + np.array([0, 0.05]), axis=0)
        outlines.append(Outline(number + 1, number, placed(np.radians(corners), ra, dec, angle)))
    return outlines


def placed(plane: Floats, ra: float, dec: float, angle: float) -> Floats:
    """Put points of a tangent plane, in radians, on the sky."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    x, y = turn @ plane.T
    lon, lat = np.radians([ra, dec])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    middle = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    directions = middle + np.outer(x, east) + np.outer(y, north)
    found = directions_of(directions / np.linalg.norm(directions, axis=1, keepdims=True))
    return np.stack(found, axis=1)


@pytest.mark.parametrize(
    ("ra", "dec", "angle"), [(10.0, 41.0, 0.3), (359.8, 0.1, 1.0), (77.0, 89.5, 2.0), (45.0, -41.8, 0.0)]
)
def test_mosaic_is_found_wherever_one_of_its_detectors_is(
    database: Database, ra: float, dec: float, angle: float
) -> None:
    outlines = mosaic(ra, dec, angle)
    with database.begin() as uow:
        set_id = FootprintStore(uow).add_set(outlines)
    polygons = [Polygon(outline.vertices).outline for outline in outlines]
    random = np.random.default_rng(3)
    middle = vectors_of(np.array([ra]), np.array([dec]))[0]
    answers = []
    with database.engine.connect() as connection:
        for number in range(100):
            place = middle + random.normal(0, 0.02, 3)
            lon, lat = (float(value[0]) for value in directions_of((place / np.linalg.norm(place))[None, :]))
            region = Point(lon, lat) if number % 2 else Circle(lon, lat, float(10 ** random.uniform(-4, -0.5)))
            expected = any(overlaps(region, polygon) for polygon in polygons)
            found = [row[0] for row in connection.exec_driver_sql(footprint_sets_meeting(region))]
            assert found == ([set_id] if expected else []), region
            answers.append(expected)
    assert 10 < sum(answers) < 90
