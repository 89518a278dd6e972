# SPDX-License-Identifier: BSD-3-Clause
"""From values to PNG: the stretch, the strip below the picture with scale and compass, the thumbnail."""

import io
from dataclasses import dataclass, field

import numpy as np
from astropy.visualization import ZScaleInterval
from PIL import Image, ImageDraw, ImageFont

from archive.astro.preview.reading import Floats

__all__ = ["LONG_SIDE", "THUMBNAIL_SIDE", "Canvas", "NoPreview", "Preview", "paint"]

LONG_SIDE = 900
THUMBNAIL_SIDE = 240
_STRIP = 30
_BLACKEST = 10
_SAMPLES = 100_000
# Angles at which a person reads a scale bar, in degrees.
_BARS = tuple(value * unit for unit in (1 / 3600, 1 / 60, 1.0) for value in (1, 2, 5, 10, 20, 30))


Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Preview:
    """A picture of a file, large and small, as PNG."""

    image: bytes
    thumbnail: bytes


@dataclass(frozen=True)
class NoPreview:
    """There is nothing to show, and why, in words for the public.

    Parameters
    ----------
    cause
        What the file made a library raise, for the log.
    """

    reason: str
    cause: Exception | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Canvas:
    """What is to be painted.

    Parameters
    ----------
    values
        Row 0 at the top; NaN where there is no pixel.
    scale
        Degrees on the sky per pixel where north is up and east left; None for plain detector frames.
    is_mask
        Whether the values are flags: painted from none to the highest.
    """

    values: Floats
    scale: float | None
    is_mask: bool = False


def paint(canvas: Canvas) -> Preview | NoPreview:
    """Paint a canvas between its ZScale limits.

    Returns
    -------
    Preview or NoPreview
        The large picture has a strip below: the limits of the stretch and, on the sky, a scale bar
        and the compass.
    """
    finite = canvas.values[np.isfinite(canvas.values)]
    if finite.size == 0:
        return NoPreview("no pixel has a value")
    low, high = _limits(finite, is_mask=canvas.is_mask)
    grey = Image.fromarray(_stretched(canvas.values, low, high))
    thumbnail = grey.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Preview(_png(_with_strip(grey, canvas.scale, low, high)), _png(thumbnail))


def _limits(finite: Floats, *, is_mask: bool) -> tuple[float, float]:
    step = max(1, finite.size // _SAMPLES)
    values = finite[::step]
    if not is_mask and not _is_sparse(values):
        low, high = (float(limit) for limit in ZScaleInterval(n_samples=4000).get_limits(values))
        if np.isfinite(high - low) and high > low:
            return low, high
        low, high = (float(limit) for limit in np.percentile(values, (0.5, 99.5)))
        if np.isfinite(high - low) and high > low:
            return low, high
    if not is_mask and (values != values.min()).any():
        # Few counts on an empty field: ZScale would paint each of them white.
        return float(values.min()), float(np.percentile(values[values != values.min()], 99))
    # A mask without a flag is black.
    return float(finite.min()), float(finite.max()) if not is_mask else max(float(finite.max()), 1.0)


def _is_sparse(values: Floats) -> bool:
    return float(np.mean(values == np.median(values))) > 0.5


def _stretched(values: Floats, low: float, high: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    if not high > low:
        level = np.full(values.shape, 0.4)
    else:
        level = np.clip((values.astype(np.float64) - low) / (high - low), 0.0, 1.0)
    grey = np.where(np.isfinite(values), _BLACKEST + level * (255 - _BLACKEST), 0.0)
    return np.nan_to_num(grey).round().astype(np.uint8)


def _with_strip(grey: Image.Image, scale: float | None, low: float, high: float) -> Image.Image:
    width = max(grey.width, 320)
    whole = Image.new("L", (width, grey.height + _STRIP), 0)
    whole.paste(grey, ((width - grey.width) // 2, 0))
    draw = ImageDraw.Draw(whole)
    draw.rectangle((0, grey.height, width, grey.height + _STRIP), fill=32)
    font = ImageFont.load_default(13)
    middle = grey.height + _STRIP // 2
    draw.text((8, middle), f"{low:.4g} … {high:.4g}", fill=190, font=font, anchor="lm")
    if scale is not None:
        _draw_compass(draw, width - 16, grey.height, font)
        _draw_bar(draw, width - 52, middle, scale, width // 3, font)
    return whole


def _draw_compass(draw: ImageDraw.ImageDraw, x: int, top: int, font: Font) -> None:
    foot = top + _STRIP - 7
    draw.line((x, foot, x, foot - 15), fill=230)
    draw.line((x, foot, x - 15, foot), fill=230)
    draw.text((x + 5, foot - 12), "N", fill=230, font=font, anchor="mm")
    draw.text((x - 21, foot - 4), "E", fill=230, font=font, anchor="mm")


def _draw_bar(draw: ImageDraw.ImageDraw, right: int, middle: int, scale: float, room: int, font: Font) -> None:
    fitting = [bar for bar in _BARS if 8 < bar / scale <= room / 2]
    if not fitting:
        return
    angle = fitting[-1]
    length = angle / scale
    draw.line((right - length, middle, right, middle), fill=230)
    for end in (right - length, right):
        draw.line((end, middle - 4, end, middle + 4), fill=230)
    draw.text((right - length - 8, middle), _angle_text(angle), fill=230, font=font, anchor="rm")


def _angle_text(angle: float) -> str:
    # The font that comes with Pillow has no primes.
    for unit, sign in ((1.0, "°"), (1 / 60, "'")):
        if angle >= unit * 0.999:
            return f"{angle / unit:.0f}{sign}"
    return f'{angle * 3600:.0f}"'


def _png(image: Image.Image) -> bytes:
    sink = io.BytesIO()
    image.save(sink, format="PNG", optimize=False, compress_level=6)
    return sink.getvalue()
