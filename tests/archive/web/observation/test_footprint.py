"""Outlines drawn: north up, east left, to scale, whatever their place on the sky."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.domain.details import Outline
from archive.web.observation.footprint import Drawing, draw_footprint


def _box(ra: float, dec: float, half: float, index: int = 1, ccdnum: int | None = None) -> Outline:
    wide = half / max(np.cos(np.radians(dec)), 1e-6)
    corners = ((ra - wide, dec - half), (ra + wide, dec - half), (ra + wide, dec + half), (ra - wide, dec + half))
    return Outline(index, ccdnum, tuple((corner_ra % 360, corner_dec) for corner_ra, corner_dec in corners))


def _corners(drawing: Drawing, number: int = 0) -> np.ndarray:
    return np.array([pair.split(",") for pair in drawing.outlines[number].points.split()], dtype=float)


@pytest.mark.parametrize("ra", [0.0, 10.0, 180.0, 359.9])
def test_east_is_left_and_north_is_up(ra: float) -> None:
    drawing = draw_footprint([_box(ra, 20, 0.5)])
    assert drawing is not None
    low_left, low_right = _corners(drawing)[1], _corners(drawing)[0]
    top = _corners(drawing)[2]
    assert low_left[0] < low_right[0], "the corner of larger RA is on the left"
    assert top[1] < low_left[1], "the corner of larger Dec is higher"
    assert drawing.centre_dec == "+20:00:00.0" or drawing.centre_dec.startswith("+20:0")


def test_scale_is_true() -> None:
    drawing = draw_footprint([_box(50, 0, 0.5)])
    assert drawing is not None
    width = np.ptp(_corners(drawing)[:, 0])
    assert drawing.scale in {"20′", "15′"}
    minutes = float(drawing.scale.rstrip("′"))
    assert drawing.scale_length / width == pytest.approx(minutes / 60, rel=1e-3)
    assert drawing.width == "1°"


def test_detectors_are_labelled() -> None:
    drawing = draw_footprint([_box(10, 0, 0.1, 1, 31), _box(10.5, 0, 0.1, 2)])
    assert drawing is not None
    assert [outline.label for outline in drawing.outlines] == ["31", "2"]
    assert drawing.outlines[0].title == "HDU 1, CCD 31"


def test_what_cannot_be_drawn_is_not() -> None:
    assert draw_footprint([]) is None
    assert draw_footprint([Outline(1, None, ((1.0, 2.0), (3.0, 4.0)))]) is None
    halves = Outline(1, None, ((0.0, 0.0), (120.0, 0.0), (240.0, 0.0)))
    assert draw_footprint([halves]) is None, "it goes around the sky"


@given(
    st.floats(0, 360, exclude_max=True),
    st.floats(-90, 90),
    st.floats(1e-4, 5),
    st.integers(1, 5),
)
def test_any_place_fits_the_box(ra: float, dec: float, half: float, number: int) -> None:
    drawing = draw_footprint(
        [_box((ra + 3 * half * k) % 360, max(-90 + half, min(90 - half, dec)), half) for k in range(number)]
    )
    if drawing is None:
        return
    for index in range(number):
        points = _corners(drawing, index)
        assert np.all((points >= 33) & (points <= 367))
    assert re.fullmatch(r"[0-9.e-]+[°′″]", drawing.scale)
    assert 0 < drawing.scale_length <= 121
