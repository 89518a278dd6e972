# SPDX-License-Identifier: BSD-3-Clause
"""The preview of one file: which of its contents is shown, and how."""

from pathlib import Path
from typing import Any

from archive.astro.preview.limits import Budget, Limits, TooLargeError
from archive.astro.preview.mosaic import compose
from archive.astro.preview.painting import NoPreview, Preview, paint
from archive.astro.preview.plotting import draw
from archive.astro.preview.reading import opened, planes_of
from archive.astro.preview.spectra import catalogue_positions, spectra_in_images, spectrum_in_tables

__all__ = ["make_preview"]


def make_preview(path: Path, limits: Limits | None = None) -> Preview | NoPreview:
    """Make the preview of a FITS file.

    Parameters
    ----------
    path
        A FITS file, plain, gzipped or tile-compressed; its name may be anything.
    limits
        What the preview may cost.

    Returns
    -------
    Preview or NoPreview
        Images are shown with north up and east left between their ZScale limits; several image HDUs as one
        mosaic; spectra and tables of positions as plots. A file that is damaged, too large or has nothing
        to show gives the reason.
    """
    budget = Budget(limits or Limits())
    try:
        with opened(path, budget) as hdus:
            return _of(hdus, budget)
    except TooLargeError as exc:
        return NoPreview(f"the file is too large for a preview: {exc}")
    except Exception as exc:  # noqa: BLE001 -- what a damaged file makes astropy and its C code raise is open-ended
        return NoPreview("the file is damaged or not FITS", exc)


def _of(hdus: Any, budget: Budget) -> Preview | NoPreview:  # noqa: ANN401
    planes = planes_of(hdus, budget)
    plot = spectra_in_images(hdus, planes, budget)
    if plot is None and not planes:
        plot = spectrum_in_tables(hdus, budget) or catalogue_positions(hdus, budget)
    if plot is not None:
        return draw(plot)
    if not planes:
        return NoPreview("the file holds no image and no spectrum")
    return paint(compose(planes, hdus, budget))
