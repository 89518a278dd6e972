# SPDX-License-Identifier: BSD-3-Clause
"""Files that belong to jobs: made, read for some days, and removed.

Unlike products they have no name that their bytes give them: two jobs with the same result
have a file each, so that one can go without the other.
"""

import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from archive.errors import NotFoundError, StorageFullError
from archive.storage.local import FULL
from vo.uws.ports import StoredFile

__all__ = ["LocalResultStore"]

_KEY = re.compile(r"[0-9a-f]{32}")


class LocalResultStore:
    """`vo.uws.ResultStore` in a folder that web and workers share; it is made when the first file comes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, chunks: Iterable[bytes]) -> StoredFile:
        """Keep a file under a key of its own: wholly or, when `chunks` or the disk fails, not at all.

        Raises
        ------
        StorageFullError
            There is no room.
        """
        key = secrets.token_hex(16)
        place = self._place(key)
        draft = place.with_suffix(".part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("xb") as file:
                size = sum(file.write(chunk) for chunk in chunks)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(place)
        except OSError as exc:
            if exc.errno in FULL:
                raise StorageFullError("There is no room for the file; nothing was kept.") from exc
            raise
        finally:
            draft.unlink(missing_ok=True)
        return StoredFile(key, size)

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading; it can be sought in.

        Raises
        ------
        NotFoundError
            No such file.
        """
        try:
            return self._place(key).open("rb")
        except FileNotFoundError as exc:
            raise NotFoundError("This file is no longer here.") from exc

    def delete(self, key: str) -> None:
        """Remove a file; nothing happens if there is none."""
        self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        # Whatever is no key could name a place outside of the folder.
        if not _KEY.fullmatch(key):
            raise NotFoundError("This is not the key of a file.")
        return self._root / key[:2] / key
