# SPDX-License-Identifier: BSD-3-Clause
"""A file store on a local disk: ``ab/cd/<sha256>`` below one folder.

A file is written under a private name in ``incoming/`` and moved to its place once it is
on the disk and its digest holds, so that a reader sees it whole or not at all. The writer
holds a lock on the private file; what nobody holds was left by a process that died.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archive.errors import ConflictError, NotFoundError, StorageFullError

__all__ = ["LocalFileStore"]

CHUNK = 4 * 1024 * 1024
# EFBIG is what a limit on file size gives (ulimit -f), EDQUOT a user's quota.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
KEY = re.compile(r"[0-9a-f]{64}")


class LocalFileStore:
    """Files below `root`, which is made when the first one comes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._is_swept = False

    def put(self, source: Path, sha256: str) -> None:
        """Copy a file in, whole and verified or not at all; one that is there already is left alone.

        Raises
        ------
        ConflictError
            The bytes of `source` do not have this digest.
        StorageFullError
            There is no room; nothing was stored.
        """
        place = self._place(sha256)
        if place.exists():
            return
        try:
            self._sweep_once()
            with source.open("rb", buffering=0) as reader, self._draft() as (draft, writer):
                if _copy(reader.fileno(), writer) != sha256:
                    raise ConflictError(f"{source.name} changed while it was stored")
                os.fsync(writer)
                os.fchmod(writer, 0o444)
                place.parent.mkdir(parents=True, exist_ok=True)
                draft.replace(place)
            _sync_folder(place.parent)
        except OSError as exc:
            if exc.errno in FULL:
                raise StorageFullError(f"The file store has no room for {source.name}; nothing was stored.") from exc
            raise

    def open(self, sha256: str) -> BinaryIO:
        """Open a file for reading; the stream can seek.

        Raises
        ------
        NotFoundError
            No such file.
        """
        try:
            return self._place(sha256).open("rb")
        except FileNotFoundError as exc:
            raise NotFoundError("This file is not in the store.") from exc

    def path(self, sha256: str) -> Path | None:
        """Give the place of a file; None if it is not here."""
        place = self._place(sha256)
        return place if place.exists() else None

    def size(self, sha256: str) -> int:
        """Give the number of bytes.

        Raises
        ------
        NotFoundError
            No such file.
        """
        try:
            return self._place(sha256).stat().st_size
        except FileNotFoundError as exc:
            raise NotFoundError("This file is not in the store.") from exc

    def exists(self, sha256: str) -> bool:
        """Whether the file is here."""
        return self._place(sha256).exists()

    def delete(self, sha256: str) -> None:
        """Take a file out; nothing happens if it is not here."""
        self._place(sha256).unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        # Whatever is no digest could name a place outside of the store.
        if not KEY.fullmatch(sha256):
            raise NotFoundError("This is not the key of a stored file.")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    @contextlib.contextmanager
    def _draft(self) -> Iterator[tuple[Path, int]]:
        self._incoming.mkdir(parents=True, exist_ok=True)
        draft, writer = self._locked_draft()
        try:
            yield draft, writer
        finally:
            os.close(writer)
            draft.unlink(missing_ok=True)

    def _locked_draft(self) -> tuple[Path, int]:
        while True:
            draft = self._incoming / secrets.token_hex(16)
            writer = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(writer, fcntl.LOCK_EX)
            # Between making and locking it, another process may have swept it.
            if os.fstat(writer).st_nlink:
                return draft, writer
            os.close(writer)

    def _sweep_once(self) -> None:
        if self._is_swept or not self._incoming.is_dir():
            return
        for leftover in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError, BlockingIOError), leftover.open("rb") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                leftover.unlink()
        self._is_swept = True


def _copy(reader: int, writer: int) -> str:
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(CHUNK))
    while count := os.readv(reader, [buffer]):
        digest.update(buffer[:count])
        rest = buffer[:count]
        while rest:
            rest = rest[os.write(writer, rest) :]
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
