# SPDX-License-Identifier: BSD-3-Clause
"""Regions from text, as DALI 1.1 §3.3 and SIA 2.0 §2.1.1 write them."""

import math
from collections.abc import Callable

import numpy as np

from vo.sky.bands import Range
from vo.sky.circles import Circle, Point
from vo.sky.mocs import MOC
from vo.sky.polygons import Box, Polygon

__all__ = ["Region", "parse_region"]

Region = Point | Circle | Range | Box | Polygon | MOC

FORMS: dict[str, tuple[int, str, Callable[..., Region]]] = {
    "POINT": (2, "POINT ra dec", Point),
    "CIRCLE": (3, "CIRCLE ra dec radius", Circle),
    "BOX": (4, "BOX ra dec width height", Box),
    "RANGE": (4, "RANGE ra_min ra_max dec_min dec_max", lambda *bounds: Range(*_bounds(bounds))),
}
FRAMES = {"ICRS", "J2000"}


def parse_region(text: str) -> Region:
    """Read a region; the word may be of any case, and ``ICRS`` may follow it.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise ValueError("A region is empty; write for example CIRCLE 10.68 41.27 0.5")
    name = words[0].upper()
    if name == "MOC":
        return MOC.from_text(" ".join(words[1:]))
    if len(words) > 1 and words[1].upper() in FRAMES:
        del words[1]
    if name == "POLYGON":
        numbers = _numbers(words[1:])
        if len(numbers) % 2 or len(numbers) < 6:
            raise ValueError("A polygon needs RA and Dec of at least three corners: POLYGON ra1 dec1 ra2 dec2 ra3 dec3")
        return Polygon(np.array(numbers).reshape(-1, 2))
    if name not in FORMS:
        known = ", ".join([*FORMS, "POLYGON", "MOC"])
        raise ValueError(f"{words[0][:40]} is no known shape; there are {known}")
    count, form, make = FORMS[name]
    numbers = _numbers(words[1:])
    if len(numbers) != count:
        raise ValueError(f"{name} takes {count} numbers, not {len(numbers)}: {form}")
    return make(*numbers)


def _numbers(words: list[str]) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError:
        wrong = next(word for word in words if not _is_number(word))
        raise ValueError(f"{wrong[:40]} is not a number") from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _bounds(bounds: tuple[float, ...]) -> tuple[float, ...]:
    """Put the outermost values in the place of infinite bounds (SIA 2.0 §2.1.1)."""
    outermost = (0.0, 360.0, -90.0, 90.0)
    return tuple(limit if math.isinf(value) else value for value, limit in zip(bounds, outermost, strict=True))
