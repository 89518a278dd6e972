"""Slow spherical geometry in another way than the product's: angles summed, arcs sampled."""

import math

import numpy as np

from vo.sky import MOC, Box, Circle, Point, Polygon, Range, Region, hpx29


def vector(ra: float, dec: float) -> np.ndarray:
    lon, lat = math.radians(ra), math.radians(dec)
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])


def separation(a: np.ndarray, b: np.ndarray) -> float:
    return math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b))


def corners_of(region: Polygon | Box) -> list[np.ndarray]:
    if isinstance(region, Polygon):
        return [vector(ra, dec) for ra, dec in region.vertices]
    centre, north = vector(region.ra, region.dec), vector(region.ra, region.dec + 90)
    east = np.cross(north, centre)
    right, up = math.tan(math.radians(region.width / 2)), math.tan(math.radians(region.height / 2))
    found = [centre + right * east + up * north, centre + right * east - up * north]
    found += [centre - right * east - up * north, centre - right * east + up * north]
    return [corner / np.linalg.norm(corner) for corner in found]


def angle_sum(corners: list[np.ndarray], x: np.ndarray) -> float:
    """Sum the angles under which the sides are seen from `x`: ±2π inside, 0 outside."""
    total = 0.0
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        # The parts of both that are at right angles to x, from differences, so that tiny shapes keep their digits.
        p, q = a - x - x * float(x @ (a - x)), b - x - x * float(x @ (b - x))
        total += math.atan2(float(x @ np.cross(p, q)), float(p @ q))
    return total


def distance_to_side(a: np.ndarray, b: np.ndarray, x: np.ndarray) -> float:
    ends = min(separation(a, x), separation(b, x))
    normal = np.cross(a, b - a)
    length = float(np.linalg.norm(normal))
    if length == 0:
        return ends
    normal = normal / length
    foot = x - normal * float(normal @ (x - a))
    foot = foot / np.linalg.norm(foot)
    beside = float(np.cross(normal, a) @ foot) >= 0 and float(np.cross(b, normal) @ foot) >= 0
    return min(ends, abs(math.asin(max(-1.0, min(1.0, float(normal @ (x - a))))))) if beside else ends


def distance_to_edge(corners: list[np.ndarray], x: np.ndarray) -> float:
    return min(distance_to_side(a, b, x) for a, b in zip(corners, corners[1:] + corners[:1], strict=True))


def inside_polygon(corners: list[np.ndarray], x: np.ndarray) -> bool:
    """Whether `x` is inside corners that lie in one hemisphere."""
    if abs(angle_sum(corners, x)) < math.pi:
        return False
    # A point and its antipode see the same sum; the inside is the one nearer to the corners' hemisphere.
    return distance_to_edge(corners, x) < math.pi / 2 and hemisphere_side(corners, x)


def hemisphere_side(corners: list[np.ndarray], x: np.ndarray) -> bool:
    # From inside, some side is nearer than from the antipode.
    return distance_to_edge(corners, x) < distance_to_edge(corners, -x)


def signed_depth(region: Region, ra: float, dec: float) -> float:
    """Give how far (radians) a place is from the region's edge: positive inside."""
    x = vector(ra, dec)
    match region:
        case Point():
            return -separation(vector(region.ra, region.dec), x)
        case Circle():
            return math.radians(region.radius) - separation(vector(region.ra, region.dec), x)
        case Polygon() | Box():
            corners = corners_of(region)
            edge = distance_to_edge(corners, x)
            return edge if inside_polygon(corners, x) else -edge
        case Range():
            east = (ra - region.ra_min) % 360
            beside = (
                min(region.ra_width - east, east)
                if east <= region.ra_width
                else -min(east - region.ra_width, 360 - east)
            )
            if region.ra_width >= 360 or abs(dec) == 90:
                beside = 360.0
            across = beside * math.cos(math.radians(dec)) if abs(dec) < 90 else 360.0
            return math.radians(min(across, dec - region.dec_min, region.dec_max - dec))
        case MOC():
            return 1.0 if bool(region.contains_cells(hpx29(ra, dec))[0]) else -1.0
