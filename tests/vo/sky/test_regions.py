"""Regions hold what a slow independent computation says, and their covers hold the regions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vo.sky.brute import signed_depth
from tests.vo.sky.regions import places_about, regions
from vo.sky import Box, Circle, Point, Polygon, Range, hpx29
from vo.sky.cover import MAX_RANGES
from vo.sky.healpix import cell_centres
from vo.sky.vectors import directions_of

BLUR = 1e-12


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_contains_agrees_with_brute_force(data: st.DataObject) -> None:
    region = data.draw(regions)
    ra, dec = data.draw(places_about(region))
    depth = signed_depth(region, ra, dec)
    inside = bool(region.contains(ra, dec)[0])
    if inside:
        cell, cover = hpx29(ra, dec)[0], region.cover()
        assert bool(((cover[:, 0] <= cell) & (cell < cover[:, 1])).any()), "the cover holds the region"
    if abs(depth) > BLUR:
        assert inside is (depth > 0)


@settings(max_examples=500, deadline=None)
@given(regions)
def test_cover_is_short_sorted_and_disjoint(region: Point) -> None:
    cover = region.cover()
    assert 1 <= len(cover) <= MAX_RANGES
    assert cover.dtype == np.int64
    assert (cover[:, 0] < cover[:, 1]).all()
    assert (cover[1:, 0] > cover[:-1, 1]).all()
    assert cover[0, 0] >= 0
    assert cover[-1, 1] <= 12 << 58


@pytest.mark.parametrize("seed", range(20))
def test_cover_holds_many_points_of_the_rim(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(20):
        circle = Circle(rng.uniform(0, 360), rng.uniform(-90, 90), 10 ** rng.uniform(-9, 2))
        cover = circle.cover()
        angle, way = rng.uniform(0, 2 * np.pi, 500), np.radians(circle.radius)
        centre = circle.vector
        east = np.cross([0, 0, 1.0], centre)
        east /= np.linalg.norm(east)
        north = np.cross(centre, east)
        rim = centre * np.cos(way) + np.sin(way) * (np.sin(angle)[:, None] * east + np.cos(angle)[:, None] * north)
        cells = hpx29(
            np.degrees(np.arctan2(rim[:, 1], rim[:, 0])) % 360, np.degrees(np.arcsin(np.clip(rim[:, 2], -1, 1)))
        )
        place = np.searchsorted(cover[:, 0], cells, side="right") - 1
        assert ((place >= 0) & (cells < cover[place, 1])).all()


@pytest.mark.parametrize("radius", [0.5, 4.0, 5.0, 12.0, 29.9, 60.0])
def test_core_of_a_circle_is_all_inside(radius: float) -> None:
    for dec in (90.0, 89.0, 41.8, 0.0, -30.0, -90.0):
        circle = Circle(359.5, dec, radius)
        core = circle.core()
        assert (len(core) > 0) is (4 <= radius < 30)
        for low, high in core.tolist():
            cells = np.unique(np.linspace(low, high - 1, 400).astype(np.int64).clip(low, high - 1))
            ra, lat = directions_of(cell_centres(29, cells))
            assert circle.contains(ra, lat).all()


def test_edges_and_corners_are_inside() -> None:
    square = Polygon(np.array([[0, -1], [2, -1], [2, 1], [0, 1]]))
    assert square.contains([0, 2, 0, 2, 0, 1], [-1, -1, 1, 1, 0, 0]).all()
    assert Range(350, 10, -5, 5).contains([350, 0, 360, 10, 355], [0, 5, -5, 0, 0]).all()
    assert not Range(350, 10, -5, 5).contains([349, 11, 0], [0, 0, 6]).any()
    assert Range(0, 360, 80, 90).contains([0, 123, 360], [90, 80, 85]).all()
    assert Circle(10, 20, 0).contains(10, 20)[0]
    assert Box(0, 90, 2, 2).contains([0, 90, 45], [89.1, 89.1, 89]).all()


def test_concave_polygon_leaves_its_bay_out() -> None:
    arrow = Polygon(np.array([[358, -2], [0, -1], [2, -2], [0, 2]]))
    assert list(arrow.contains([0, 0, 1.5, 359], [0, -1.5, -1.6, -1])) == [True, False, True, True]


def test_the_smaller_side_is_inside_in_both_directions() -> None:
    corners = np.array([[10, 10], [20, 10], [20, 20], [10, 20]])
    for given_corners in (corners, corners[::-1]):
        polygon = Polygon(given_corners)
        assert polygon.contains(15, 15)[0]
        assert not polygon.contains(195, -15)[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Circle(400, 0, 1), "RA must"),
        (lambda: Circle(0, 91, 1), "Dec must"),
        (lambda: Circle(0, 0, -1), "radius must"),
        (lambda: Circle(0, 0, float("nan")), "radius must"),
        (lambda: Circle(float("inf"), 0, 1), "RA must"),
        (lambda: Polygon(np.array([[0, 0], [1, 1]])), "three different"),
        (lambda: Polygon(np.array([[0, 0], [1, 1], [1, 1], [0, 0]])), "three different"),
        (lambda: Polygon(np.array([[0, 0], [2, 2], [2, 0], [0, 2]])), "cross"),
        (lambda: Polygon(np.array([[0, 0], [120, 0], [240, 0]])), "hemisphere"),
        (lambda: Polygon(np.array([[0, 0], [180, 0], [90, 10]])), "hemisphere"),
        (lambda: Range(0, 10, 5, -5), "lower Dec"),
        (lambda: Box(0, 0, 1, 180), "height"),
    ],
)
def test_nonsense_is_refused(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]
