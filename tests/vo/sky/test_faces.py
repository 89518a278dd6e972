"""Places on the faces of HEALPix, against the library."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vo.sky import hpx29
from vo.sky.cover import cone_cells
from vo.sky.faces import cell_at, cell_size
from vo.sky.vectors import Floats, directions_of, tangent_frame, vector_of


def some_places(count: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(11)
    ra, dec = rng.uniform(0, 360, count), np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    # The caps, where cells are narrowest, and where they begin.
    dec[: count // 4] = 90 - 10 ** rng.uniform(-9, 1, count // 4)
    dec[count // 4 : count // 2] = np.degrees(np.arcsin(2 / 3)) + rng.normal(0, 0.1, count // 4)
    return ra, dec * rng.choice([-1, 1], count)


def test_a_place_has_the_cell_that_the_library_gives() -> None:
    ra, dec = some_places(5000)
    assert [cell_at(*place) for place in zip(ra.tolist(), dec.tolist(), strict=True)] == hpx29(ra, dec).tolist()


@pytest.mark.parametrize(
    ("ra", "dec"), [(0.0, 90.0), (0.0, -90.0), (360.0, 0.0), (90.0, 41.8), (45.0, 0.0), (0.0, 0.0)]
)
def test_corners_and_edges_of_faces_have_a_cell(ra: float, dec: float) -> None:
    assert 0 <= cell_at(ra, dec) < 12 << 58


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_all_cells_that_a_circle_reaches_are_given(seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = int(rng.integers(0, 13))
    radius = min(3.1, float(10 ** rng.uniform(-2, 1)) * cell_size(order))
    # Poles, meridians through the corners of faces and parallels at their edges come often.
    ra = float(rng.choice([rng.uniform(0, 360), 45 * rng.integers(0, 8) + rng.normal(0, 1)])) % 360
    dec = float(rng.choice([np.degrees(np.arcsin(rng.uniform(-1, 1))), rng.uniform(85, 90), 41.81 + rng.normal(0, 1)]))
    centre = vector_of(ra, dec)
    east, north = tangent_frame(centre)
    angle = rng.uniform(0, 2 * np.pi, 300)[:, None]
    rim = np.cos(radius) * centre + np.sin(radius) * (np.cos(angle) * east + np.sin(angle) * north)
    reached = hpx29(*directions_of(rim)) >> (58 - 2 * order)
    assert np.isin(reached, cone_cells(order, ra, dec, np.degrees(radius))).all()
