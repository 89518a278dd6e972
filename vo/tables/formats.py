# SPDX-License-Identifier: BSD-3-Clause
"""The formats of a result: their names, media types and doors, and the one way to write a table in any of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vo.tables.compression import compressed
from vo.tables.delimited import write_delimited
from vo.tables.doors import Door
from vo.tables.ecsv import write_ecsv
from vo.tables.field import Field
from vo.tables.fits import write_fits
from vo.tables.html_page import write_html
from vo.tables.json_rows import write_json
from vo.tables.parquet import write_parquet
from vo.tables.plain_text import write_text
from vo.tables.sources import BatchSource, CopySource
from vo.tables.votable import Serialization, write_votable

__all__ = ["FORMATS", "Format", "accepted_format", "find_format", "write"]

_VOTABLE = "application/x-votable+xml"
_IVOID = "ivo://ivoa.net/std/TAPRegExt#output-votable-"


@dataclass(frozen=True)
class Format:
    """One format.

    Parameters
    ----------
    name
        The short name by which it is best asked for.
    media_type
        As the answer's Content-Type.
    extension
        Of a file's name, with its dot.
    aliases
        Other words and media types for it.
    door
        How its rows are best had from the database; batches are always taken.
    ivoid
        Its standard identifier (TAPRegExt 1.0 §2.4), empty for none.
    has_status
        For forms without a place for it: whether a last line tells if the table is whole.
    """

    name: str
    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()
    door: Door = Door.BATCHES
    ivoid: str = ""
    serialization: Serialization | None = None
    is_gzipped: bool = False
    has_status: bool = False


_ALL = (
    Format(
        "votable",
        f"{_VOTABLE};serialization=BINARY2",
        ".vot",
        (_VOTABLE, "text/xml", "application/xml", "votable/b2", "votable_binary2"),
        ivoid=f"{_IVOID}binary2",
        serialization=Serialization.BINARY2,
    ),
    Format(
        "votable/td",
        f"{_VOTABLE};serialization=TABLEDATA",
        ".vot",
        ("votable_plain", "votable/tabledata", "text/x-votable+xml"),
        Door.TEXT,
        f"{_IVOID}td",
        Serialization.TABLEDATA,
    ),
    Format(
        "votable/b",
        f"{_VOTABLE};serialization=BINARY",
        ".vot",
        ("votable/binary", "votable_binary"),
        ivoid=f"{_IVOID}binary",
        serialization=Serialization.BINARY,
    ),
    Format(
        "votable_gzip",
        "application/x-votable+xml+gzip",
        ".vot.gz",
        ("votable/gzip",),
        ivoid="",
        serialization=Serialization.BINARY2,
        is_gzipped=True,
    ),
    Format("csv", "text/csv;charset=utf-8;header=present", ".csv", ("text/csv", "text/csv;header=present"), Door.CSV),
    Format("tsv", "text/tab-separated-values;charset=utf-8", ".tsv", ("text/tab-separated-values", "tab"), Door.TSV),
    Format(
        "csv/status",
        "text/csv;charset=utf-8;header=present;status=comment",
        ".csv",
        ("text/csv;status=comment",),
        Door.CSV,
        has_status=True,
    ),
    Format(
        "tsv/status",
        "text/tab-separated-values;charset=utf-8;status=comment",
        ".tsv",
        ("text/tab-separated-values;status=comment",),
        Door.TSV,
        has_status=True,
    ),
    Format("ecsv", "text/ecsv;charset=utf-8", ".ecsv", ("text/ecsv", "application/x-ecsv")),
    Format("fits", "application/fits", ".fits", ("application/x-fits", "image/fits")),
    Format(
        "parquet",
        "application/vnd.apache.parquet",
        ".parquet",
        ("application/x-parquet", "application/parquet", "application/octet-stream;format=parquet", "voparquet"),
    ),
    Format("json", "application/json", ".json", ("application/json;content=tapplus",)),
    Format("html", "text/html;charset=utf-8", ".html", ("text/html", "application/xhtml+xml")),
    Format("text", "text/plain;charset=utf-8", ".txt", ("text/plain", "txt", "ascii")),
)
FORMATS = {form.name: form for form in _ALL}


def find_format(words: str) -> Format | None:
    """Find a format by what a client calls it: a short name or a media type, in any case, with blanks or without.

    A media type that is a legal name of several gives the first of them; the answer bears the name
    that was asked for, where that is a media type for XML.
    """
    wanted = _plain(words)
    found = _BY_WORDS.get(wanted)
    if found is None and ";" in wanted:
        # Unknown parameters, such as content=…, do not make it another format.
        found = _BY_WORDS.get(wanted.partition(";")[0])
    if found is not None and wanted in {"text/xml", "application/xml"}:
        return replace(found, media_type=wanted)
    return found


def accepted_format(accept: str, default: Format = _ALL[0]) -> Format:
    """Find the format that an Accept header likes best (RFC 9110 §12.5.1); the default, if it names none of ours."""
    liked: list[tuple[float, int, Format]] = []
    for place, choice in enumerate(accept.split(",")):
        media, weight = _weighted(choice)
        found = default if media == "*/*" else find_format(media)
        if found is not None and weight > 0:
            liked.append((-weight, place, found))
    return min(liked, key=lambda choice: choice[:2])[2] if liked else default


def write(
    form: Format,
    source: CopySource | BatchSource,
    fields: Sequence[Field],
    infos: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Iterator[bytes]:
    """Write a table in any format, a piece a batch; afterwards the source tells rows and truncation.

    Parameters
    ----------
    source
        `CopySource` from the format's door, or `BatchSource`, which each format takes.
    infos
        Facts of the whole, by name, for formats that have a place for them.
    directory
        Where FITS waits until it is whole.
    """
    pieces = _written(form, source, fields, infos, directory)
    return compressed(pieces) if form.is_gzipped else pieces


def _written(
    form: Format,
    source: CopySource | BatchSource,
    fields: Sequence[Field],
    infos: Mapping[str, str] | None,
    directory: Path | None,
) -> Iterator[bytes]:
    if form.serialization is not None:
        return write_votable(source, fields, form.serialization, infos)
    if form.extension in _DELIMITERS:
        return write_delimited(source, fields, _DELIMITERS[form.extension], has_status=form.has_status)
    if not isinstance(source, BatchSource):
        raise TypeError(f"{form.name} is made of batches")
    match form.name:
        case "ecsv":
            return write_ecsv(source, fields, infos)
        case "fits":
            return write_fits(source, fields, infos, directory)
        case "parquet":
            return write_parquet(source, fields, infos)
        case "json":
            return write_json(source, fields, infos)
        case "html":
            return write_html(source, fields, infos)
        case _:
            return write_text(source, fields)


def _weighted(choice: str) -> tuple[str, float]:
    media, *parameters = (part.strip() for part in choice.split(";"))
    weight = 1.0
    kept = [media]
    for parameter in parameters:
        if parameter.lower().startswith("q="):
            try:
                weight = float(parameter[2:])
            except ValueError:
                weight = 0.0
        else:
            kept.append(parameter)
    return ";".join(kept), weight


def _plain(words: str) -> str:
    return "".join(words.lower().split())


_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_BY_WORDS = {_plain(word): form for form in reversed(_ALL) for word in (form.name, form.media_type, *form.aliases)}
