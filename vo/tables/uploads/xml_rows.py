# SPDX-License-Identifier: BSD-3-Clause
"""Rows of TABLEDATA found in their octets all at once, where they are written as most programs write them."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vo.tables.uploads.upload import UploadError

__all__ = ["columns_of"]

_OPEN_ROW, _CLOSE_ROW, _OPEN, _CLOSE, _EMPTY = range(1, 6)
_LENGTHS = np.array([0, 4, 5, 4, 5, 5])
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));|&")
_BLANK = b" "[0]


def columns_of(block: bytes, count: int) -> list[pa.Array] | None:
    """Give the cells of whole rows as text, a column a field.

    None if the block has anything but plain TR and TD in the right number, such as comments,
    CDATA, attributes or prefixes: then a parser must read it.
    """
    octets = np.frombuffer(block + b"\0\0\0\0", np.uint8)
    places = np.flatnonzero(octets == ord("<"))
    tags = _tags(block, places)
    if not tags.all():
        return None
    starts, ends, codes = _expanded(places, tags)
    pattern = np.array([_OPEN_ROW, *[_OPEN, _CLOSE] * count, _CLOSE_ROW])
    if len(codes) % len(pattern) or not (codes.reshape(-1, len(pattern)) == pattern).all():
        return None
    if not _is_blank_between(octets, starts, ends, codes, len(block)):
        return None
    cells = _cells(block, ends[codes == _OPEN], starts[codes == _CLOSE])
    rows = len(codes) // len(pattern)
    columns = [cells.take(pa.array(2 * (np.arange(rows) * count + number))) for number in range(count)]
    return [_unescaped(column) for column in columns] if b"&" in block else columns


def _tags(block: bytes, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Tell what stands at each angle bracket; 0 for what is none of ours."""
    # The four octets behind each place, as one number.
    behind = np.ndarray((len(block),), ">u4", block + bytes(5), 1, (1,))
    four = behind[places].astype(np.uint32)
    three = four >> 8
    tags = np.zeros(len(places), np.int8)
    for word, tag in ((b"TR>", _OPEN_ROW), (b"TD>", _OPEN)):
        tags[three == int.from_bytes(word)] = tag
    for word, tag in ((b"/TR>", _CLOSE_ROW), (b"/TD>", _CLOSE), (b"TD/>", _EMPTY)):
        tags[four == int.from_bytes(word)] = tag
    return tags


def _expanded(
    places: npt.NDArray[np.int64], tags: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Give starts, ends and kinds of tags; an empty element is two tags at one place."""
    ends = places + _LENGTHS[tags]
    is_empty = tags == _EMPTY
    if not is_empty.any():
        return places, ends, tags
    repeats = 1 + is_empty.astype(np.int64)
    starts, ends, codes = np.repeat(places, repeats), np.repeat(ends, repeats), np.repeat(tags, repeats)
    seconds = (np.cumsum(repeats) - 1)[is_empty]
    codes[seconds], codes[seconds - 1] = _CLOSE, _OPEN
    starts[seconds] = ends[seconds]
    return starts, ends, codes


def _is_blank_between(
    octets: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    codes: npt.NDArray[np.int8],
    length: int,
) -> bool:
    """Tell whether nothing but blanks stands outside of cells."""
    gap_starts = np.concatenate([[0], ends[codes != _OPEN]])
    gap_ends = np.concatenate([starts[codes != _CLOSE], [length]])
    gaps = np.stack([gap_starts, gap_ends], axis=1)[gap_starts < gap_ends]
    # Between the gaps, at odd places, are tags and cells. Whatever is above a blank is none.
    return not len(gaps) or bool(np.maximum.reduceat(octets, gaps.reshape(-1))[::2].max() <= _BLANK)


def _cells(block: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> pa.Array:
    """Give cells at even places and what is between them at odd ones, without copying."""
    offsets = np.empty(2 * len(starts), np.int32)
    offsets[0::2], offsets[1::2] = starts, ends
    number = max(len(offsets) - 1, 0)
    binary = pa.Array.from_buffers(pa.binary(), number, [None, pa.py_buffer(offsets), pa.py_buffer(block)])
    try:
        return binary.cast(pa.string())
    except pa.ArrowInvalid as error:
        raise UploadError("The VOTable says that it is UTF-8, and is not.") from error


def _unescaped(column: pa.Array) -> pa.Array:
    has_entity = pc.match_substring(column, "&")
    if not pc.any(has_entity, min_count=0).as_py():
        return column
    return pc.replace_with_mask(
        column,
        has_entity,
        pa.array([_ENTITY.sub(_character, text) for text in column.filter(has_entity).to_pylist()], pa.string()),
    )


def _character(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal) if decimal else None
    if code is not None and (code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0x10FFFF):
        return chr(code)
    if name in _ENTITIES:
        return _ENTITIES[name]
    raise UploadError(f"The VOTable is not well formed: {found[0][:20]!r} stands for nothing.")
