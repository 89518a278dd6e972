# SPDX-License-Identifier: BSD-3-Clause
"""Wavelengths of spectra kept as images: linear, log-linear and IRAF's multispec dispersion."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from archive.astro.preview.reading import Floats

__all__ = ["Axis", "axis_of", "multispec_axes", "unit_words"]

_SPEC = re.compile(r"spec(\d+)\s*=\s*\"([^\"]*)\"")
_WAT_UNIT = re.compile(r"units=(\S+)")
_UNITS = {
    "angstrom": "Å",
    "angstroms": "Å",
    "ang": "Å",
    "a": "Å",
    "0.1nm": "Å",
    "nanometer": "nm",
    "micron": "μm",
    "microns": "μm",
    "um": "μm",
}
_LINEAR, _LOG, _NONLINEAR = 0, 1, 2
_CHEBYSHEV, _LEGENDRE = 1, 2


@dataclass(frozen=True)
class Axis:
    """The horizontal axis of a spectrum.

    Parameters
    ----------
    label
        With the unit in parentheses where one is known.
    """

    values: Floats
    label: str


def unit_words(unit: str) -> str:
    """Write a unit as people do."""
    return _UNITS.get(unit.strip().lower(), unit.strip())


def axis_of(header: Any, length: int, number: int = 1) -> Axis:  # noqa: ANN401
    """Give the coordinates along one axis; pixel numbers where the header tells nothing of wavelengths.

    Notes
    -----
    ``DC-FLAG`` 1 is IRAF's log-linear dispersion: the coordinate is the logarithm to base ten.
    """
    step = _number(header, f"CD{number}_{number}") or _number(header, f"CDELT{number}")
    start = _number(header, f"CRVAL{number}")
    pixels = np.arange(1, length + 1, dtype=np.float64)
    kind = str(header.get(f"CTYPE{number}", "")).strip().upper()
    is_pixel = (
        kind in {"PIXEL", "PIXELS"} or kind.startswith(("RA--", "DEC-", "GLON", "GLAT")) or (start, step) == (0, 1)
    )
    if not step or start is None or is_pixel:
        return Axis(pixels, "Pixel")
    values = start + (pixels - (_number(header, f"CRPIX{number}") or 1.0)) * step
    if header.get("DC-FLAG") == 1 or kind in {"LOG-LINEAR", "LOGLAM", "WAVE-LOG"}:
        values = 10.0 ** np.clip(values, -30, 30)
    return Axis(values, _label(header, kind, values, number))


def _number(header: Any, keyword: str) -> float | None:  # noqa: ANN401
    value = header.get(keyword)
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None


def _label(header: Any, kind: str, values: Floats, number: int) -> str:  # noqa: ANN401
    unit = str(header.get(f"CUNIT{number}", "")).strip()
    if not unit:
        match = _WAT_UNIT.search(str(header.get(f"WAT{number}_001", "")))
        unit = match.group(1) if match else ""
    words = {"FREQ": "Frequency", "VELO": "Velocity", "VRAD": "Velocity", "VOPT": "Velocity"}.get(kind[:4])
    if words is None:
        middle = float(np.median(values))
        words = "Wavelength" if unit or kind.startswith(("WAVE", "AWAV", "LAMBDA")) or 2000 < middle < 60000 else kind
        unit = unit or ("Angstrom" if words == "Wavelength" and 2000 < middle < 60000 else "")
    return f"{words or 'Coordinate'} ({unit_words(unit)})" if unit else words or "Coordinate"


def multispec_axes(header: Any, length: int) -> list[Axis]:  # noqa: ANN401
    """Give one axis for each line of a multispec image; empty where its words cannot be read.

    Notes
    -----
    IRAF ``specwcs``: ``specN = "ap beam dtype w1 dw nw z aplow aphigh [function ...]"``, spread over
    ``WAT2_nnn`` cards of 68 characters each.
    """
    text = "".join(str(header[name]).ljust(68) for name in sorted(header["WAT2_*"])) if "WAT2_001" in header else ""
    match = _WAT_UNIT.search(str(header.get("WAT1_001", "")))
    unit = unit_words(match.group(1)) if match else "Å"
    axes = []
    for _, words in sorted(_SPEC.findall(text), key=lambda found: int(found[0])):
        values = _dispersion(words.split(), length)
        if values is None:
            return []
        axes.append(Axis(values, f"Wavelength ({unit})"))
    return axes


def _dispersion(words: list[str], length: int) -> Floats | None:
    try:
        kind = int(words[2])
        first, step, shift = float(words[3]), float(words[4]), float(words[6])
        pixels: Floats = np.arange(1, length + 1, dtype=np.float64)
        values: Floats
        if kind in {_LINEAR, _LOG}:
            values = first + (pixels - 1) * step
            values = 10.0 ** np.clip(values, -30, 30) if kind == _LOG else values
        elif kind == _NONLINEAR:
            values = _function(words[9:], pixels)
        else:
            return None
    except (ValueError, IndexError):
        return None
    return values / (1.0 + shift)


def _function(words: list[str], pixels: Floats) -> Floats:
    """Evaluate the first dispersion function; weighted sums of several are not in use for arcs."""
    offset, kind, order = float(words[1]), int(words[2]), int(words[3])
    low, high = float(words[4]), float(words[5])
    coefficients = np.array([float(word) for word in words[6 : 6 + order]])
    place = (2 * pixels - (high + low)) / (high - low)
    if kind == _CHEBYSHEV:
        return np.asarray(np.polynomial.chebyshev.chebval(place, coefficients)) + offset
    if kind == _LEGENDRE:
        return np.asarray(np.polynomial.legendre.legval(place, coefficients)) + offset
    raise ValueError(kind)
