# SPDX-License-Identifier: BSD-3-Clause
"""One picture of all image HDUs of a file, each at its place."""

import math
from typing import Any

import numpy as np

from archive.astro.preview.limits import Budget
from archive.astro.preview.painting import LONG_SIDE, Canvas
from archive.astro.preview.reading import Box, Floats, Plane, sample, section_box
from archive.astro.preview.skyframe import Located, Tangent, located, tangent_of

__all__ = ["compose"]

_MAGNIFY_TO = 600
_GAP = 6


def compose(planes: list[Plane], hdus: Any, budget: Budget) -> Canvas:  # noqa: ANN401
    """Lay out the planes: on the sky by their WCS, else on the detector by DETSEC, else side by side."""
    is_mask = all(plane.is_mask for plane in planes)
    on_sky = [place for plane in planes if (place := located(plane, hdus)) is not None]
    if len(on_sky) * 2 > len(planes):
        distinct = _distinct(on_sky)
        tangent = tangent_of(distinct, LONG_SIDE, _MAGNIFY_TO)
        if tangent is not None:
            return Canvas(_on_sky(distinct, tangent, budget), tangent.scale, is_mask)
    boxes = [section_box(plane.header, "DETSEC") for plane in planes]
    if len(planes) > 1 and None not in boxes and len({(box.x0, box.y0) for box in boxes if box}) == len(planes):
        placed = [(plane, box) for plane, box in zip(planes, boxes, strict=True) if box is not None]
        return Canvas(_on_detector(placed, budget), None, is_mask)
    return Canvas(_side_by_side(planes, budget), None, is_mask)


def _distinct(places: list[Located]) -> list[Located]:
    """Keep the first of those that show the same place: the planes of one image, not a mosaic."""
    kept: list[Located] = []
    for place in places:
        centre = place.vectors.mean(axis=0)
        reach = math.radians(place.scale * min(place.plane.width, place.plane.height)) * 0.2
        if all(np.linalg.norm(centre - other.vectors.mean(axis=0)) > reach for other in kept):
            kept.append(place)
    return kept


def _on_sky(places: list[Located], tangent: Tangent, budget: Budget) -> Floats:
    values = np.full((tangent.height, tangent.width), np.nan, dtype=np.float32)
    for place in places:
        factor = max(1, int(tangent.scale / place.scale))
        pixels = sample(place.plane, factor, budget)
        _lay(values, place, pixels, factor, tangent)
    return values


def _lay(values: Floats, place: Located, pixels: Floats, factor: int, tangent: Tangent) -> None:
    """Resample one plane onto the canvas.

    The way back from canvas to pixels is a cubic fitted to the plane's grid: for a detector it is good to a
    small part of a canvas pixel, needs no iteration, and cannot fail to converge.
    """
    u, v = tangent.pixels(place.vectors)
    x0, x1 = max(0, math.floor(u.min())), min(tangent.width, math.ceil(u.max()) + 1)
    y0, y1 = max(0, math.floor(v.min())), min(tangent.height, math.ceil(v.max()) + 1)
    if x0 >= x1 or y0 >= y1:
        return
    middle = (float(u.mean()), float(v.mean()))
    half = max(float(np.ptp(u)), float(np.ptp(v)), 1.0) / 2
    terms = _cubic((u - middle[0]) / half, (v - middle[1]) / half)
    to_pixel, *_ = np.linalg.lstsq(terms, np.stack([place.x, place.y], axis=-1), rcond=None)
    columns, rows = np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5)
    found = _cubic((columns.ravel() - middle[0]) / half, (rows.ravel() - middle[1]) / half) @ to_pixel
    x, y = (np.floor(found[:, axis] + 0.5).reshape(columns.shape) for axis in (0, 1))
    inside = (x >= 0) & (x < place.plane.width) & (y >= 0) & (y < place.plane.height)
    window = values[y0:y1, x0:x1]
    inside &= np.isnan(window)
    window[inside] = pixels[y[inside].astype(int) // factor, x[inside].astype(int) // factor]


def _cubic(u: Floats, v: Floats) -> Floats:
    return np.stack([u**i * v**j for i in range(4) for j in range(4 - i)], axis=-1)


def _on_detector(placed: list[tuple[Plane, Box]], budget: Budget) -> Floats:
    left, bottom = min(box.x0 for _, box in placed), min(box.y0 for _, box in placed)
    width, height = max(box.x1 for _, box in placed) - left, max(box.y1 for _, box in placed) - bottom
    zoom = max(width, height) / LONG_SIDE
    canvas = np.full((max(1, round(height / zoom)), max(1, round(width / zoom))), np.nan, dtype=np.float32)
    for plane, box in placed:
        x0, x1 = (round((edge - left) / zoom) for edge in (box.x0, box.x1))
        y0, y1 = (round((edge - bottom) / zoom) for edge in (box.y0, box.y1))
        pixels = _fitted(plane, max(1, x1 - x0), max(1, y1 - y0), budget)
        pixels = pixels[:: -1 if box.flip_y else 1, :: -1 if box.flip_x else 1]
        window = canvas[y0 : y0 + pixels.shape[0], x0 : x0 + pixels.shape[1]]
        window[...] = pixels[: window.shape[0], : window.shape[1]]
    return canvas[::-1]


def _fitted(plane: Plane, width: int, height: int, budget: Budget) -> Floats:
    """Give the plane's data section in the size wanted."""
    factor = max(1, min(plane.width // width, plane.height // height))
    pixels = _cropped(sample(plane, factor, budget))
    rows = (np.arange(height) * pixels.shape[0] // height).clip(0, pixels.shape[0] - 1)
    columns = (np.arange(width) * pixels.shape[1] // width).clip(0, pixels.shape[1] - 1)
    return pixels[np.ix_(rows, columns)]


def _cropped(pixels: Floats) -> Floats:
    """Cut off the empty border that trimming the overscan left."""
    good = np.isfinite(pixels)
    if not good.any():
        return pixels
    rows, columns = (np.flatnonzero(good.any(axis=axis)) for axis in (1, 0))
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _side_by_side(planes: list[Plane], budget: Budget) -> Floats:
    """Lay planes of no known place out in file order, row by row from the lower left."""
    across = math.ceil(math.sqrt(len(planes)))
    down = math.ceil(len(planes) / across)
    wide, high = max(plane.width for plane in planes), max(plane.height for plane in planes)
    zoom = max(wide * across, high * down) / LONG_SIDE
    factor = max(1, math.ceil(zoom))
    tiles = [_cropped(sample(plane, factor, budget)) for plane in planes]
    cell = (max(tile.shape[0] for tile in tiles) + _GAP, max(tile.shape[1] for tile in tiles) + _GAP)
    canvas = np.full((down * cell[0] - _GAP, across * cell[1] - _GAP), np.nan, dtype=np.float32)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, across)
        canvas[row * cell[0] :, column * cell[1] :][: tile.shape[0], : tile.shape[1]] = tile
    magnify = max(1, _MAGNIFY_TO // max(canvas.shape))
    return canvas.repeat(magnify, axis=0).repeat(magnify, axis=1)[::-1]
