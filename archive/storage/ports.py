# SPDX-License-Identifier: BSD-3-Clause
"""What the archive asks of a file store; a file's key is the SHA-256 digest of its bytes."""

from pathlib import Path
from typing import BinaryIO, Protocol

__all__ = ["FileStore"]


class FileStore(Protocol):
    """Keeps files by the digest of their bytes; a file, once in, never changes."""

    def put(self, source: Path, sha256: str) -> None:
        """Copy a file in, whole and verified or not at all; one that is there already is left alone.

        Raises
        ------
        ConflictError
            The bytes of `source` do not have this digest.
        StorageFullError
            There is no room; nothing was stored.
        """

    def open(self, sha256: str) -> BinaryIO:
        """Open a file for reading; the stream can seek.

        Raises
        ------
        NotFoundError
            No such file.
        """

    def path(self, sha256: str) -> Path | None:
        """Give the place of a file on a disk of this machine; None if it has none."""

    def size(self, sha256: str) -> int:
        """Give the number of bytes.

        Raises
        ------
        NotFoundError
            No such file.
        """

    def exists(self, sha256: str) -> bool:
        """Whether the file is here."""

    def delete(self, sha256: str) -> None:
        """Take a file out; nothing happens if it is not here."""
