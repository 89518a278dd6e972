"""The map of the whole sky: every cell once, inside the ellipse, the galactic plane where it is."""

import re

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from archive.web.skymap import draw_sky


def _points(path: str) -> np.ndarray:
    return np.array(re.findall(r"(-?[0-9.]+) (-?[0-9.]+)", path), dtype=float)


def test_the_whole_sky_fills_the_ellipse() -> None:
    sky = draw_sky(dict.fromkeys(range(12 * 4**3), 1), 3)
    (layer,) = sky.layers
    assert layer.path.count("M") == 768
    assert (sky.cells, sky.percent) == (768, 100.0)
    area = 0.0
    for cell in layer.path.split("M")[1:]:
        x, y = _points(cell).T
        area += abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    assert area == pytest.approx(np.pi * 497.8 * 248.9, rel=0.02)


@given(st.dictionaries(st.integers(0, 12 * 4**4 - 1), st.integers(1, 10**9), max_size=40))
def test_any_holdings_can_be_drawn(density: dict[int, int]) -> None:
    sky = draw_sky(density, 4)
    assert sum(layer.path.count("M") for layer in sky.layers) == len(density)
    for layer in sky.layers:
        x, y = _points(layer.path).T
        assert np.all(((x - 500) / 498.5) ** 2 + ((y - 252) / 249.5) ** 2 <= 1.001)


def test_densities_become_colours() -> None:
    sky = draw_sky({0: 1, 100: 10, 200: 1000}, 4)
    assert [(layer.least, layer.most) for layer in sky.layers] == [(1, 1), (10, 10), (1000, 1000)]
    assert sky.layers[-1].colour == "#ffd27a"


def test_galactic_plane_passes_the_galactic_centre() -> None:
    centre = SkyCoord(0, 0, unit="deg", frame="galactic").icrs
    half, dec = np.radians((centre.ra.deg - 360) / 2), np.radians(centre.dec.deg)
    depth = np.sqrt(1 + np.cos(dec) * np.cos(half))
    x, y = 500 - 176 * 2 * np.sqrt(2) * np.cos(dec) * np.sin(half) / depth, 252 - 176 * np.sqrt(2) * np.sin(dec) / depth
    distances = np.hypot(*(_points(draw_sky({}, 4).galactic_plane) - (x, y)).T)
    assert distances.min() < 4
