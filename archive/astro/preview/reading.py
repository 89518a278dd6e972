# SPDX-License-Identifier: BSD-3-Clause
"""Pixels out of FITS files in bounded memory: one HDU at a time, some rows at a time, averaged in blocks."""

import gzip
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.io import fits

from archive.astro.hdus import read_layout
from archive.astro.preview.limits import Budget, TooLargeError

__all__ = ["Box", "Floats", "Plane", "opened", "planes_of", "read_row", "sample", "section_box"]

Floats = npt.NDArray[np.floating[Any]]

# HDUs that say something about the pixels of another.
_COMPANIONS = re.compile(
    r"^(ERR|ERROR|DQ|VAR|VARIANCE|IVAR|WHT|WEIGHT|WT|MASK|BPM|UNCERT|SAMP|TIME|WCSDVARR|D2IMARR|WCSCORR).*$",
    re.IGNORECASE,
)
_SECTION = re.compile(r"^\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*$")
_COUNTS = re.compile(rb"(?:ZNAXIS|TFIELDS) *= *\+?(\d+)")
_MOST_COUNTED = 999
_CHUNK_PIXELS = 8 << 20
_MAX_CHANNELS = 512
# Rows read of each block of a strongly reduced image; more would change nothing that can be seen.
_ROWS_PER_BLOCK = 4


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels: zero-based, the upper bounds excluded; flipped where a section runs backwards."""

    x0: int
    x1: int
    y0: int
    y1: int
    flip_x: bool = False
    flip_y: bool = False


@dataclass(frozen=True)
class Plane:
    """An HDU with an image of two dimensions or more, the last two of numpy being its rows and columns.

    Parameters
    ----------
    leading
        Lengths of the other axes, in numpy's order.
    header
        Of the HDU, with what it inherits from the primary header.
    """

    index: int
    name: str
    width: int
    height: int
    leading: tuple[int, ...]
    header: Any
    hdu: Any

    @property
    def is_mask(self) -> bool:
        """Whether its pixels are flags."""
        return str(self.header.get("PRODTYPE", "")).strip().lower() == "dqmask"


@contextmanager
def opened(path: Path, budget: Budget) -> Iterator[Any]:
    """Open a FITS file, plain or gzipped, without a word about its oddities."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), tempfile.TemporaryDirectory() as scratch:
        warnings.simplefilter("ignore")
        with path.open("rb") as stream:
            is_packed = stream.read(2) == b"\x1f\x8b"
        plain = _unpacked(path, Path(scratch) / "plain.fits", budget) if is_packed else path
        _check_counts(plain)
        with fits.open(plain, mode="readonly", memmap=False, lazy_load_hdus=True) as hdus:
            yield hdus


def _check_counts(path: Path) -> None:
    """Refuse what would make astropy count to any number that a header names (FITS 4.0 §4.4.1, §7.2, §10.1)."""
    with path.open("rb") as stream:
        for unit in read_layout(stream):
            for match in _COUNTS.finditer(unit.header):
                if int(match[1]) > _MOST_COUNTED:
                    raise ValueError("a header counts more axes or columns than the standard allows")


def _unpacked(path: Path, target: Path, budget: Budget) -> Path:
    total = 0
    with gzip.open(path, "rb") as source, target.open("wb") as sink:
        while block := source.read(1 << 20):
            total += len(block)
            if total > budget.limits.unpacked_bytes:
                raise TooLargeError(f"it unpacks to more than {budget.limits.unpacked_bytes:,} bytes")
            budget.check_time()
            sink.write(block)
    return target


def planes_of(hdus: Any, budget: Budget) -> list[Plane]:  # noqa: ANN401
    """List the images of a file; companions such as masks are left out where there is something else."""
    planes = []
    for index in range(budget.limits.hdus):
        try:
            hdu = hdus[index]
        except IndexError:
            break
        if not hdu.is_image or len(hdu.shape) < 2 or 0 in hdu.shape:
            continue
        _check_tiles(hdu, budget)
        *leading, height, width = hdu.shape
        header = _inherited(hdu.header, hdus[0].header, index)
        planes.append(Plane(index, str(hdu.name), width, height, tuple(leading), header, hdu))
    own = [plane for plane in planes if not _COMPANIONS.match(plane.name)]
    return own or planes


def _check_tiles(hdu: Any, budget: Budget) -> None:  # noqa: ANN401
    if isinstance(hdu, fits.CompImageHDU) and int(np.prod(hdu.tile_shape, dtype=float)) > budget.limits.tile_pixels:
        raise TooLargeError(f"a compression tile has more than {budget.limits.tile_pixels:,} pixels")


def _inherited(header: Any, primary: Any, index: int) -> Any:  # noqa: ANN401
    """Give the header with the cards it inherits (FITS 4.0 appendix K), for the few that matter here."""
    if index == 0:
        return header
    merged = header.copy()
    for name in ("PRODTYPE", "PROCTYPE", "OBJECT", "BUNIT", "EQUINOX", "RADESYS"):
        if name not in merged and name in primary:
            merged[name] = primary[name]
    return merged


def section_box(header: Any, keyword: str) -> Box | None:  # noqa: ANN401
    """Read a section such as ``[1:2048,4096:1]``; None where there is none of that form."""
    match = _SECTION.match(str(header.get(keyword, "")))
    if match is None:
        return None
    x0, x1, y0, y1 = (int(text) for text in match.groups())
    if min(x0, x1, y0, y1) < 1:
        return None
    return Box(min(x0, x1) - 1, max(x0, x1), min(y0, y1) - 1, max(y0, y1), flip_x=x0 > x1, flip_y=y0 > y1)


