# SPDX-License-Identifier: BSD-3-Clause
"""Curves as PNG."""

import io
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from archive.astro.preview.painting import THUMBNAIL_SIDE, NoPreview, Preview
from archive.astro.preview.reading import Floats

__all__ = ["Curve", "Plot", "draw"]

_INK = "#1f4e79"
_MAX_POINTS = 200_000


@dataclass(frozen=True)
class Curve:
    """Values over a coordinate, of one length."""

    x: Floats
    y: Floats


@dataclass(frozen=True)
class Plot:
    """Curves on common axes; `is_sky` makes them points on the sky, east to the left."""

    curves: tuple[Curve, ...]
    x_label: str
    y_label: str
    is_sky: bool = False


def draw(plot: Plot) -> Preview | NoPreview:
    """Draw a plot, large with axes and small without."""
    curves = [found for curve in plot.curves if (found := _drawable(curve)) is not None]
    if not curves:
        return NoPreview("no point of its spectrum has a value")
    large = Figure(figsize=(9.0, 5.0), dpi=100, layout="constrained")
    axes = large.subplots()
    _draw_curves(axes, curves, plot, width=0.8)
    # The labels come from files: a dollar sign in them is no mathematics.
    axes.set_xlabel(plot.x_label[:80], parse_math=False)
    axes.set_ylabel(plot.y_label[:80], parse_math=False)
    axes.grid(visible=True, alpha=0.25)
    small = Figure(figsize=(THUMBNAIL_SIDE / 100, THUMBNAIL_SIDE * 0.6 / 100), dpi=100)
    bare = small.add_axes((0.03, 0.05, 0.94, 0.9))
    _draw_curves(bare, curves, plot, width=0.6)
    bare.set_axis_off()
    return Preview(_png(large), _png(small))


def _drawable(curve: Curve) -> Curve | None:
    length = min(curve.x.size, curve.y.size)
    good = np.isfinite(curve.x[:length]) & np.isfinite(curve.y[:length]) & (np.abs(curve.y[:length]) < 1e30)
    x, y = curve.x[:length][good], curve.y[:length][good]
    step = max(1, x.size // _MAX_POINTS)
    return Curve(x[::step], y[::step]) if x.size else None


def _draw_curves(axes: Axes, curves: list[Curve], plot: Plot, *, width: float) -> None:
    if plot.is_sky:
        axes.plot(curves[0].x, curves[0].y, linestyle="none", marker=".", markersize=3, color=_INK)
        axes.invert_xaxis()
        cosine = max(0.05, float(np.cos(np.radians(np.median(curves[0].y)))))
        axes.set_aspect(1.0 / cosine, adjustable="datalim")
        return
    for number, curve in enumerate(curves):
        shade = _INK if len(curves) == 1 else ("#1f4e79", "#b0532c")[number % 2]
        axes.plot(curve.x, curve.y, linewidth=width, color=shade)
    low, high = np.percentile(np.concatenate([curve.y for curve in curves]), (0.05, 99.95))
    peak = max(float(curve.y.max()) for curve in curves)
    # Lines of an arc shall stay whole; a single wild pixel shall not flatten all the rest.
    top = peak if peak - low < 50 * max(high - low, 1e-300) else high + 0.5 * (high - low)
    if top > low:
        axes.set_ylim(low - 0.04 * (top - low), top + 0.04 * (top - low))
    ends = [float(end) for curve in curves for end in (curve.x.min(), curve.x.max())]
    if max(ends) > min(ends):
        axes.set_xlim(min(ends), max(ends))


def _png(figure: Figure) -> bytes:
    sink = io.BytesIO()
    figure.savefig(sink, format="png", metadata={"Software": None})
    return sink.getvalue()
