# SPDX-License-Identifier: BSD-3-Clause
"""The light that falls on a detector: stars where its WCS puts them, and what the target looks like."""

from typing import Any

import numpy as np

from archive.astro.simulator.seeds import chance
from archive.astro.simulator.stars import Floats, Stars
from archive.astro.simulator.targets import Target

__all__ = ["add_noise", "light"]

_WING = 0.06
_WING_WIDTH = 3.5
_FAINTEST_COUNT = 0.3


def light(
    wcs: Any,  # noqa: ANN401
    shape: tuple[int, int],
    target: Target,
    stars: Stars,
    zero_point: float,
    fwhm: float,
) -> Floats:
    """Give the counts of one second.

    Parameters
    ----------
    wcs
        astropy's, of the image.
    stars
        Of the field, and more.
    zero_point
        Magnitude of which one count a second comes.
    fwhm
        Of the stars, in pixels.

    Returns
    -------
    ndarray, shape `shape`
        Without noise and sky.
    """
    height, width = shape
    ra, dec = wcs.wcs_pix2world([[(width - 1) / 2, (height - 1) / 2], [0, 0], [width - 1, height - 1]], 0).T
    reach = float(np.hypot((ra[1:] - ra[0]) * np.cos(np.radians(dec[0])), dec[1:] - dec[0]).max()) * 1.1
    east = ((stars.ra - ra[0] + 180) % 360 - 180) * np.cos(np.radians(dec[0]))
    near = np.hypot(east, stars.dec - dec[0]) < reach + 0.01
    stars = Stars(stars.ra[near], stars.dec[near], stars.mag[near])
    if target.kind in {"globular", "cluster"}:
        stars = stars.joined(_members(target))
    image = _extended(wcs, shape, target, zero_point)
    _add_stars(image, wcs, stars, zero_point, fwhm)
    return image


def add_noise(counts: Floats, dice: np.random.Generator, read_noise: float) -> Floats:
    """Add the noise of photons and of reading."""
    return counts + dice.standard_normal(counts.shape) * np.sqrt(np.maximum(counts, 0) + read_noise**2)


def _add_stars(image: Floats, wcs: Any, stars: Stars, zero_point: float, fwhm: float) -> None:  # noqa: ANN401
    x, y = wcs.wcs_world2pix(np.stack([stars.ra, stars.dec], axis=-1), 0).T
    flux = 10 ** (-0.4 * (stars.mag - zero_point))
    sigma = fwhm / 2.355
    margin = 30
    near = (x > -margin) & (x < image.shape[1] + margin) & (y > -margin) & (y < image.shape[0] + margin)
    for column, row, counts in zip(x[near], y[near], flux[near], strict=True):
        _add_star(image, column, row, counts * (1 - _WING), sigma)
        if counts * _WING > _FAINTEST_COUNT * 30:
            _add_star(image, column, row, counts * _WING, sigma * _WING_WIDTH)


def _add_star(image: Floats, x: float, y: float, counts: float, sigma: float) -> None:
    peak = counts / (2 * np.pi * sigma**2)
    radius = int(np.ceil(sigma * np.sqrt(2 * np.log(max(peak / _FAINTEST_COUNT * 100, np.e))))) + 1
    x0, x1 = max(0, int(x) - radius), min(image.shape[1], int(x) + radius + 1)
    y0, y1 = max(0, int(y) - radius), min(image.shape[0], int(y) + radius + 1)
    if x0 >= x1 or y0 >= y1:
        return
    across = np.exp(-((np.arange(x0, x1) - x) ** 2) / (2 * sigma**2))
    along = np.exp(-((np.arange(y0, y1) - y) ** 2) / (2 * sigma**2))
    image[y0:y1, x0:x1] += peak * along[:, None] * across


def _members(target: Target) -> Stars:
    """Give the stars of a cluster."""
    dice = chance("members", target.name)
    is_globular = target.kind == "globular"
    count = 900 if is_globular else 90
    u = dice.random(count)
    core = target.major * (0.06 if is_globular else 0.25)
    radius = np.minimum(core * np.sqrt(u / np.maximum(1 - u, 1e-3)), target.major)
    turn = dice.random(count) * 2 * np.pi
    faint = 7.5 if is_globular else 6.0
    mag = max(target.mag + 2.0, 6.0) + faint * dice.random(count) ** 0.5
    dec = target.dec + radius * np.cos(turn)
    return Stars((target.ra + radius * np.sin(turn) / np.cos(np.radians(target.dec))) % 360, dec, mag)


def _extended(wcs: Any, shape: tuple[int, int], target: Target, zero_point: float) -> Floats:  # noqa: ANN401
    """Paint what is no star; offsets are taken on the plane of the target."""
    image = np.zeros(shape)
    if target.kind not in {"galaxy", "ring", "nebula"}:
        return image
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    ra, dec = wcs.wcs_pix2world(np.stack([columns.ravel(), rows.ravel()], axis=-1), 0).T
    east = ((ra - target.ra + 180) % 360 - 180) * np.cos(np.radians(target.dec))
    north = dec - target.dec
    turn = np.radians(target.angle)
    along = east * np.sin(turn) + north * np.cos(turn)
    across = (east * np.cos(turn) - north * np.sin(turn)) * target.major / max(target.minor, target.major * 0.15)
    pixel = np.sqrt(abs(np.linalg.det(wcs.pixel_scale_matrix)))
    flux = 10 ** (-0.4 * (target.mag - zero_point))
    shapes = {"galaxy": _galaxy, "ring": _ring, "nebula": _nebula}
    bright = shapes[target.kind](along, across, max(target.major, 2 * pixel), target.name)
    area = target.major * max(target.minor, target.major * 0.15)
    return np.asarray(flux * bright * pixel**2 / max(area, pixel**2)).reshape(shape)


def _galaxy(along: Floats, across: Floats, major: float, name: str) -> Floats:
    radius = np.hypot(along, across)
    disc = major / 5
    swirl = np.arctan2(across, along) * 2 - 4.5 * np.log(radius / disc + 0.15) + chance("arms", name).random() * 6
    arms = 1 + 0.65 * np.cos(swirl) * np.clip(radius / disc - 0.3, 0, 1)
    return np.asarray(3.0 * np.exp(-radius / disc) * arms + 9.0 * np.exp(-radius / (disc / 5)))


def _ring(along: Floats, across: Floats, major: float, name: str) -> Floats:
    radius = np.hypot(along, across)
    knots = 1 + 0.3 * np.cos(np.arctan2(across, along) * 2 + chance("knots", name).random() * 6)
    shell = np.exp(-(((radius - major * 0.36) / (major * 0.11)) ** 2))
    # Most of the light of a planetary nebula is in lines that a broad band hardly lets through.
    return 0.05 * np.asarray(2.0 * knots * shell + 0.7 * np.exp(-((radius / (major * 0.4)) ** 4)))


def _nebula(along: Floats, across: Floats, major: float, name: str) -> Floats:
    dice = chance("nebula", name)
    bright = np.zeros_like(along)
    for _ in range(24):
        x, y = dice.standard_normal(2) * major * 0.17
        width = major * (0.03 + 0.13 * dice.random())
        bright += dice.random() * np.exp(-((along - x) ** 2 + (across - y) ** 2) / (2 * width**2))
    return bright
