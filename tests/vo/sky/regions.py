"""Regions for property tests: of every kind, at poles and seam, tiny and huge, and degenerate."""

import math

import numpy as np
from hypothesis import strategies as st

from tests.vo.sky.brute import vector
from vo.sky import MOC, Box, Circle, Point, Polygon, Range, Region, hpx29
from vo.sky.vectors import directions_of, tangent_frame

ra_values = st.one_of(st.sampled_from([0.0, 360.0, 1e-9, 359.9999999, 45.0, 90.0, 180.0]), st.floats(0, 360))
dec_values = st.one_of(st.sampled_from([0.0, 90.0, -90.0, 89.9999999, -89.5, 41.8103, -41.8104]), st.floats(-90, 90))
sizes = st.one_of(
    st.floats(-9, 1.9).map(lambda power: 10**power), st.sampled_from([1e-7, 2 / 3600, 1 / 60, 0.5, 5.0, 60.0])
)


def offset(ra: float, dec: float, angle: float, distance: float) -> tuple[float, float]:
    """Go `distance` degrees from a place in the direction `angle` (radians)."""
    centre = vector(ra, dec)
    east, north = tangent_frame(centre)
    way = math.radians(distance)
    target = centre * math.cos(way) + (east * math.sin(angle) + north * math.cos(angle)) * math.sin(way)
    lon, lat = directions_of(target)
    return float(lon), float(lat)


@st.composite
def polygons(draw: st.DrawFn, most: float = 80.0) -> Polygon:
    """Stars around a centre: convex and concave, with radii that differ up to tenfold."""
    ra, dec = draw(ra_values), draw(dec_values)
    size = min(most, draw(sizes))
    count = draw(st.integers(3, 9))
    turn = draw(st.floats(0, 2 * math.pi))
    lengths = draw(st.lists(st.floats(0.1, 1.0), min_size=count, max_size=count))
    corners = [
        offset(ra, dec, turn + 2 * math.pi * index / count, size * length) for index, length in enumerate(lengths)
    ]
    if draw(st.booleans()):
        corners.reverse()
    return Polygon(np.array(corners))


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    low, high = sorted([draw(dec_values), draw(dec_values)])
    if draw(st.booleans()):
        high = min(90.0, low + draw(sizes))
    start = draw(ra_values)
    end = draw(st.one_of(ra_values, sizes.map(lambda size: (start + min(size, 359.0)) % 360)))
    return Range(start, end, low, high)


@st.composite
def mocs(draw: st.DrawFn) -> MOC:
    cells = []
    for _ in range(draw(st.integers(1, 8))):
        order = draw(st.integers(0, 29))
        shift = 2 * (29 - order)
        cell = int(hpx29(draw(ra_values), draw(dec_values))[0]) >> shift
        cells.append((cell << shift, (cell + 1) << shift))
    return MOC(np.array(cells))


points = st.builds(Point, ra_values, dec_values)
circles = st.builds(Circle, ra_values, dec_values, st.one_of(sizes, st.sampled_from([0.0, 90.0, 120.0, 179.9, 180.0])))
boxes = st.builds(Box, ra_values, dec_values, sizes, sizes)
regions: st.SearchStrategy[Region] = st.one_of(points, circles, boxes, polygons(), ranges(), mocs())


def extent(region: Region) -> tuple[float, float, float]:
    """Give a place of the region and about how large it is, degrees."""
    match region:
        case Point():
            return region.ra, region.dec, 1e-9
        case Circle():
            return region.ra, region.dec, region.radius
        case Box():
            return region.ra, region.dec, max(region.width, region.height)
        case Polygon():
            ra, dec = directions_of(region.outline.mean(axis=0))
            return float(ra), float(dec), math.degrees(float(np.ptp(region.outline, axis=0).max()))
        case Range():
            middle = (region.ra_min + region.ra_width / 2) % 360
            return (
                middle,
                (region.dec_min + region.dec_max) / 2,
                max(1e-9, region.ra_width, region.dec_max - region.dec_min),
            )
        case MOC():
            return 0.0, 0.0, 180.0


@st.composite
def places_about(draw: st.DrawFn, region: Region) -> tuple[float, float]:
    """Draw a place that is as likely inside as outside."""
    ra, dec, size = extent(region)
    if draw(st.integers(0, 4)) == 0:
        return draw(ra_values), draw(dec_values)
    return offset(ra, dec, draw(st.floats(0, 2 * math.pi)), min(180.0, size * draw(st.floats(0, 2))))
