# SPDX-License-Identifier: BSD-3-Clause
"""Catalogues of objects: loaded from a file, and dropped."""

import re
from pathlib import Path

from archive.db.session import Database
from archive.db.tap.catalogues import CatalogueStore
from archive.domain.clock import Clock
from archive.errors import ConflictError, InvalidInputError, NotFoundError
from vo.adql.words import reserved_words
from vo.tables.uploads import UploadError, UploadLimits, read_table

__all__ = ["CatalogueService", "name_for"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LIMITS = UploadLimits(rows=2**40, octets=2**50)


def name_for(path: Path) -> str:
    """Make a table's name of a file's."""
    stem = path.name.partition(".")[0].lower()
    return re.sub(r"[^a-z0-9_]+", "_", stem).strip("_")[:40]


class CatalogueService:
    """Tends the tables of the schema ``catalogues``; whoever runs commands on this machine may."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def load(self, path: Path, name: str, description: str = "", *, is_replacing: bool = False) -> int:
        """Load a FITS, VOTable, Parquet or CSV file as a table; give its rows.

        Parameters
        ----------
        is_replacing
            Whether one of the same name gives way; queries see the old one or the new one, whole.

        Raises
        ------
        InvalidInputError
            The name cannot be one, or the file is no table.
        ConflictError
            There is one of this name already.
        """
        if not _NAME.fullmatch(name) or name.upper() in reserved_words("2.1"):
            raise InvalidInputError(
                {"name": f"{name!r} cannot name a table: small letters, digits and _, and no word of ADQL."}
            )
        with self._database.begin() as uow:
            old = CatalogueStore(uow).relation_of(name)
        if old is not None and not is_replacing:
            raise ConflictError(f"There is a catalogue {name} already; --replace puts this one in its place.")
        try:
            with path.open("rb") as file, self._database.begin() as uow:
                table = read_table(file, _LIMITS)
                rows = CatalogueStore(uow).add(uow, name, description, table, self._clock())
        except UploadError as exc:
            raise InvalidInputError({"file": f"{path.name} cannot be loaded: {exc}"}) from exc
        self._clean()
        return rows

    def drop(self, name: str) -> None:
        """Drop a catalogue.

        Raises
        ------
        NotFoundError
            There is none of this name.
        """
        with self._database.begin() as uow:
            store = CatalogueStore(uow)
            if store.relation_of(name) is None:
                raise NotFoundError(f"There is no catalogue {name}.")
            store.forget(uow, name)
        self._clean()

    def _clean(self) -> None:
        """Drop what is no more in use, now or since a command that died."""
        with self._database.begin() as uow:
            CatalogueStore(uow).drop_forgotten()
