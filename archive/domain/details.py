# SPDX-License-Identifier: BSD-3-Clause
"""All that is known of one file or one observation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.domain.search import ProductSummary

__all__ = ["FileRelation", "HDUDetail", "HeaderCard", "ObservationDetail", "Outline", "ProductDetail", "ProgramDetail"]


@dataclass(frozen=True)
class HeaderCard:
    """One card of a FITS header, or one line of a longer value."""

    keyword: str
    value: str
    comment: str


@dataclass(frozen=True)
class HDUDetail:
    """One header and data unit.

    Parameters
    ----------
    shape
        NAXIS1 first.
    ra, dec
        ICRS centre, degrees.
    header
        Keyword to value.
    """

    index: int
    extname: str | None
    kind: str
    shape: tuple[int, ...]
    bitpix: int | None
    ccdnum: int | None
    ra: float | None
    dec: float | None
    header: Mapping[str, object]


@dataclass(frozen=True)
class Outline:
    """Where an HDU lies on the sky.

    Parameters
    ----------
    vertices
        RA and Dec of the corners in degrees, ICRS.
    """

    hdu_index: int
    ccdnum: int | None
    vertices: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ProgramDetail:
    """The program that a file belongs to."""

    propid: str
    title: str
    pi: str
    semester: str


@dataclass(frozen=True)
class FileRelation:
    """Another file and what it is to this one.

    Parameters
    ----------
    public_id
        None where the file is named but not in the archive, or the caller may not know of it.
    relation
        ``progenitor`` or another role of provenance, ``product``, ``newer``, ``older``.
    """

    name: str
    relation: str
    public_id: str | None


@dataclass(frozen=True)
class ProductDetail:
    """A file: its facts, its parts, its relations, and whether the caller may have it.

    Parameters
    ----------
    values
        All searchable columns by name.
    may_read
        Whether the caller may have the bytes.
    is_public
        Whether everybody may.
    data_release
        From when on everybody may; None where no date is set.
    newer
        Name and id of the version that takes its place.
    siblings
        Other files of the same observation.
    """

    public_id: str
    values: Mapping[str, object]
    is_held: bool
    may_read: bool
    is_public: bool
    data_release: datetime | None
    sha256: str | None
    program: ProgramDetail | None
    collections: tuple[str, ...]
    hdus: tuple[HDUDetail, ...]
    outlines: tuple[Outline, ...]
    parents: tuple[FileRelation, ...]
    children: tuple[FileRelation, ...]
    older: FileRelation | None
    newer: FileRelation | None
    siblings: tuple[ProductSummary, ...]

    def __getitem__(self, column: str) -> object:
        return self.values[column]


@dataclass(frozen=True)
class ObservationDetail:
    """An observation and its files, of which the caller may know."""

    obs_id: str
    telescope: str
    instrument: str
    program: ProgramDetail | None
    files: tuple[ProductSummary, ...]
    outlines: tuple[Outline, ...]
