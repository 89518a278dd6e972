# SPDX-License-Identifier: BSD-3-Clause
"""Read a FITS file as an archive must: every header, the structure and the checksums, no pixel more than needed.

The structure follows the FITS Standard 4.0 (§3, §4.4, §7), the checksums its Appendix J. astropy opens
several kinds of damaged files without a word, so the walk through the file is our own.
"""

import gzip
import hashlib
import math
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archive.astro.cards import CARD, parse_cards
from archive.astro.checksum import WordSum
from archive.domain.ingest import Digests, IngestCode, Problem

__all__ = ["FitsFile", "HeaderUnit", "data_size", "examine", "read_fits"]

BLOCK = 2880
CHUNK = BLOCK * 1024
# Far above any real file, and low enough that a file made in bad faith cannot fill the memory.
LARGEST_HEADER = 32 * 1024 * 1024
MOST_HDUS = 10_000
MOST_AXES = 999
LONGEST_AXIS = 2**53
BITPIX = frozenset({8, 16, 32, 64, -32, -64})
END = b"END" + b" " * (CARD - 3)
# The main WCS alone, and in plain ASCII: wcslib has been seen to crash on other bytes.
WCS_CARD = re.compile(
    r"(?:(?:CTYPE|CRVAL|CRPIX|CDELT|CUNIT|CROTA)\d\d?|(?:CD|PC|PV|PS)\d\d?_\d\d?|WCSAXES|LONPOLE|LATPOLE|RADESYS|RADECSYS"
    r"|EQUINOX|EPOCH|[AB]P?_(?:\d_\d|ORDER)) *= [ -~]+",
    re.ASCII,
)


@dataclass(frozen=True)
class HeaderUnit:
    """The header of one HDU.

    Parameters
    ----------
    values
        Keyword to value; COMMENT and HISTORY are lists of lines.
    unreadable
        Keywords whose value no FITS reader could read; it is kept as text.
    wcs_cards
        The cards of the world coordinate system as they stand, 80 characters each.
    data_size
        Bytes of the data unit without its padding.
    """

    index: int
    values: Mapping[str, object]
    unreadable: tuple[str, ...]
    wcs_cards: str
    data_size: int

    @property
    def is_compressed_image(self) -> bool:
        """Whether this is an image in the tiles of a table (§10)."""
        return self.values.get("ZIMAGE") is True

    @property
    def is_image(self) -> bool:
        """Whether there are pixels, tile compressed ones too."""
        plain = self.values.get("XTENSION", "IMAGE") in {"IMAGE", "IUEIMAGE"}
        return (plain or self.is_compressed_image) and bool(self.shape) and all(length > 0 for length in self.shape)

    @property
    def is_table(self) -> bool:
        """Whether there are rows."""
        return self.values.get("XTENSION") in {"TABLE", "BINTABLE", "A3DTABLE"} and not self.is_compressed_image

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes, NAXIS1 first; of the image, where it is tile compressed."""
        prefix = "Z" if self.is_compressed_image else ""
        count = _whole(self.values.get(f"{prefix}NAXIS"))
        lengths = (_whole(self.values.get(f"{prefix}NAXIS{axis}")) for axis in range(1, min(count, MOST_AXES) + 1))
        return tuple(length if 0 <= length <= LONGEST_AXIS else 0 for length in lengths)

    @property
    def bitpix(self) -> int | None:
        """Type of the pixels."""
        value = self.values.get("ZBITPIX" if self.is_compressed_image else "BITPIX")
        return value if value in BITPIX and isinstance(value, int) else None


@dataclass
class FitsFile:
    """What a walk through a file found.

    Parameters
    ----------
    is_whole
        Whether the walk came to the end; else `hdus` may lack some.
    problems
        Why the file cannot be taken; empty for a sound one.
    warnings
        What is odd but no reason to refuse it.
    """

    media_type: str = "application/fits"
    is_whole: bool = False
    hdus: list[HeaderUnit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class _DamagedError(Exception):
    """The walk cannot go on."""

    def __init__(self, code: IngestCode, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)


def examine(path: Path) -> tuple[Digests, FitsFile]:
    """Read headers, structure, checksums and digests in one pass over the bytes.

    Raises
    ------
    OSError
        The file cannot be read, or changed while it was.
    """
    before = path.stat()
    # A pipe or a device has no end to wait for.
    if not stat.S_ISREG(before.st_mode):
        raise OSError(f"{path.name} is no regular file")
    # hashlib lets go of the interpreter, so the digests are ready when the headers are.
    with ThreadPoolExecutor(max_workers=2) as hashers:
        md5 = hashers.submit(_digest, path, "md5")
        sha256 = hashers.submit(_digest, path, "sha256")
        found = read_fits(path)
        digests = Digests(size=before.st_size, md5=md5.result(), sha256=sha256.result())
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise OSError(f"{path.name} changed while it was read")
    return digests, found


def read_fits(path: Path) -> FitsFile:
    """Walk through a plain or gzipped file; whatever is wrong is told in the result.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    found = FitsFile()
    try:
        with _opened(path, found) as stream:
            _walk(stream, found)
        found.is_whole = True
    except _DamagedError as exc:
        found.problems.append(exc.problem)
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        found.problems.append(Problem(IngestCode.NOTFITS, f"The gzip stream is damaged: {exc}"))
    return found


