# SPDX-License-Identifier: BSD-3-Clause
"""FIELD elements made into our fields, and where their values lie in binary rows."""

import re
from collections.abc import Mapping

from vo.tables.field import Datatype, Field
from vo.tables.frames import Frame
from vo.tables.octets import NUMPY_TYPES
from vo.tables.uploads.binary_rows import Slot
from vo.tables.uploads.upload import UploadError

__all__ = ["read_field"]

# A complex number is two floats; a bit alone is a truth value.
_COMPLEX = {"floatComplex": Datatype.FLOAT, "doubleComplex": Datatype.DOUBLE}
_ARRAYSIZE = re.compile(r"(?:[1-9]\d{0,8}x)*(?:[1-9]\d{0,8}\*?|\*)")


def read_field(attributes: Mapping[str, str], description: str, null: str | None, frame: Frame | None = None) -> Slot:
    """Read one FIELD.

    Raises
    ------
    UploadError
        If its datatype or arraysize is none that we take.
    """
    name = attributes.get("name") or attributes.get("ID") or ""
    word = attributes.get("datatype", "")
    arraysize = attributes.get("arraysize", "").strip()
    if arraysize == "1":
        # Written by many for a single value, which has no arraysize (VOTable 1.3, erratum 3).
        arraysize = ""
    if arraysize and not _ARRAYSIZE.fullmatch(arraysize):
        raise UploadError(f"Column {name[:40]!r}: {arraysize[:40]!r} is no arraysize.")
    parts = 2 if word in _COMPLEX else 1
    datatype = _datatype(word, name, arraysize)
    field = Field(
        name=name,
        datatype=datatype,
        arraysize=arraysize if parts == 1 else f"2x{arraysize}" if arraysize else "2",
        unit=attributes.get("unit", "").strip(),
        ucd=attributes.get("ucd", "").strip(),
        utype=attributes.get("utype", "").strip(),
        description=" ".join(description.split()),
        xtype=attributes.get("xtype", "").strip(),
        null=_null(null, name) if datatype.is_integer and null else None,
        frame=frame,
    )
    length = field.length
    return Slot(field, NUMPY_TYPES[datatype].itemsize * parts, length and length // parts, parts, word == "bit")


def _datatype(word: str, name: str, arraysize: str) -> Datatype:
    if word == "bit" and not arraysize:
        return Datatype.BOOLEAN
    if word in _COMPLEX:
        return _COMPLEX[word]
    try:
        return Datatype(word)
    except ValueError:
        kind = "arrays of bits" if word == "bit" else f"the datatype {word[:40]!r}"
        raise UploadError(f"Column {name[:40]!r}: {kind} cannot be uploaded.") from None


def _null(null: str, name: str) -> int:
    try:
        return int(null, 16) if null.lower().startswith("0x") else int(null)
    except ValueError:
        raise UploadError(f"Column {name[:40]!r}: {null[:40]!r} for NULL is no whole number.") from None
