# SPDX-License-Identifier: BSD-3-Clause
"""Handing out files: the right first, then the bytes, and a record of what really went."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import structlog

from archive.astro.hdus import Part, choose, gunzipped, is_gzip, size_of, stream_parts
from archive.db.downloads import DownloadStore, HeldFile
from archive.db.session import Database
from archive.domain.access import ANONYMOUS, Caller, may_read, may_see
from archive.domain.clock import Clock
from archive.domain.downloads import Offer, Wanted
from archive.domain.identity import Scope
from archive.errors import (
    CredentialsError,
    InvalidInputError,
    NotFoundError,
    NotHeldError,
    PermissionDeniedError,
    ProprietaryError,
    UnavailableError,
)
from archive.services.transfer import FileTransfer, Meter, StreamTransfer
from archive.storage import FileStore

__all__ = ["DownloadService", "Parcel"]

_PUBLIC_ID = re.compile(r"[a-z0-9]{1,64}")
# A new number makes new ETags, for the day when chosen HDUs come out as other bytes than before.
_FORM = 1

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parcel:
    """A file that the caller may have, ready to go.

    Parameters
    ----------
    parts
        Of what it is put together; None where it is sent as it is stored, or unzipped on the way.
    """

    offer: Offer
    product_id: int
    sha256: str
    hdus: frozenset[int] | None
    parts: tuple[Part, ...] | None
    is_gunzipped: bool


class DownloadService:
    """Hands out the bytes of products."""

    def __init__(self, *, database: Database, store: FileStore, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    def prepare(self, caller: Caller, public_id: str, wanted: Wanted) -> Parcel:
        """Ask whether the caller may have a file, and find out what would be sent.

        Raises
        ------
        NotFoundError
            There is none, or none that the caller may know of.
        NotHeldError
            It is known, its bytes are not held.
        CredentialsError
            It is proprietary, and nobody is logged in.
        ProprietaryError
            It is proprietary, and the caller is not of its program's team.
        PermissionDeniedError
            The caller's token is not good for reading data.
        InvalidInputError
            It has no such HDUs.
        UnavailableError
            The bytes should be held and are not there.
        """
        now = self._clock()
        held = self._readable(caller, public_id, now)
        if wanted.hdus is not None:
            _check_hdus(wanted.hdus, held)
        return self._parcel(held, wanted, is_public=may_read(ANONYMOUS, held.rights, now))

    def send(
        self, caller: Caller, parcel: Parcel, status: int, start: int = 0, stop: int | None = None
    ) -> FileTransfer | StreamTransfer:
        """Begin a transfer, on the record; whoever takes it closes it.

        Parameters
        ----------
        status
            The HTTP status under which it goes, for the record.
        start, stop
            The part that is sent, in bytes; `stop` is None for the end.
        """
        stream = self._open(parcel.sha256)
        try:
            with self._database.begin() as uow:
                download_id = DownloadStore(uow).begin(caller, parcel.product_id, status, self._clock())
        except BaseException:
            stream.close()
            raise
        end = parcel.offer.size if stop is None else stop
        started = self._clock()

        def report(sent: int, is_complete: bool) -> None:  # noqa: FBT001 -- as `Meter` calls it
            self._finish(download_id, started, sent, is_complete=is_complete)

        meter = Meter(report)
        if parcel.parts is None and not parcel.is_gunzipped and end is not None:
            return FileTransfer(stream, meter, start, end)
        pieces = self._pieces(parcel, stream, start, stop)
        return StreamTransfer(stream, meter, pieces, None if end is None else end - start)

    def _readable(self, caller: Caller, public_id: str, now: datetime) -> HeldFile:
        # What no key can be is not asked of the database, which has letters that it refuses.
        held = None
        if _PUBLIC_ID.fullmatch(public_id):
            with self._database.begin() as uow:
                held = DownloadStore(uow).find(public_id)
        if held is None or not may_see(caller, held.rights, now):
            raise NotFoundError("There is no such file.")
        if not held.is_held or held.sha256 is None:
            raise NotHeldError("This file is not held here; the archive knows its record only.")
        if not may_read(caller, held.rights, now):
            raise _refusal(caller, held, now)
        return held

    def _parcel(self, held: HeldFile, wanted: Wanted, *, is_public: bool) -> Parcel:
        sha256 = str(held.sha256)
        parts: tuple[Part, ...] | None = None
        with self._open(sha256) as stream:
            size = _size_of_file(stream)
            if size != held.size:
                _log.error("stored file has another size", sha256=sha256, size=size, expected=held.size)
                raise UnavailableError("The archive cannot read this file just now.")
            is_zipped = (wanted.unpack or wanted.hdus is not None) and is_gzip(stream)
            if not is_zipped and (wanted.hdus is not None or (wanted.unpack and held.n_hdu)):
                parts = _plan(stream, wanted)
        is_as_stored = parts is None and not is_zipped
        offer = Offer(
            filename=_filename(held, wanted, is_unpacked=wanted.unpack and not is_as_stored),
            media_type=held.media_type if is_as_stored else _unpacked_type(held),
            size=None if is_zipped else size if parts is None else size_of(parts),
            etag=sha256 if is_as_stored else _etag(sha256, wanted),
            is_seekable=is_as_stored or (parts is not None and not wanted.unpack),
            md5=held.md5 if is_as_stored else None,
            sha256=sha256 if is_as_stored else None,
            modified=held.stored.replace(microsecond=0),
            is_public=is_public,
        )
        return Parcel(offer, held.product_id, sha256, wanted.hdus, parts, is_zipped)

    def _pieces(self, parcel: Parcel, stream: BinaryIO, start: int, stop: int | None) -> Generator[bytes, None, None]:
        if parcel.parts is None:
            return gunzipped(stream, parcel.hdus)
        return stream_parts(stream, parcel.parts, start, stop)

    def _open(self, sha256: str) -> BinaryIO:
        try:
            return self._store.open(sha256)
        except (NotFoundError, OSError) as exc:
            _log.exception("held file is not in the store", sha256=sha256)
            raise UnavailableError("The archive cannot read this file just now.") from exc

    def _finish(self, download_id: int, started: datetime, sent: int, *, is_complete: bool) -> None:
        seconds = (self._clock() - started).total_seconds()
        try:
            with self._database.begin() as uow:
                DownloadStore(uow).finish(download_id, seconds=seconds, bytes_sent=sent, is_complete=is_complete)
        except UnavailableError:
            # The bytes are gone; the record says so far that the transfer began.
            _log.exception("end of download not recorded", download=download_id, bytes_sent=sent)


def _refusal(caller: Caller, held: HeldFile, now: datetime) -> CredentialsError | PermissionDeniedError:
    release = held.rights.data_release
    until = f"until {release:%Y-%m-%d}" if release else "and no release date is set"
    if caller.is_anonymous:
        return CredentialsError(
            f"This file is proprietary {until}. Members of its program get it by logging in or with a token."
        )
    person = Caller(user_id=caller.user_id, programs=caller.programs, roles=caller.roles)
    if may_read(person, held.rights, now):
        return PermissionDeniedError(f"Your token is not good for this: it lacks the scope {Scope.READ_DATA}.")
    return ProprietaryError(f"This file is proprietary {until}, and you are not of its program's team.", release)


def _check_hdus(hdus: frozenset[int], held: HeldFile) -> None:
    if not held.n_hdu:
        raise InvalidInputError({"hdus": "This is no FITS file; it has no HDUs."})
    if max(hdus) >= held.n_hdu:
        numbers = "one HDU, number 0" if held.n_hdu == 1 else f"{held.n_hdu} HDUs, numbered from 0 to {held.n_hdu - 1}"
        raise InvalidInputError({"hdus": f"The file has {numbers}."})


def _plan(stream: BinaryIO, wanted: Wanted) -> tuple[Part, ...] | None:
    """Plan what is sent; None where that is the file as it is."""
    try:
        parts = choose(stream, wanted.hdus, restore=wanted.unpack)
        stream.seek(0)
    except (ValueError, OSError) as exc:
        _log.exception("stored file cannot be taken apart")
        raise UnavailableError("The archive cannot take this file apart just now.") from exc
    is_plain = wanted.hdus is None and size_of(parts) == _size_of_file(stream)
    return None if is_plain else parts


def _size_of_file(stream: BinaryIO) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


def _unpacked_type(held: HeldFile) -> str:
    return "application/fits" if held.n_hdu else "application/octet-stream"


def _etag(sha256: str, wanted: Wanted) -> str:
    hdus = "all" if wanted.hdus is None else "-".join(map(str, sorted(wanted.hdus)))
    return f"{sha256}.{_FORM}.{'unpacked' if wanted.unpack else 'stored'}.{hdus}"


def _filename(held: HeldFile, wanted: Wanted, *, is_unpacked: bool) -> str:
    name = held.original_filename if wanted.by_original_name else held.archive_filename
    # Names from headers may be paths of another machine.
    name = re.split(r"[/\\]", name)[-1] or held.public_id
    if is_unpacked or wanted.hdus is not None:
        name = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
    if is_unpacked:
        name = re.sub(r"\.fz$", "", name, flags=re.IGNORECASE)
    if wanted.hdus is not None:
        stem, dot, ending = _split(name)
        chosen = "-".join(map(str, sorted(wanted.hdus)))
        name = f"{stem}_hdus-{chosen if len(chosen) <= 60 else len(wanted.hdus)}{dot}{ending}"
    return name


def _split(name: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(.*?)(\.)(fits?(?:\.fz)?|fts)", name, flags=re.IGNORECASE)
    return (match[1], match[2], match[3]) if match else (name, "", "")