def sample(plane: Plane, factor: int, budget: Budget) -> Floats:
    """Reduce an image by averaging blocks.

    Parameters
    ----------
    factor
        Length of a block's side in pixels; 1 reads the image as it is.

    Returns
    -------
    ndarray, shape (ceil(height / factor), ceil(width / factor))
        Float32; NaN where no pixel is valid. Overscan is taken off and left out. Flags of masks
        are reduced to the highest of each block, and cubes to their mean.
    """
    budget.take_pixels(plane.width * plane.height * max(1, int(np.prod(plane.leading, dtype=float))))
    regions = _regions(plane)
    rows = -(-plane.height // factor)
    reduced = np.full((rows, -(-plane.width // factor)), np.nan, dtype=np.float32)
    per_read = _blocks_per_read(plane, factor)
    for first in range(0, rows, per_read):
        budget.check_time()
        last = min(first + per_read, rows)
        y0, y1 = first * factor, min(last * factor, plane.height)
        if per_read == 1 and factor > _ROWS_PER_BLOCK:
            y0, y1 = _middle_rows(y0, y1)
            pixels = _read(plane, y0, y1, regions, budget)
            reduced[first] = _block_reduced(pixels, y1 - y0, factor, is_mask=plane.is_mask)[0]
        else:
            pixels = _read(plane, y0, y1, regions, budget)
            reduced[first:last] = _block_reduced(pixels, factor, factor, is_mask=plane.is_mask)
    return reduced


def _middle_rows(y0: int, y1: int) -> tuple[int, int]:
    start = max(y0, (y0 + y1 - _ROWS_PER_BLOCK) // 2)
    return start, min(y1, start + _ROWS_PER_BLOCK)


def _blocks_per_read(plane: Plane, factor: int) -> int:
    is_row_by_row = not isinstance(plane.hdu, fits.CompImageHDU) or plane.hdu.tile_shape[-2] == 1
    if is_row_by_row and factor > 2 * _ROWS_PER_BLOCK and not plane.is_mask:
        return 1
    return max(1, _CHUNK_PIXELS // (plane.width * factor))


def _read(plane: Plane, y0: int, y1: int, regions: list[tuple[Box, float]], budget: Budget) -> Floats:
    pixels = _read_plain(plane, y0, y1, budget)
    if not regions:
        return pixels
    trimmed = np.full_like(pixels, np.nan)
    for box, level in regions:
        rows = slice(max(box.y0 - y0, 0), max(box.y1 - y0, 0))
        trimmed[rows, box.x0 : box.x1] = pixels[rows, box.x0 : box.x1] - level
    return trimmed


def _read_plain(plane: Plane, y0: int, y1: int, budget: Budget) -> Floats:
    window = (slice(y0, y1), slice(0, plane.width))
    if not plane.leading:
        return np.asarray(plane.hdu.section[window], dtype=np.float32)
    total = np.zeros((y1 - y0, plane.width), dtype=np.float32)
    count = np.zeros_like(total)
    depth = int(np.prod(plane.leading))
    for channel in np.unique(np.linspace(0, depth - 1, min(depth, _MAX_CHANNELS)).astype(int)):
        budget.check_time()
        place = tuple(int(i) for i in np.unravel_index(int(channel), plane.leading))
        pixels = np.asarray(plane.hdu.section[place + window], dtype=np.float32)
        good = np.isfinite(pixels)
        total[good] += pixels[good]
        count += good
    return np.where(count > 0, total / count, np.float32(np.nan))


def _block_reduced(pixels: Floats, height: int, width: int, *, is_mask: bool) -> Floats:
    if height == 1 and width == 1:
        return pixels
    rows, columns = -(-pixels.shape[0] // height), -(-pixels.shape[1] // width)
    padded = np.full((rows * height, columns * width), np.nan, dtype=np.float32)
    padded[: pixels.shape[0], : pixels.shape[1]] = pixels
    blocks = padded.reshape(rows, height, columns, width)
    good = np.isfinite(blocks)
    if is_mask:
        highest: Floats = np.where(good, blocks, -np.inf).max(axis=(1, 3))
        return np.where(np.isfinite(highest), highest, np.nan)
    count = good.sum(axis=(1, 3))
    total = np.where(good, blocks, 0).sum(axis=(1, 3))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _regions(plane: Plane) -> list[tuple[Box, float]]:
    """List what raw frames have beside their overscan: the data sections, each with its bias level."""
    regions = []
    for suffix in ("", "A", "B", "C", "D"):
        data, bias = (section_box(plane.header, f"{kind}SEC{suffix}") for kind in ("DATA", "BIAS"))
        if data is None or bias is None or not (_is_inside(data, plane) and _is_inside(bias, plane)):
            continue
        regions.append((data, _level(plane, bias)))
    return regions


def _is_inside(box: Box, plane: Plane) -> bool:
    return box.x1 <= plane.width and box.y1 <= plane.height


def _level(plane: Plane, box: Box) -> float:
    middle = (box.y0 + box.y1) // 2
    window = (slice(max(box.y0, middle - 64), min(box.y1, middle + 64)), slice(box.x0, box.x1))
    first = (0,) * len(plane.leading)
    level = float(np.nanmedian(np.asarray(plane.hdu.section[first + window], dtype=np.float32)))
    return level if np.isfinite(level) else 0.0


def read_row(hdu: Any, budget: Budget) -> Floats:  # noqa: ANN401
    """Read an image of one dimension."""
    budget.take_pixels(int(np.prod(hdu.shape, dtype=float)))
    if int(np.prod(hdu.shape, dtype=float)) > _CHUNK_PIXELS * 2:
        raise TooLargeError("its spectrum is too long")
    return np.asarray(hdu.data, dtype=np.float64).reshape(-1)
