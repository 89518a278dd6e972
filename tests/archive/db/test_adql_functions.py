"""The functions that SQL made of ADQL calls, against Python's own and against vo/sky."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from archive.db.session import Database
from vo.sky import Circle, Polygon, hpx29
from vo.sky.overlap import overlaps
from vo.sky.vectors import directions_of, vectors_of

FEW = settings(max_examples=60, deadline=None)
RAS = st.one_of(st.floats(0, 359.999), st.sampled_from([0.0, 45.0, 90.0, 180.0, 270.0, 359.9999999]))
DECS = st.one_of(
    st.floats(-90, 90), st.sampled_from([-90.0, -41.8103148957786, 0.0, 41.8103148957786, 89.9999999, 90.0])
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as opened:
        yield opened


def ask(connection: Connection, sql: str, **values: object) -> object:
    return connection.execute(text(f"SELECT {sql}"), values).scalar()


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@FEW
@given(NUMBERS, NUMBERS.filter(lambda y: abs(y) > 1e-6))
def check_mod(connection: Connection, x: float, y: float) -> None:
    found = ask(connection, "adql_mod(:x, :y)", x=x, y=y)
    assert isinstance(found, float)
    assert abs(found) <= abs(y)
    assert found == 0 or math.copysign(1, found) == math.copysign(1, x)
    apart = abs(found - math.fmod(x, y))
    assert min(apart, abs(y) - apart) <= 1e-9 * abs(y) + 1e-15 * abs(x)


def test_mod_takes_the_sign_of_x(connection: Connection) -> None:
    check_mod(connection)
    assert ask(connection, "adql_mod(-7, 3)") == -1
    assert ask(connection, "adql_mod(7, -3)") == 1
    assert ask(connection, "adql_mod(1e-300, 1e300)") == 1e-300
    assert ask(connection, "adql_mod(NULL, 3)") is None


@FEW
@given(st.floats(-1e12, 1e12, allow_nan=False), st.integers(-5, 8))
def check_rounding(connection: Connection, x: float, digits: int) -> None:
    step = 10.0**-digits
    rounded = ask(connection, "adql_round(CAST(:x AS float8), :n)", x=x, n=digits)
    cut = ask(connection, "adql_truncate(CAST(:x AS float8), :n)", x=x, n=digits)
    assert isinstance(rounded, float)
    assert isinstance(cut, float)
    assert abs(rounded - x) <= step / 2 * (1 + 1e-9) + abs(x) * 1e-15
    assert abs(cut) <= abs(x)
    assert abs(cut - x) < step * (1 + 1e-9) + abs(x) * 1e-15


def test_rounding(connection: Connection) -> None:
    check_rounding(connection)
    cases = {"2.5": 3, "-2.5": -3, "0.5": 1, "0.49999999999999994": 0, "1e300": 1e300, "'Infinity'": math.inf}
    for value, wanted in cases.items():
        assert ask(connection, f"adql_round({value}::float8)") == wanted
    assert ask(connection, "adql_round(2.675::float8, 2)") == 2.68
    assert ask(connection, "adql_round('NaN'::float8, 2)::text") == "NaN"


@FEW
@given(RAS, DECS, RAS, DECS)
def check_distance(connection: Connection, ra1: float, dec1: float, ra2: float, dec2: float) -> None:
    found = ask(connection, "adql_distance(:a, :b, :c, :d)", a=ra1, b=dec1, c=ra2, d=dec2)
    one, other = vectors_of(ra1, dec1), vectors_of(ra2, dec2)
    wanted = math.degrees(math.atan2(float(np.linalg.norm(np.cross(one, other))), float(one @ other)))
    assert found == pytest.approx(wanted, abs=2e-6 if wanted > 179.9 else 1e-12)


def test_distance(connection: Connection) -> None:
    check_distance(connection)
    assert ask(connection, "adql_distance(10, 20, 10, 20)") == 0
    assert ask(connection, "adql_distance(0, 90, 180, 90)") == pytest.approx(0, abs=1e-13)
    assert ask(connection, "adql_distance(1e-200, 1e-200, 0, 0)") == 0
    assert ask(connection, "adql_distance(NULL, 1, 2, 3)") is None


def polygon(ra: float, dec: float, size: float, corners: int, turn: float) -> list[float]:
    """Give corners around a place, some of them drawn in."""
    centre = vectors_of(ra, dec)
    east = np.cross([0.0, 0.0, 1.0] if abs(dec) < 80 else [1.0, 0.0, 0.0], centre)
    east /= np.linalg.norm(east)
    north = np.cross(centre, east)
    numbers: list[float] = []
    for k in range(corners):
        angle, reach = turn + 2 * math.pi * k / corners, math.tan(math.radians(size * (0.5 if k % 2 else 1.0)))
        place = centre + reach * (math.cos(angle) * east + math.sin(angle) * north)
        lon, lat = directions_of(place / np.linalg.norm(place))
        numbers += [float(lon), float(lat)]
    return numbers


SHAPES = st.tuples(st.floats(0, 359), st.floats(-89, 89), st.floats(0.1, 20), st.integers(3, 7), st.floats(0, 6))


@FEW
@given(SHAPES, st.floats(-25, 25), st.floats(-25, 25), st.floats(0, 20))
def check_shapes(
    connection: Connection, shape: tuple[float, float, float, int, float], dx: float, dy: float, r: float
) -> None:
    corners = polygon(*shape)
    region = Polygon(np.array(corners).reshape(-1, 2))
    ra, dec = (shape[0] + dx) % 360, max(-90.0, min(90.0, shape[1] + dy))
    values = {"p": corners, "ra": ra, "dec": dec, "r": r}
    part = "adql_part(2, CAST(:p AS float8[]))"
    circle = "adql_part(1, ARRAY[:ra, :dec, :r]::float8[])"
    point = "adql_part(0, ARRAY[:ra, :dec]::float8[])"
    assert ask(connection, f"adql_contains({part}, {point})", **values) == bool(region.contains(ra, dec)[0])
    meets = overlaps(Circle(ra, dec, r), region.outline)
    assert ask(connection, f"adql_intersects({part}, {circle})", **values) is meets
    assert ask(connection, f"adql_intersects({circle}, {part})", **values) is meets
    # What is held is held by sampled places, too.
    angles = np.linspace(0, 2 * math.pi, 400)
    rim = around(ra, dec, r, angles)
    is_held = bool(region.contains(*directions_of(rim)).all() and region.contains(ra, dec)[0])
    found = ask(connection, f"adql_contains({part}, {circle})", **values)
    assert found is is_held or near_edge(region, ra, dec, r)
    held = bool(Circle(ra, dec, r).contains(*region.vertices.T).all())
    assert ask(connection, f"adql_contains({circle}, {part})", **values) is held


def around(ra: float, dec: float, r: float, angles: np.ndarray) -> np.ndarray:
    centre = vectors_of(ra, dec)
    east = np.array([-math.sin(math.radians(ra)), math.cos(math.radians(ra)), 0.0])
    north = np.cross(centre, east)
    ways = np.cos(angles)[:, None] * east + np.sin(angles)[:, None] * north
    places: np.ndarray = centre * math.cos(math.radians(r)) + ways * math.sin(math.radians(r))
    return places


def near_edge(region: Polygon, ra: float, dec: float, r: float) -> bool:
    """Whether a circle so nearly touches the edge that sampling it may miss that."""
    angles = np.linspace(0, 2 * math.pi, 400)
    inner = region.contains(*directions_of(around(ra, dec, r * 0.98, angles))).all()
    outer = region.contains(*directions_of(around(ra, dec, r * 1.02, angles))).all()
    return bool(inner != outer) or r == 0


def test_shapes_are_tested_as_in_python(connection: Connection) -> None:
    check_shapes(connection)


@FEW
@given(SHAPES, st.floats(-10, 10), st.floats(0.1, 1.5))
def check_polygons(
    connection: Connection, shape: tuple[float, float, float, int, float], dx: float, scale: float
) -> None:
    outer = polygon(*shape)
    inner = polygon((shape[0] + dx) % 360, shape[1], shape[2] * scale, shape[3], shape[4])
    values = {"o": outer, "i": inner}
    sql = "adql_contains(adql_part(2, CAST(:o AS float8[])), adql_part(2, CAST(:i AS float8[])))"
    found = ask(connection, sql, **values)
    one, other = (Polygon(np.array(corners).reshape(-1, 2)) for corners in (outer, inner))
    sides = [
        a * (1 - t) + b * t
        for a, b in zip(other.outline, np.roll(other.outline, -1, axis=0), strict=True)
        for t in np.linspace(0, 1, 60)
    ]
    ra, dec = directions_of(np.array(sides))
    is_held = bool(one.contains(ra, dec).all())
    if found is not is_held:
        # Sampled places may step over a corner that pokes in, never find one that is not there.
        assert is_held
        assert other.contains(*one.vertices.T).any()
    meets = ask(connection, sql.replace("contains", "intersects"), **values)
    assert meets is overlaps(one, other.outline)


def test_polygons_in_polygons(connection: Connection) -> None:
    check_polygons(connection)
    square, notch = "{0,0,10,0,10,10,0,10}", "{0,0,10,0,5,4,0,10}"
    parts = f"adql_part(2, '{square}'), adql_part(2, '{notch}')"
    assert ask(connection, f"adql_contains({parts})") is True
    hull = f"adql_part(2, '{notch}'), adql_part(2, '{{0,0,10,0,0,10}}')"
    assert ask(connection, f"adql_contains({hull})") is False


@pytest.mark.parametrize(
    ("region", "parts"),
    [
        ("CIRCLE ICRS 1 2 3", [1, 3, 1, 2, 3]),
        ("Circle 1 2 3", [1, 3, 1, 2, 3]),
        ("POLYGON ICRS 1 2 3 4 5 6", [2, 6, 1, 2, 3, 4, 5, 6]),
        ("Position FK5 TOPOCENTER 1 -2.5e0", [0, 2, 1, -2.5]),
        ("UNION ICRS ( CIRCLE 1 2 3 POLYGON 1 1 2 1 2 2 )", [1, 3, 1, 2, 3, 2, 6, 1, 1, 2, 1, 2, 2]),
        ("1 2 3", [1, 3, 1, 2, 3]),
        ("", None),
        ("POLYGON GALACTIC 1 2 3 4 5 6", None),
        ("POLYGON 1 2 3 4", None),
        ("POLYGON 1 2 3 4 5", None),
        ("CIRCLE 1 2", None),
        ("'; DROP TABLE product --", None),
    ],
)
def test_regions_are_read(connection: Connection, region: str, parts: list[float] | None) -> None:
    assert ask(connection, "adql_region(:region)", region=region) == parts


def test_areas_and_centres(connection: Connection) -> None:
    sky = 360**2 / math.pi
    assert ask(connection, "adql_area(adql_part(1, '{0,0,180}'))") == pytest.approx(sky)
    assert ask(connection, "adql_area(adql_part(2, '{0,0,90,0,0,90}'))") == pytest.approx(sky / 8)
    assert ask(connection, "adql_area(adql_part(2, '{0,0,0,90,90,0}'))") == pytest.approx(sky / 8)
    assert ask(connection, "adql_area(adql_part(0, '{0,0}'))") == 0
    found = ask(connection, "adql_centroid(adql_part(2, '{0,0,90,0,0,90}'))")
    assert found == pytest.approx([45, math.degrees(math.atan(math.sqrt(0.5)))])
    assert ask(connection, "adql_centroid(adql_region('UNION (CIRCLE 10 0 1 CIRCLE 20 0 1)'))") == pytest.approx(
        [15, 0]
    )


@FEW
@given(RAS, DECS, st.integers(0, 29))
def check_healpix(connection: Connection, ra: float, dec: float, order: int) -> None:
    found = ask(connection, "adql_healpix(:k, :ra, :dec)", k=order, ra=ra, dec=dec)
    assert isinstance(found, int)
    wanted = int(hpx29(ra, dec)[0]) >> (58 - 2 * order)
    if found != wanted:
        # A place on the edge of cells goes to either.
        nudged = {
            int(cell) >> (58 - 2 * order) for cell in hpx29(*directions_of(around(ra, dec, 1e-10, np.arange(8.0))))
        }
        assert found in nudged
    centre = ask(connection, "adql_healpix_centre(:k, :cell)", k=order, cell=found)
    assert isinstance(centre, list)
    assert ask(connection, "adql_healpix(:k, :ra, :dec)", k=order, ra=centre[0], dec=centre[1]) == found


def test_healpix(connection: Connection) -> None:
    check_healpix(connection)
    assert ask(connection, "adql_healpix(17, 1, 1)") == 81609757711
    assert ask(connection, "adql_healpix_centre(0, 6)") == [180, 0]
    assert ask(connection, "adql_healpix(30, 1, 1)") is None
    assert ask(connection, "adql_healpix_centre(0, 12)") is None


def hard_places(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Give places all over the sky, many of them at poles, base cells' edges and corners."""
    z = rng.uniform(-1, 1, count)
    z[: count // 6] = np.sign(z[: count // 6]) * (1 - 10 ** rng.uniform(-12, -1, count // 6))
    z[count // 6 : count // 3] = np.sign(z[count // 6 : count // 3]) * (
        2 / 3 + 10 ** rng.uniform(-10, -2, count // 3 - count // 6) * rng.choice([-1, 1], count // 3 - count // 6)
    )
    ra = rng.uniform(0, 360, count)
    ra[::3] = np.round(ra[::3] / 45) * 45 + 10 ** rng.uniform(-10, -1, len(ra[::3])) * rng.choice([-1, 1], len(ra[::3]))
    dec = np.degrees(np.arcsin(np.clip(z, -1, 1)))
    dec[1::5] = 0.0 + 10 ** rng.uniform(-10, 0, len(dec[1::5]))
    # Along the edges of equatorial base cells z and longitude go together.
    edge = slice(2, None, 7)
    dec[edge] = np.degrees(
        np.arcsin(2 / 3 * (1 - np.abs((ra[edge] % 90) - 45) / 45) * rng.choice([-1, 1], len(ra[edge])))
    )
    return ra % 360, dec


@pytest.mark.parametrize("radius", [1e-9, 2 / 3600, 0.01, 0.4, 4.0])
def test_cells_near_leave_out_no_place(connection: Connection, radius: float) -> None:
    rng = np.random.default_rng(7)
    ra, dec = hard_places(rng, 3000)
    order = max(0, min(21, math.floor(math.log2(5.8632 / radius))))
    assert ask(connection, "adql_order_near(:r)", r=radius) == order
    angles = rng.uniform(0, 2 * math.pi, len(ra))
    reach = radius * rng.choice([1.0, 0.999, 0.5], len(ra))
    places = np.stack([around(*case)[0] for case in zip(ra, dec, reach, angles[:, None], strict=True)])
    there = hpx29(*directions_of(places)) >> (58 - 2 * order)
    rows = connection.execute(
        text(
            "SELECT adql_cells_near(c, a, d, :r, :k) FROM unnest(CAST(:cells AS int8[]), CAST(:ra AS float8[]),"
            " CAST(:dec AS float8[])) WITH ORDINALITY AS given(c, a, d, n) ORDER BY n"
        ),
        {"r": radius, "k": order, "cells": hpx29(ra, dec).tolist(), "ra": ra.tolist(), "dec": dec.tolist()},
    ).scalars()
    found = list(rows)
    missing = [at for at, (cells, cell) in enumerate(zip(found, there.tolist(), strict=True)) if cell not in cells]
    assert missing == []
    assert all(len(set(cells)) == len(cells) for cells in found), "a pair would be given twice"


@FEW
@given(SHAPES, st.booleans(), st.integers(0, 10_000))
def check_cover(
    connection: Connection, shape: tuple[float, float, float, int, float], is_circle: bool, seed: int
) -> None:
    if is_circle:
        part = f"adql_part(1, '{{{shape[0]!r},{shape[1]!r},{shape[2]!r}}}')"
        region: Circle | Polygon = Circle(*shape[:3])
    else:
        corners = polygon(*shape)
        part = f"adql_part(2, '{{{','.join(map(repr, corners))}}}')"
        region = Polygon(np.array(corners).reshape(-1, 2))
    rows = connection.execute(text(f"SELECT lower(r), upper(r) FROM unnest(adql_cover({part})) AS r")).all()
    ranges = np.array([tuple(row) for row in rows])
    rng = np.random.default_rng(seed)
    reaches = np.linspace(0, shape[2] * 1.5, 40)
    ra, dec = directions_of(np.concatenate([around(shape[0], shape[1], r, rng.uniform(0, 7, 20)) for r in reaches]))
    cells = hpx29(ra, dec)[region.contains(ra, dec)]
    held = ((cells[:, None] >= ranges[:, 0]) & (cells[:, None] < ranges[:, 1])).sum(axis=1)
    assert (held == 1).all(), "each place is in one range"
    assert len(ranges) <= 100


def test_covers_hold_their_shapes(connection: Connection) -> None:
    check_cover(connection)
    everything = ask(connection, "adql_cover(adql_part(1, '{10,20,180}'))::text")
    assert everything == f"{{[0,{12 << 58})}}"
    assert ask(connection, "adql_cover(adql_part(1, '{10,20,-1}'))::text") == "{}"
    assert ask(connection, "adql_cover(adql_region('nonsense'))") is None
    union = ask(connection, "adql_cover(adql_region('UNION (CIRCLE 10 20 1 CIRCLE 10.5 20 1)'))::text")
    assert isinstance(union, str)
    assert union.count("[") < 40


def test_proper_motion_is_that_of_the_udf_catalogue(connection: Connection) -> None:
    star = "7.606083572, 11.79044105, 125, 300, -428.8, 52.51, 2016.0"
    assert ask(connection, f"(adql_epoch_prop({star}, 1992.25))[1:2]") == pytest.approx(
        [7.604061404627978, 11.7932703828279]
    )
    found = ask(connection, f"(adql_epoch_prop({star}, 1875.0))[1:2]")
    assert found == pytest.approx([7.594068213694308, 11.807251375203935])
    still = "(adql_epoch_prop(7.606083572, 11.79044105, 125, 300, NULL, NULL, 2016.0, 1875.0))[1:2]"
    assert ask(connection, still) == pytest.approx([7.594080321498365, 11.790440798509207])
    assert ask(connection, f"adql_epoch_prop({star}, 2016.0)") == pytest.approx(
        [7.606083572, 11.79044105, 125, 300, -428.8, 52.51]
    )


@pytest.mark.parametrize(
    ("written", "factor", "degrees"),
    [
        ("3:34:45.4", 15, 53.68916666666667),
        ("3h34m45.4s", 15, 53.68916666666667),
        ("3H34M45.4S", 15, 53.68916666666667),
        ("033445.4", 15, 53.68916666666667),
        ("42:9:6.768", 1, 42.15188),
        ("42d9m6.768s", 1, 42.15188),
        ("-00:15:00", 1, -0.25),
        ("+0d15m0s", 1, 0.25),
        ("soup", 1, None),
    ],
)
def test_sexagesimal(connection: Connection, written: str, factor: int, degrees: float | None) -> None:
    found = ask(connection, "adql_sexagesimal(:written, :factor)", written=written, factor=factor)
    assert found == (None if degrees is None else pytest.approx(degrees, abs=1e-12))
