# SPDX-License-Identifier: BSD-3-Clause
"""Chosen HDUs of a FITS file, and compressed files unpacked, as streams that take little memory.

What is sent is a list of parts: bytes as they lie in the file, a header of ours, or an image that
is restored from its tiles (FITS Standard 4.0 §10). The same file and choice give the same bytes.
"""

import gzip
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from astropy.io import fits

from archive.astro.cards import CARD, parse_cards
from archive.astro.fits import data_size

__all__ = ["Part", "Restored", "Span", "choose", "gunzipped", "is_gzip", "read_layout", "size_of", "stream_parts"]

BLOCK = 2880
CHUNK = 256 * 1024
RESTORED_AT_ONCE = 8 * 1024 * 1024
LARGEST_HEADER = 32 * 1024 * 1024
MOST_HDUS = 10_000
_END = b"END" + b" " * (CARD - 3)
_DTYPES = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
_COMPRESSED = re.compile(rb"ZIMAGE  = *T\b")
# What speaks of data that are not there.
_OF_DATA = re.compile(rb"(NAXIS\d+|PCOUNT|GCOUNT|GROUPS|BSCALE|BZERO|BLANK|DATASUM|CHECKSUM) *")
_SUMS = ("DATASUM", "CHECKSUM")


@dataclass(frozen=True)
class Span:
    """Bytes as they lie in the file."""

    offset: int
    size: int


@dataclass(frozen=True)
class Restored:
    """An image that is restored from the tiles of HDU `index`; `size` counts header and padding."""

    index: int
    header: bytes
    size: int


Part = Span | Restored | bytes


@dataclass(frozen=True)
class Unit:
    """Where one HDU lies in its file, padding included."""

    index: int
    header: bytes
    offset: int
    data_size: int

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + len(self.header) + self.data_size

    @property
    def is_compressed(self) -> bool:
        """Whether it is an image in the tiles of a table."""
        return any(_COMPRESSED.match(card) for card in _cards(self.header))


def is_gzip(stream: BinaryIO) -> bool:
    """Whether the file is a gzip stream; it is read from its beginning afterwards."""
    magic = stream.read(2)
    stream.seek(0)
    return magic == b"\x1f\x8b"


def read_layout(stream: BinaryIO) -> tuple[Unit, ...]:
    """Find where the HDUs of a plain FITS file lie.

    Raises
    ------
    ValueError
        It is no FITS file, or a damaged one.
    """
    units: list[Unit] = []
    offset = 0
    while True:
        stream.seek(offset)
        header = _read_header(stream, len(units))
        if header is None:
            return tuple(units)
        unit = Unit(len(units), header, offset, _data_size(header))
        units.append(unit)
        offset = unit.end


def choose(stream: BinaryIO, chosen: frozenset[int] | None, *, restore: bool) -> tuple[Part, ...]:
    """Plan what is sent of a plain FITS file.

    Parameters
    ----------
    chosen
        Numbers of the HDUs, the primary is 0; None for all. A primary that is not chosen is
        sent as a header without data, since no FITS file is without one.
    restore
        Whether tile-compressed images are restored.

    Raises
    ------
    ValueError
        The file is damaged, or has no such HDU.
    """
    units = read_layout(stream)
    wanted = frozenset(range(len(units))) if chosen is None else chosen
    if wanted and max(wanted) >= len(units):
        raise ValueError(f"the file has {len(units)} HDUs, numbered from 0")
    restored = _restored_headers(stream, [unit for unit in units if unit.index in wanted]) if restore else {}
    parts: list[Part] = []
    # fpack moves a primary image into HDU 1 and marks it so; restored, it is the primary again.
    if not restored.get(1, b"").startswith(b"SIMPLE"):
        parts.extend(_primary(units[0], wanted, is_whole=chosen is None))
    for unit in units[1:]:
        if unit.index in restored:
            header = restored[unit.index]
            parts.append(Restored(unit.index, header, len(header) + _data_size(header)))
        elif unit.index in wanted:
            parts.append(Span(unit.offset, unit.end - unit.offset))
    return tuple(parts)


