# SPDX-License-Identifier: BSD-3-Clause
"""The cards of all headers of a file, as they stand in it."""

import re
import warnings
from pathlib import Path

from astropy.io import fits

from archive.domain.details import HeaderCard

__all__ = ["read_cards"]

_CARD = 80
# A value in quotes, or up to the slash that begins the comment (FITS Standard 4.0 §4.2).
_VALUE = re.compile(r"\s*('(?:[^']|'')*'|[^/]*)\s*(?:/\s?(.*))?", re.DOTALL)


def read_cards(path: Path) -> list[list[HeaderCard]]:
    """Read the headers of a plain, gzipped or tile-compressed file; one list of cards an HDU.

    Raises
    ------
    OSError
        The file cannot be read as FITS.
    """
    with warnings.catch_warnings():
        # What is odd in a header was told at ingest; here it is shown as it is.
        warnings.simplefilter("ignore")
        with fits.open(path, mode="readonly", disable_image_compression=True, lazy_load_hdus=False) as hdus:
            texts = [hdu.header.tostring(sep="", endcard=False, padding=False) for hdu in hdus]
    return [_cards(text) for text in texts]


def _cards(text: str) -> list[HeaderCard]:
    images = (text[start : start + _CARD] for start in range(0, len(text), _CARD))
    return [_card(image) for image in images if image.strip()]


def _card(image: str) -> HeaderCard:
    keyword, indicator, rest = image[:8].rstrip(), image[8:10], image[10:]
    if keyword == "HIERARCH" and "=" in image:
        name, _, rest = image[8:].partition("=")
        keyword, indicator = f"HIERARCH {' '.join(name.split())}", "= "
    elif keyword == "CONTINUE":
        indicator, rest = "= ", image[8:]
    found = _VALUE.fullmatch(rest) if indicator == "= " else None
    if found is None:
        return HeaderCard(keyword, "", image[8:].strip())
    return HeaderCard(keyword, found[1].strip(), (found[2] or "").strip())
