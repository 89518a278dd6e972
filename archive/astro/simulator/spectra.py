# SPDX-License-Identifier: BSD-3-Clause
"""Spectra: of galaxies, active nuclei, stars and lamps, and how a slit lays them on a detector."""

import numpy as np

from archive.astro.simulator.seeds import chance
from archive.astro.simulator.stars import Floats

__all__ = ["ARC", "SKY_LINES", "arc", "long_slit", "source_spectrum"]

# Wavelengths in air (Angstrom) and relative strengths.
ARC = (
    (4046.56, 0.35), (4358.33, 0.8), (4764.86, 0.3), (5085.82, 0.25), (5460.74, 1.0), (5769.60, 0.45),
    (5790.66, 0.45), (5852.49, 0.6), (5944.83, 0.4), (6143.06, 0.55), (6402.25, 0.9), (6506.53, 0.5),
    (6678.28, 0.35), (6929.47, 0.45), (6965.43, 0.7), (7032.41, 0.7), (7067.22, 0.5), (7272.94, 0.4),
    (7383.98, 0.5), (7503.87, 0.7), (7635.11, 0.9), (7723.76, 0.4), (7948.18, 0.4), (8115.31, 0.8),
)  # fmt: skip
SKY_LINES = (
    (5577.34, 6.0),
    (5889.95, 1.2),
    (6300.30, 2.2),
    (6363.78, 0.9),
    (7276.4, 0.5),
    (7750.6, 0.6),
    (7913.7, 0.7),
)
_EMISSION = (
    (3727.5, 3.0), (4340.5, 0.8), (4861.3, 1.6), (4958.9, 1.2), (5006.8, 3.5), (5875.6, 0.3), (6300.3, 0.2),
    (6548.1, 0.6), (6562.8, 5.0), (6583.5, 1.8), (6716.4, 0.8), (6730.8, 0.6),
)  # fmt: skip
_BALMER = (3835.4, 3889.0, 3970.1, 4101.7, 4340.5, 4861.3, 6562.8)
_METALS = (3933.7, 3968.5, 4226.7, 4307.9, 5167.3, 5172.7, 5183.6, 5270.0, 5328.0, 5889.9, 5895.9, 6562.8)


def arc(waves: Floats, width: float) -> Floats:
    """Give the spectrum of a mercury-argon-neon lamp; `width` is a line's sigma in Angstrom."""
    return _lines(waves, ARC, width)


def source_spectrum(waves: Floats, name: str, kind: str, width: float) -> Floats:
    """Give the spectrum of an object, about 1 in its continuum.

    Parameters
    ----------
    kind
        ``galaxy``, ``agn``, ``hot star`` or ``cool star``.
    width
        Sigma of an unresolved line, Angstrom.
    """
    shift = 1 + chance("redshift", name).uniform(0.002, 0.02) * (kind in {"galaxy", "agn"})
    rest = waves / shift
    slope = {"galaxy": 0.6, "agn": -0.4, "hot star": -2.0, "cool star": 0.8}[kind]
    continuum = (rest / 5500) ** slope
    if kind == "hot star":
        return continuum * _absorbed(rest, _BALMER, 12.0, 0.55)
    absorbed = continuum * _absorbed(rest, _METALS, max(width, 3.0), 0.35)
    if kind == "galaxy":
        return np.asarray(absorbed + _lines(rest, _EMISSION, width))
    if kind == "agn":
        broad = tuple((wave, strength) for wave, strength in _EMISSION if wave in {4340.5, 4861.3, 6562.8})
        return np.asarray(continuum + _lines(rest, broad, 25.0) + 0.6 * _lines(rest, _EMISSION, width))
    return np.asarray(absorbed)


def _line(waves: Floats, centre: float, sigma: float) -> Floats:
    return np.asarray(np.exp(-((waves - centre) ** 2) / (2 * sigma**2)))


def _lines(waves: Floats, lines: tuple[tuple[float, float], ...], sigma: float) -> Floats:
    return np.asarray(sum(strength * _line(waves, centre, sigma) for centre, strength in lines))


def _absorbed(waves: Floats, lines: tuple[float, ...], sigma: float, depth: float) -> Floats:
    """Give the part of the light that is left by lines of one depth."""
    return np.asarray(np.prod([1 - depth * _line(waves, centre, sigma) for centre in lines], axis=0))


def long_slit(waves: Floats, spectrum: Floats, rows: int, *, seeing: float, extent: float, sky: float) -> Floats:
    """Lay a spectrum on a detector, wavelength along the columns.

    Parameters
    ----------
    seeing, extent
        Widths across the slit in pixels: of the core, and of the lines' emission around it.
    sky
        Of the night sky's continuum, in the spectrum's own unit.

    Returns
    -------
    ndarray, shape (rows, waves.size)
        Lines are bent a little, as the optics of long slits do.
    """
    place = np.arange(rows)[:, None] - rows * 0.52
    bend = place**2 * (3.0 / rows**2)
    columns = np.arange(waves.size)[None, :] - bend
    core = np.exp(-(place**2) / (2 * seeing**2))
    around = 0.12 * np.exp(-np.abs(place) / extent)
    night = sky * (1 + _lines(waves, SKY_LINES, float(waves[1] - waves[0]) * 1.3))
    continuum = np.minimum(spectrum, np.median(spectrum) * 1.2)
    bent = [np.interp(columns, np.arange(waves.size), values) for values in (spectrum, spectrum - continuum, night)]
    return np.asarray(core * bent[0] + around * np.maximum(bent[1], 0) + bent[2])