def _digest(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, name).hexdigest()


@contextmanager
def _opened(path: Path, found: FitsFile) -> Iterator["_Stream"]:
    with path.open("rb") as plain:
        if plain.read(2) != b"\x1f\x8b":
            yield _Stream(plain, path.stat().st_size)
            return
        plain.seek(0)
        found.media_type = "application/gzip"
        with gzip.open(plain) as unpacked:
            yield _Stream(unpacked, None)  # type: ignore[arg-type]


class _Stream:
    """A file read forward; bytes that nobody asked for are skipped, not read, where that can be.

    Parameters
    ----------
    size
        None where only reading tells, as in a gzip stream.
    """

    def __init__(self, stream: BinaryIO, size: int | None) -> None:
        self._stream = stream
        self._size = size
        self._position = 0
        stream.seek(0)

    def read(self, count: int) -> bytes:
        """Give the next bytes, fewer at the end."""
        piece = self._stream.read(count)
        self._position += len(piece)
        return piece

    def skip(self, count: int) -> int:
        """Pass over bytes; give how many there were."""
        if self._size is None:
            return self.sum(count, WordSum())
        there = max(0, min(count, self._size - self._position))
        self._position += there
        self._stream.seek(self._position)
        return there

    def sum(self, count: int, total: WordSum) -> int:
        """Pass over bytes, add them up; give how many there were."""
        done = 0
        while done < count:
            piece = self.read(min(CHUNK, count - done))
            if not piece:
                break
            done += len(piece)
            total.feed(piece)
        return done


def _walk(stream: _Stream, found: FitsFile) -> None:
    while True:
        first = stream.read(BLOCK)
        index = len(found.hdus)
        if index and not _begins_hdu(first, found):
            return
        if not index and not first.startswith(b"SIMPLE  ="):
            raise _DamagedError(IngestCode.NOTFITS, "It is empty." if not first else "It does not begin as FITS does.")
        if index >= MOST_HDUS:
            raise _DamagedError(IngestCode.NOVERIFY, f"It has more than {MOST_HDUS} HDUs.")
        header = _read_header(stream, first, index)
        unit = _unit(header, index, found)
        found.hdus.append(unit)
        _check_data(stream, header, unit, found)


def _begins_hdu(first: bytes, found: FitsFile) -> bool:
    if first.startswith(b"XTENSION"):
        return True
    if first.strip(b"\0 "):
        found.warnings.append(Problem(IngestCode.NOVERIFY, "Bytes follow the last HDU that belong to none."))
    return False


def _read_header(stream: _Stream, first: bytes, index: int) -> bytes:
    blocks = [first]
    size = len(first)
    while not _has_end(blocks[-1]):
        block = stream.read(BLOCK)
        size += len(block)
        if len(block) < BLOCK or size > LARGEST_HEADER:
            raise _DamagedError(IngestCode.NOTFITS, f"The header of HDU {index} has no END card.")
        blocks.append(block)
    return b"".join(blocks)


def _has_end(block: bytes) -> bool:
    place = block.find(END)
    while place >= 0 and place % CARD:
        place = block.find(END, place + 1)
    return place >= 0


