# SPDX-License-Identifier: BSD-3-Clause
"""What of a file is shown as a curve: spectra in tables and images, positions in catalogues."""

import re
from typing import Any

import numpy as np
from astropy.io import fits

from archive.astro.preview.limits import Budget, TooLargeError
from archive.astro.preview.plotting import Curve, Plot
from archive.astro.preview.reading import Floats, Plane, read_row, sample
from archive.astro.preview.wavelengths import Axis, axis_of, multispec_axes, unit_words

__all__ = ["catalogue_positions", "spectra_in_images", "spectrum_in_tables"]

_WAVES = ("WAVELENGTH", "WAVE", "LAMBDA", "LAM", "WL", "OPT_WAVE", "BOX_WAVE", "LOGLAM", "FREQUENCY", "FREQ")
_FLUXES = ("FLUX", "FLUX_REDUCED", "FLAM", "OPT_FLAM", "SPECTRUM", "INTENSITY", "COUNTS", "OPT_COUNTS", "BOX_COUNTS")
_LONGITUDES = ("RA", "RA_ICRS", "RAJ2000", "ALPHA_J2000", "RA_J2000", "ALPHAWIN_J2000")
_LATITUDES = ("DEC", "DE_ICRS", "DEJ2000", "DELTA_J2000", "DEC_J2000", "DELTAWIN_J2000")
_WAVE_IMAGE = re.compile(r"^(.*)WAVE(LENGTH)?$", re.IGNORECASE)
_MAX_CURVES = 80
_LEAST_POINTS = 8
# Cubes with fewer pixels on the sky say more as a spectrum.
_SMALL_FIELD = 8


def spectrum_in_tables(hdus: Any, budget: Budget) -> Plot | None:  # noqa: ANN401
    """Find the first table with a column of wavelengths and one of fluxes."""
    for hdu in _tables(hdus, budget):
        names = {str(name).upper(): name for name in hdu.columns.names}
        wave = next((names[name] for name in _WAVES if name in names), None)
        flux = next((names[name] for name in _FLUXES if name in names), None)
        if wave is None or flux is None:
            continue
        x, y = (_column(hdu, name, budget) for name in (wave, flux))
        if x.size == y.size >= _LEAST_POINTS:
            values = 10.0 ** np.clip(x, -30, 30) if wave.upper() == "LOGLAM" else x
            return Plot((Curve(values, y),), _wave_label(hdu, wave, values), _labelled("Flux", hdu, flux))
    return None


def catalogue_positions(hdus: Any, budget: Budget) -> Plot | None:  # noqa: ANN401
    """Find the first table with sky positions; they are shown east to the left."""
    for hdu in _tables(hdus, budget):
        names = {str(name).upper(): name for name in hdu.columns.names}
        lon = next((names[name] for name in _LONGITUDES if name in names), None)
        lat = next((names[name] for name in _LATITUDES if name in names), None)
        if lon is None or lat is None:
            continue
        x, y = (_column(hdu, name, budget) for name in (lon, lat))
        if x.size == y.size > 0 and _is_numeric(hdu, lon) and _is_numeric(hdu, lat):
            return Plot((Curve(x, y),), "RA (deg)", "Dec (deg)", is_sky=True)
    return None


def spectra_in_images(hdus: Any, planes: list[Plane], budget: Budget) -> Plot | None:  # noqa: ANN401
    """Find spectra kept as images: one line, multispec lines, wavelengths in an image of their own."""
    paired = _paired_images(hdus, budget)
    if paired is not None:
        return paired
    for plane in planes:
        plot = _from_plane(plane, budget)
        if plot is not None:
            return plot
    if planes:
        return None
    for hdu in _lines(hdus, budget):
        return _plot_of_line(hdu.header, read_row(hdu, budget))
    return None


def _from_plane(plane: Plane, budget: Budget) -> Plot | None:
    is_multispec = str(plane.header.get("CTYPE1", "")).strip().upper().startswith("MULTISPE")
    if is_multispec and plane.height <= _MAX_CURVES and plane.width <= 1 << 20:
        # The first band of IRAF's apall is the optimal extraction; the others are background and sigma.
        budget.take_pixels(plane.width * plane.height)
        lines = np.asarray(plane.hdu.section[(0,) * len(plane.leading)] if plane.leading else plane.hdu.section[:, :])
        return _multispec_plot(plane, lines.astype(np.float64))
    if plane.height == 1 and plane.width >= _LEAST_POINTS and not plane.is_mask:
        return _plot_of_line(plane.header, sample(plane, 1, budget)[0].astype(np.float64))
    if len(plane.leading) == 1 and plane.leading[0] >= _LEAST_POINTS > max(plane.width, plane.height):
        channels = np.asarray(plane.hdu.section[:, :, :], dtype=np.float64)
        budget.take_pixels(channels.size)
        axis = axis_of(plane.header, plane.leading[0], number=3)
        return Plot((Curve(axis.values, np.nanmean(channels, axis=(1, 2))),), axis.label, _flux_label(plane.header))
    return None