def size_of(parts: Iterable[Part]) -> int:
    """Give the number of bytes of a plan."""
    return sum(len(part) if isinstance(part, bytes) else part.size for part in parts)


def stream_parts(
    stream: BinaryIO, parts: Iterable[Part], start: int = 0, stop: int | None = None
) -> Generator[bytes, None, None]:
    """Yield the bytes from `start` up to `stop` of a plan.

    Raises
    ------
    EOFError
        The file is shorter than it was.
    """
    skip = start
    left = size_of(parts) - start if stop is None else stop - start
    has_images = any(isinstance(part, Restored) for part in parts)
    # One opening serves all images: astropy finds an HDU by reading all before it.
    with _opened(stream) if has_images else nullcontext(fits.HDUList()) as hdus:
        for part in parts:
            size = len(part) if isinstance(part, bytes) else part.size
            if skip >= size:
                skip -= size
                continue
            if left <= 0:
                return
            for piece in _pieces(stream, hdus, part, skip, min(size, skip + left)):
                left -= len(piece)
                yield piece
            skip = 0


def gunzipped(stream: BinaryIO, chosen: frozenset[int] | None) -> Generator[bytes, None, None]:
    """Yield what is in a gzip stream: all of it, or chosen HDUs of the FITS file in it.

    Raises
    ------
    ValueError
        What is in it is no FITS file, or has no such HDU.
    OSError, EOFError, zlib.error
        The stream is damaged.
    """
    with gzip.open(stream) as unpacked:
        if chosen is None:
            while piece := unpacked.read(CHUNK):
                yield piece
        else:
            yield from _chosen_forward(unpacked, chosen)  # type: ignore[arg-type]


def _chosen_forward(stream: BinaryIO, chosen: frozenset[int]) -> Iterator[bytes]:
    """Choose HDUs where going back is dear."""
    last = max(chosen)
    for index in range(last + 1):
        header = _read_header(stream, index)
        if header is None:
            raise ValueError(f"the file has {index} HDUs, numbered from 0")
        unit = Unit(index, header, 0, _data_size(header))
        if index == 0:
            for part in _primary(unit, chosen, is_whole=False):
                if isinstance(part, bytes):
                    yield part
        elif index in chosen:
            yield header
        left = unit.data_size
        while left:
            piece = stream.read(min(CHUNK, left))
            if not piece:
                raise EOFError("the file ends within an HDU")
            left -= len(piece)
            if index in chosen:
                yield piece


def _primary(unit: Unit, wanted: frozenset[int], *, is_whole: bool) -> tuple[Part, ...]:
    if is_whole:
        return (Span(0, unit.end),)
    header = _primary_header(unit, len(wanted - {0}), has_data=0 in wanted)
    return (header, Span(len(unit.header), unit.data_size)) if 0 in wanted else (header,)


def _primary_header(unit: Unit, extensions: int, *, has_data: bool) -> bytes:
    """Make the primary header say how many extensions follow, and that it has no data where it has none."""
    kept = []
    for card in _cards(unit.header):
        keyword = card[:8].rstrip()
        if keyword == b"NEXTEND":
            kept.append(_card("NEXTEND", extensions, "number of extensions in this file"))
        elif keyword == b"NAXIS" and not has_data:
            kept.append(_card("NAXIS", 0, "no data in this copy"))
        elif keyword != b"CHECKSUM" and (has_data or not _OF_DATA.fullmatch(card[:8])):
            kept.append(card)
    return _filled(b"".join([*kept, _END]))


def _card(keyword: str, value: int, comment: str) -> bytes:
    return f"{keyword:<8}= {value:>20} / {comment}".ljust(CARD).encode("ascii")


