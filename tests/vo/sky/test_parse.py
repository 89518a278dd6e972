"""Regions read from text."""

import numpy as np
import pytest

from vo.sky import MOC, Box, Circle, Point, Polygon, Range, parse_region


def test_each_shape_is_read() -> None:
    assert parse_region("CIRCLE 10 -20 0.5") == Circle(10, -20, 0.5)
    assert parse_region("  circle ICRS 10 -20 .5 ") == Circle(10, -20, 0.5)
    assert parse_region("POINT 1 2") == Point(1, 2)
    assert parse_region("box 1 2 3 4") == Box(1, 2, 3, 4)
    assert parse_region("RANGE 350 10 -inf +inf") == Range(350, 10, -90, 90)
    polygon = parse_region("POLYGON 0 0, 1 0, 1 1")
    assert isinstance(polygon, Polygon)
    assert polygon.vertices.tolist() == [[0, 0], [1, 0], [1, 1]]
    moc = parse_region("MOC 0/0 1/4,6-7 29/")
    assert isinstance(moc, MOC)
    assert np.array_equal(moc.ranges, [[0, 5 << 56], [6 << 56, 8 << 56]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("ELLIPSE 1 2 3", "no known shape"),
        ("CIRCLE 1 2", "takes 3 numbers"),
        ("CIRCLE 1 2 x; DROP TABLE product", "not a number"),
        ("CIRCLE 400 0 1", "RA must"),
        ("CIRCLE 0 0 -1", "radius must"),
        ("CIRCLE nan 0 1", "RA must"),
        ("POLYGON 0 0 1 1", "three corners"),
        ("POLYGON 0 0 1 1 2", "three corners"),
        ("MOC", "at least one cell"),
        ("MOC 30/1", "order of 0 to 29"),
        ("MOC 5", "order of 0 to 29"),
        ("MOC 0/12", "no cells"),
        ("MOC 3/5-2", "no cells"),
        ("MOC 3/x", "written like"),
        ("MOC 3/1-", "written like"),
    ],
)
def test_nonsense_is_refused_with_a_message(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_region(text)
