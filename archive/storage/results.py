# SPDX-License-Identifier: BSD-3-Clause
"""Files that belong to jobs: made, read for some days, and removed.

Unlike products they have no name that their bytes give them: two jobs with the same result
have a file each, so that one can go without the other.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.errors import NotFoundError, StorageFullError
from archive.storage.local import FULL
from vo.uws.ports import StoredFile

__all__ = ["LocalResultStore"]

_KEY = re.compile(r"[0-9a-f]{32}")
_DRAFT = ".part"


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
        draft = place.with_suffix(_DRAFT)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("xb") as file:
                # Held as long as somebody writes: so it is known of a draft whether its writer lives.
                fcntl.flock(file, fcntl.LOCK_EX)
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

    def sweep(self, known: Callable[[], AbstractSet[str]], before: datetime) -> int:
        """Remove what processes that were killed have left behind; give the number of files.

        Parameters
        ----------
        known
            Gives the keys of all files that belong to jobs.
        before
            Of a file that is younger it may not be written down yet to whom it belongs.
        """
        old = [path for path in self._root.glob("??/*") if _is_older(path, before)]
        # Asked for when it is known what is old: whatever was made since is younger.
        keys = known() if old else frozenset()
        swept = [path for path in old if _is_left(path, keys)]
        for path in swept:
            path.unlink(missing_ok=True)
        return len(swept)

    def _place(self, key: str) -> Path:
        # Whatever is no key could name a place outside of the folder.
        if not _KEY.fullmatch(key):
            raise NotFoundError("This is not the key of a file.")
        return self._root / key[:2] / key


def _is_left(path: Path, keys: AbstractSet[str]) -> bool:
    if _KEY.fullmatch(path.name):
        return path.name not in keys
    return path.suffix == _DRAFT and _is_abandoned(path)


def _is_abandoned(draft: Path) -> bool:
    try:
        with draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False