def _pieces(stream: BinaryIO, hdus: fits.HDUList, part: Part, start: int, stop: int) -> Iterator[bytes]:
    if isinstance(part, bytes):
        yield part[start:stop]
    elif isinstance(part, Restored):
        yield from _cut(_restore(hdus[part.index], part.header), start, stop)
    else:
        stream.seek(part.offset + start)
        left = stop - start
        while left:
            piece = stream.read(min(CHUNK, left))
            if not piece:
                raise EOFError("the file is shorter than it was")
            left -= len(piece)
            yield piece


def _cut(pieces: Iterator[bytes], start: int, stop: int) -> Iterator[bytes]:
    place = 0
    for piece in pieces:
        kept = piece[max(0, start - place) : max(0, stop - place)]
        place += len(piece)
        if kept:
            yield kept


def _restored_headers(stream: BinaryIO, units: Iterable[Unit]) -> dict[int, bytes]:
    compressed = [unit.index for unit in units if unit.is_compressed]
    if not compressed:
        return {}
    headers = {}
    with _opened(stream) as hdus:
        for index in compressed:
            header = hdus[index].header
            for keyword in _SUMS:
                # They were of the header and the data as they lay in the table.
                header.remove(keyword, ignore_missing=True, remove_all=True)
            headers[index] = header.tostring(sep="", endcard=True, padding=True).encode("ascii")
    return headers


@contextmanager
def _opened(stream: BinaryIO) -> Iterator[fits.HDUList]:
    """Lend the file to astropy, which would close it at the end."""
    stream.seek(0)
    hdus = fits.open(stream, do_not_scale_image_data=True)
    try:
        yield hdus
    finally:
        hdus.close(closed=False)


def _restore(hdu: fits.CompImageHDU, header: bytes) -> Iterator[bytes]:
    yield header
    size = 0
    dtype = np.dtype(_DTYPES[hdu.header["BITPIX"]])
    for place in _places(hdu.shape, hdu.tile_shape, dtype.itemsize):
        octets = np.ascontiguousarray(hdu.section[place], dtype=dtype).tobytes()
        size += len(octets)
        yield from (octets[at : at + CHUNK] for at in range(0, len(octets), CHUNK))
    yield bytes(-size % BLOCK)


def _places(shape: tuple[int, ...], tile: tuple[int, ...], itemsize: int) -> Iterator[tuple[int | slice, ...]]:
    """Cut an image into runs of whole tiles, in the order of its pixels."""
    axis = max(0, len(shape) - 2)
    row = itemsize * (shape[-1] if len(shape) > 1 else 1)
    step = tile[axis] * max(1, RESTORED_AT_ONCE // (row * tile[axis]))
    for outer in np.ndindex(shape[:axis]):
        for first in range(0, shape[axis], step):
            yield (*outer, slice(first, min(first + step, shape[axis])))


def _read_header(stream: BinaryIO, index: int) -> bytes | None:
    """Read a header; None where nothing follows that is an HDU."""
    blocks = [stream.read(BLOCK)]
    if not blocks[0].startswith(b"XTENSION" if index else b"SIMPLE  ="):
        if index:
            return None
        raise ValueError("it does not begin as FITS does")
    size = BLOCK
    while not _has_end(blocks[-1]):
        blocks.append(stream.read(BLOCK))
        size += BLOCK
        if len(blocks[-1]) < BLOCK or size > LARGEST_HEADER or index >= MOST_HDUS:
            raise ValueError(f"the header of HDU {index} has no END card")
    return b"".join(blocks)


def _has_end(block: bytes) -> bool:
    return any(block[place : place + CARD] == _END for place in range(0, len(block), CARD))


def _data_size(header: bytes) -> int:
    """Give the bytes of the data unit with its padding."""
    cards = [card.decode("latin-1") for card in _cards(header)]
    return -(-data_size(parse_cards(cards).values) // BLOCK) * BLOCK


def _cards(header: bytes) -> Iterator[bytes]:
    """Yield the cards before END."""
    for place in range(0, len(header), CARD):
        card = header[place : place + CARD]
        if card == _END:
            return
        yield card


def _filled(header: bytes) -> bytes:
    return header + b" " * (-len(header) % BLOCK)
