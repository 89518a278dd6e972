"""Outlines are filed under all cells that they touch, and hardly any other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vo.sky.regions import polygons, regions
from vo.sky import Polygon, Region, hpx29
from vo.sky.faces import MAX_ORDER, cell_at
from vo.sky.filing import cells_of_outline, cells_of_quads
from vo.sky.vectors import directions_of, vectors_of
from vo.sky.zuniq import ORDERS, ends_of, larger_cells, zuniq
from vo.sky.zuniq import keys_around as keys_of_cell


def keys_around(cells: np.ndarray) -> np.ndarray:
    """Give the keys of the cells of all orders on file that hold order-29 cells, ``(n, orders)``."""
    return np.stack([zuniq(order, cells >> (58 - 2 * order)) for order in ORDERS], axis=1)


@settings(max_examples=200, deadline=None)
@given(polygons(), st.integers(0, 2**32 - 1))
def test_every_place_of_an_outline_is_in_one_of_its_cells(polygon: Polygon, seed: int) -> None:
    keys = cells_of_outline(polygon.outline)
    weights = np.random.default_rng(seed).dirichlet(np.ones(3), 200)
    corners = polygon.outline[np.random.default_rng(seed).integers(0, len(polygon.outline), (200, 3))]
    places = np.einsum("np,npk->nk", weights, corners)
    ra, dec = directions_of(np.concatenate([places, polygon.outline]))
    inside = polygon.contains(ra, dec)
    around = keys_around(hpx29(ra[inside], dec[inside]))
    assert np.isin(around, keys).any(axis=1).all()


@settings(max_examples=200, deadline=None)
@given(polygons())
def test_the_one_cell_of_a_corner_or_of_a_place_on_a_side_is_among_those_of_the_outline(polygon: Polygon) -> None:
    keys = cells_of_outline(polygon.outline)
    middles = polygon.outline + np.roll(polygon.outline, -1, axis=0)
    for ra, dec in zip(*directions_of(np.concatenate([polygon.outline, middles])), strict=True):
        assert np.isin(keys_of_cell(MAX_ORDER, cell_at(float(ra), float(dec))), keys).any()


@pytest.mark.parametrize("size", [1e-5, 0.002, 0.15, 1.0, 8.0])
def test_many_quads_are_filed_as_each_alone(size: float) -> None:
    rng = np.random.default_rng(7)
    ra, dec = rng.uniform(0, 360, 300), np.degrees(np.arcsin(rng.uniform(-1, 1, 300)))
    dec[:4], ra[4:8] = [90, -90, 89.99, -89.99], [0, 1e-6, 359.99999, 360]
    centre, pole = vectors_of(ra, dec), vectors_of(ra, dec + 90)
    east, angle = np.cross(pole, centre), rng.uniform(0, 2 * np.pi, 300)
    quads = np.stack(
        [
            centre + np.radians(size) * (np.cos(angle + turn)[:, None] * east + np.sin(angle + turn)[:, None] * pole)
            for turn in (0.5, np.pi - 0.5, np.pi + 0.5, -0.5)
        ],
        axis=1,
    )
    quads /= np.linalg.norm(quads, axis=2)[:, :, None]
    rows, keys = cells_of_quads(quads)
    assert len(keys) / len(quads) < 20
    weights = rng.dirichlet(np.ones(4) * 0.4, (len(quads), 60))
    places = np.einsum("npc,nck->npk", weights, quads)
    found = keys_around(hpx29(*(part.ravel() for part in directions_of(places)))).reshape(len(quads), 60, -1)
    for row in range(len(quads)):
        mine = keys[rows == row]
        assert np.isin(found[row], mine).any(axis=1).all(), row
        assert len(np.unique(mine)) == len(mine)


@settings(max_examples=200, deadline=None)
@given(regions)
def test_keys_between_the_ends_and_larger_cells_are_all_that_meet_a_cover(region: Region) -> None:
    cover = region.cover()
    ends, larger = ends_of(cover), larger_cells(cover)
    for low, high in cover.tolist():
        for cell in (low, (low + high) // 2, high - 1):
            around = keys_around(np.array([cell]))[0]
            listed = np.isin(around, larger) | ((around[:, None] >= ends[:, 0]) & (around[:, None] <= ends[:, 1])).any(
                axis=1
            )
            assert listed.all()
