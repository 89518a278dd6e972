# SPDX-License-Identifier: BSD-3-Clause
"""Headers of FITS files that somebody sent: cards as FITS 4.0 §4 defines them, and nothing else."""

import math
import re
from typing import BinaryIO

from vo.tables.uploads.upload import UploadError

__all__ = ["BLOCK", "Cards", "data_octets", "read_cards", "whole"]

Cards = dict[str, str | int | float | bool]

BLOCK = 2880
_CARD = 80
_MOST_BLOCKS = 1000
_TEXT = re.compile(r"\s*'((?:[^']|'')*)'")
_LARGEST = 2**62


def read_cards(file: BinaryIO) -> Cards | None:
    """Read the header at which the file stands, and stop behind it; None at the file's end.

    Raises
    ------
    UploadError
        If it does not end, or is none.
    """
    cards: Cards = {}
    last = ""
    for _ in range(_MOST_BLOCKS):
        block = file.read(BLOCK)
        if not block and not cards:
            return None
        if len(block) < BLOCK:
            raise UploadError("The FITS file ends within a header.")
        text = block.decode("latin-1")
        for start in range(0, BLOCK, _CARD):
            card = text[start : start + _CARD]
            name = card[:8].rstrip()
            if name == "END":
                return cards
            value = _value(card[10:]) if card[8:10] == "= " else None
            if name == "CONTINUE" and last and str(cards[last]).endswith("&"):
                cards[last] = str(cards[last])[:-1] + str(_value(card[8:]) or "")
            elif value is not None:
                cards.setdefault(name, value)
                last = name
    raise UploadError("The FITS file has a header that does not end.")


def data_octets(cards: Cards) -> int:
    """Give the octets of the data behind a header, without the filling (FITS 4.0 §4.4.1)."""
    axes = [whole(cards, f"NAXIS{number}") for number in range(1, whole(cards, "NAXIS") + 1)]
    elements = math.prod(axes) if axes else 0
    octets = abs(_int(cards.get("BITPIX", 8))) // 8 * whole(cards, "GCOUNT", 1) * (whole(cards, "PCOUNT") + elements)
    if octets > _LARGEST:
        raise UploadError("The FITS file claims to be larger than it can be.")
    return octets


def whole(cards: Cards, name: str, default: int = 0) -> int:
    """Give a card's value as a whole number that is not negative.

    Raises
    ------
    UploadError
        If it is none.
    """
    value = _int(cards.get(name, default))
    if value < 0:
        raise UploadError(f"The FITS file has a negative {name}.")
    if name == "NAXIS" and value > 999:
        raise UploadError("The FITS file has more axes than there can be.")
    return value


def _int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UploadError("A card of the FITS file is no whole number where one must be.")


def _value(field: str) -> str | int | float | bool | None:
    if quoted := _TEXT.match(field):
        return quoted[1].replace("''", "'").rstrip()
    word = field.partition("/")[0].strip()
    if word in {"T", "F"}:
        return word == "T"
    for read in (int, float):
        try:
            return read(word.replace("D", "E") if read is float else word)
        except ValueError:
            continue
    return None
