"""Cells: their centres are the library's, and circles around them hold them."""

import numpy as np
import pytest
from cdshealpix import nested

from vo.sky import hpx29
from vo.sky.faces import cell_size
from vo.sky.healpix import cell_centres, cell_radius
from vo.sky.overlap import INNER
from vo.sky.vectors import vectors_of


@pytest.mark.parametrize("order", [0, 1, 2, 5, 11, 20, 29])
def test_centres_and_circles(order: int) -> None:
    rng = np.random.default_rng(order)
    ra, dec = rng.uniform(0, 360, 3000), np.degrees(np.arcsin(rng.uniform(-1, 1, 3000)))
    dec[:4] = [90, -90, 89.9999, -89.9999]
    cells = np.unique(np.concatenate([hpx29(ra, dec) >> (58 - 2 * order), [0, 12 * 4**order - 1]]))
    lon, lat = nested.healpix_to_lonlat(cells.astype(np.uint64), order)
    centres = cell_centres(order, cells)
    assert np.abs(centres - vectors_of(lon.deg, lat.deg)).max() < 1e-14
    lon, lat = nested.vertices(cells.astype(np.uint64), order, 16)
    away = 2 * np.arcsin(np.linalg.norm(vectors_of(lon.deg, lat.deg) - centres[:, None, :], axis=2) / 2)
    assert away.max() <= cell_radius(order)
    assert away.min() >= INNER * cell_size(order)