def _unit(header: bytes, index: int, found: FitsFile) -> HeaderUnit:
    if not header.isascii():
        found.warnings.append(Problem(IngestCode.NOVERIFY, f"The header of HDU {index} has bytes that are no ASCII."))
    # NUL is the one character that PostgreSQL cannot keep.
    text = header.decode("latin-1").replace("\0", " ")
    cards = [text[place : place + CARD] for place in range(0, len(text), CARD)]
    del cards[cards.index(END.decode()) :]
    parsed = parse_cards(cards)
    _check_mandatory(cards, parsed.values, index)
    wcs_cards = [card for card in cards if WCS_CARD.fullmatch(card)]
    return HeaderUnit(
        index=index,
        values=parsed.values,
        unreadable=tuple(parsed.unreadable),
        wcs_cards="".join(wcs_cards) if len(wcs_cards) > 1 else "",
        data_size=data_size(parsed.values),
    )


def _check_mandatory(cards: list[str], values: Mapping[str, object], index: int) -> None:
    """Hold a header to the cards that must be there, in their order (§4.4.1.1, §4.4.1.2)."""

    def refuse(what: str) -> _DamagedError:
        return _DamagedError(IngestCode.NOVERIFY, f"HDU {index}: {what}.")

    order = [card[:8].rstrip() for card in cards[:3]]
    if order != ["XTENSION" if index else "SIMPLE", "BITPIX", "NAXIS"]:
        raise refuse(f"it begins with {', '.join(order)}, not with {'XTENSION' if index else 'SIMPLE'}, BITPIX, NAXIS")
    if not index and values.get("SIMPLE") is not True:
        raise refuse("SIMPLE is not T")
    if values.get("BITPIX") not in BITPIX:
        raise refuse(f"BITPIX cannot be {values.get('BITPIX')}")
    count = values.get("NAXIS")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_AXES:
        raise refuse(f"NAXIS cannot be {count}")
    for name in [f"NAXIS{axis}" for axis in range(1, count + 1)] + (["PCOUNT", "GCOUNT"] if index else []):
        length = values.get(name)
        if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= LONGEST_AXIS:
            raise refuse(f"{name} is missing or no length")


def data_size(values: Mapping[str, object]) -> int:
    """Bytes of the data unit (§4.4.1.1, §6.1 for random groups, §7).

    Raises
    ------
    ValueError
        There are more axes than the standard allows.
    """
    count = _whole(values.get("NAXIS"))
    if count > MOST_AXES:
        raise ValueError(f"NAXIS cannot be {count}")
    axes = [_whole(values.get(f"NAXIS{axis}")) for axis in range(1, count + 1)]
    if not axes:
        return 0
    is_groups = axes[0] == 0 and values.get("GROUPS") is True
    elements = math.prod(axes[1:] if is_groups else axes)
    parameters, groups = _whole(values.get("PCOUNT")), _whole(values.get("GCOUNT", 1))
    return abs(_whole(values["BITPIX"])) // 8 * groups * (parameters + elements)


def _check_data(stream: _Stream, header: bytes, unit: HeaderUnit, found: FitsFile) -> None:
    padded = -(-unit.data_size // BLOCK) * BLOCK
    stated, has_checksum = _stated_sum(unit), isinstance(unit.values.get("CHECKSUM"), str)
    total = WordSum()
    there = stream.sum(padded, total) if stated is not None or has_checksum else stream.skip(padded)
    if there < unit.data_size:
        message = f"The data of HDU {unit.index} end after {there} of {unit.data_size} bytes."
        raise _DamagedError(IngestCode.NOVERIFY, message)
    if there < padded:
        found.warnings.append(Problem(IngestCode.NOVERIFY, f"The data of HDU {unit.index} are not filled to 2880."))
    if stated is not None and not total.is_equal(stated):
        found.problems.append(
            Problem(IngestCode.NOVERIFY, f"The data of HDU {unit.index} are not those its DATASUM is of.", "DATASUM")
        )
    elif has_checksum and str(unit.values["CHECKSUM"]).strip():
        whole = WordSum()
        whole.feed(header)
        if not total.is_complement_of(whole):
            found.warnings.append(
                Problem(IngestCode.NOVERIFY, f"The CHECKSUM of HDU {unit.index} does not hold.", "CHECKSUM")
            )


def _stated_sum(unit: HeaderUnit) -> int | None:
    stated = unit.values.get("DATASUM")
    text = str(stated).strip() if isinstance(stated, (str, int)) else ""
    return int(text) if text.isdecimal() and text.isascii() else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
