"""The compiled parts that covers come from: what was taken from them is complete."""

import numpy as np
import pytest

from vo.sky import hpx29
from vo.sky.healpix import cell_size
from vo.sky.native import cell_at, cone_cells, cone_ranges
from vo.sky.vectors import Floats, directions_of, tangent_frame, vector_of


def some_places(count: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(11)
    ra, dec = rng.uniform(0, 360, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    # The caps, where cells are narrowest, and where they begin.
    dec[: count // 4] = 90 - 10 ** rng.uniform(-5, 1, count // 4)
    dec[count // 4 : count // 2] = np.degrees(np.arcsin(2 / 3)) + rng.normal(0, 0.1, count // 4)
    return ra, dec * rng.choice([-1, 1], count)


def test_a_place_has_the_cell_that_the_library_gives() -> None:
    ra, dec = some_places(2000)
    cells = [cell_at(14, *place) for place in zip(ra.tolist(), dec.tolist(), strict=True)]
    assert cells == (hpx29(ra, dec) >> 30).tolist()


@pytest.mark.parametrize(("ra", "dec"), [(0.0, 90.0), (0.0, -90.0), (360.0, 0.0), (90.0, 41.8), (45.0, 0.0)])
def test_corners_and_edges_of_faces_have_a_cell(ra: float, dec: float) -> None:
    assert 0 <= cell_at(29, ra, dec) < 12 << 58


def test_all_cells_that_a_circle_reaches_are_given() -> None:
    rng = np.random.default_rng(12)
    for ra, dec in zip(*(part.tolist() for part in some_places(2000)), strict=True):
        order = int(rng.integers(2, 13))
        radius = min(0.5, float(10 ** rng.uniform(-2, 0.8)) * cell_size(order))
        centre = vector_of(ra, dec)
        east, north = tangent_frame(centre)
        angle = rng.uniform(0, 2 * np.pi, 200)[:, None]
        rim = np.cos(radius) * centre + np.sin(radius) * (np.cos(angle) * east + np.sin(angle) * north)
        reached = hpx29(*directions_of(rim))
        assert np.isin(reached >> (58 - 2 * order), cone_cells(order, ra, dec, np.degrees(radius))).all()
        ranges = cone_ranges(order, ra, dec, np.degrees(radius))
        place = np.searchsorted(ranges[:, 0], reached, side="right") - 1
        assert ((place >= 0) & (reached < ranges[np.maximum(place, 0), 1])).all()