def _multispec_plot(plane: Plane, lines: Floats) -> Plot:
    axes = multispec_axes(plane.header, plane.width)
    if len(axes) < len(lines):
        axes = [Axis(np.arange(1.0, plane.width + 1), "Pixel")] * len(lines)
    curves = tuple(Curve(axis.values, line) for axis, line in zip(axes, lines, strict=False))
    return Plot(curves, axes[0].label, _flux_label(plane.header))


def _plot_of_line(header: Any, line: Floats) -> Plot | None:  # noqa: ANN401
    if line.size < _LEAST_POINTS:
        return None
    axes = multispec_axes(header, line.size)
    axis = axes[0] if len(axes) == 1 else axis_of(header, line.size)
    return Plot((Curve(axis.values, line),), axis.label, _flux_label(header))


def _paired_images(hdus: Any, budget: Budget) -> Plot | None:  # noqa: ANN401
    named = {str(hdu.name).upper(): hdu for hdu in _images(hdus, budget) if hdu.name}
    curves: list[Curve] = []
    flux_header = None
    for name, hdu in named.items():
        match = _WAVE_IMAGE.match(name)
        flux = named.get(f"{match.group(1)}FLUX") if match else None
        if flux is None or len(hdu.shape) != 1 or flux.shape[-1:] != hdu.shape:
            continue
        budget.take_pixels(int(np.prod(flux.shape, dtype=float)))
        curves.append(Curve(read_row(hdu, budget), _first_lit_row(flux)))
        flux_header = flux_header or flux.header
    if not curves:
        return None
    return Plot(tuple(curves), "Wavelength (Å)", _flux_label(flux_header))


def _first_lit_row(flux: Any) -> Floats:  # noqa: ANN401
    """Give the first spectrum that is not all zero, as those of broken fibres are."""
    if len(flux.shape) == 1:
        return np.asarray(flux.section[:], dtype=np.float64)
    rows = np.asarray(flux.section[:_MAX_CURVES], dtype=np.float64).reshape(-1, flux.shape[-1])
    lit = np.flatnonzero(np.nan_to_num(rows).any(axis=1))
    first: Floats = rows[lit[0] if lit.size else 0]
    return first


def _images(hdus: Any, budget: Budget) -> "list[Any]":  # noqa: ANN401
    return [hdu for hdu in _all(hdus, budget) if hdu.is_image and hdu.shape and 0 not in hdu.shape]


def _lines(hdus: Any, budget: Budget) -> "list[Any]":  # noqa: ANN401
    return [hdu for hdu in _images(hdus, budget) if len(hdu.shape) == 1]


def _tables(hdus: Any, budget: Budget) -> "list[Any]":  # noqa: ANN401
    tables = [hdu for hdu in _all(hdus, budget) if isinstance(hdu, fits.BinTableHDU | fits.TableHDU)]
    return [hdu for hdu in tables if hdu.header["NAXIS2"] > 0]


def _all(hdus: Any, budget: Budget) -> "list[Any]":  # noqa: ANN401
    found = []
    for index in range(budget.limits.hdus):
        try:
            found.append(hdus[index])
        except IndexError:
            break
    return found


def _is_numeric(hdu: Any, name: str) -> bool:  # noqa: ANN401
    return bool(np.issubdtype(hdu.data[name].dtype, np.number))


def _column(hdu: Any, name: str, budget: Budget) -> Floats:  # noqa: ANN401
    if hdu.header["NAXIS1"] * hdu.header["NAXIS2"] > budget.limits.table_bytes:
        raise TooLargeError("its table is too large")
    budget.check_time()
    column = hdu.data[name]
    if not np.issubdtype(column.dtype, np.number):
        return np.zeros(0)
    # A row may hold a whole spectrum: then the first one is shown.
    return np.asarray(column if column.ndim == 1 else column[0], dtype=np.float64).reshape(-1)


def _unit(hdu: Any, name: str) -> str:  # noqa: ANN401
    return unit_words(str(hdu.columns[name].unit or ""))


def _labelled(word: str, hdu: Any, name: str) -> str:  # noqa: ANN401
    unit = _unit(hdu, name)
    words = "Counts" if "COUNTS" in name.upper() else word
    return f"{words} ({unit})" if unit else words


def _wave_label(hdu: Any, name: str, values: Floats) -> str:  # noqa: ANN401
    if name.upper().startswith("FREQ"):
        return _labelled("Frequency", hdu, name)
    unit = _unit(hdu, name)
    finite = values[np.isfinite(values) & (values > 0)]
    if not unit and finite.size and 2000 < np.median(finite) < 60000:
        unit = "Å"
    return f"Wavelength ({unit})" if unit else "Wavelength"


def _flux_label(header: Any) -> str:  # noqa: ANN401
    unit = str(header.get("BUNIT", "")).strip()
    return f"Flux ({unit})" if unit else "Counts"
