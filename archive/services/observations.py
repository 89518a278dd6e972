# SPDX-License-Identifier: BSD-3-Clause
"""One file, one observation: what the caller may know of it."""

import difflib

import structlog

from archive.astro.header_cards import read_cards
from archive.db.details import DetailStore
from archive.db.search import SearchStore
from archive.db.session import Database, UnitOfWork
from archive.domain.access import Caller
from archive.domain.clock import Clock
from archive.domain.details import HeaderCard, ObservationDetail, ProductDetail
from archive.errors import NotFoundError
from archive.storage import FileStore

__all__ = ["ObservationService"]

_log = structlog.get_logger(__name__)
_SECONDS = 10.0
_LONGEST_NAME = 200


class ObservationService:
    """Shows files and observations.

    Parameters
    ----------
    files
        Holds the bytes, of which the headers are read.
    """

    def __init__(self, *, database: Database, clock: Clock, files: FileStore) -> None:
        self._database = database
        self._clock = clock
        self._files = files

    def product(self, caller: Caller, public_id: str) -> ProductDetail:
        """Give a file by its permanent key.

        Raises
        ------
        NotFoundError
            There is none that the caller may know of; with names that were perhaps meant.
        """
        found: ProductDetail | None = None
        suggestions: tuple[str, ...] = ()
        if _is_name(public_id):
            with self._database.begin() as uow:
                found = DetailStore(uow, caller, self._clock()).product(public_id)
                suggestions = () if found else self._near(uow, caller, "archive_filename", public_id)
        if found is None:
            raise NotFoundError(f"There is no file {_shown(public_id)} here.", suggestions)
        return found

    def observations(self, caller: Caller, obs_id: str) -> tuple[ObservationDetail, ...]:
        """Give the observations of an id: one, or one a telescope and instrument.

        Raises
        ------
        NotFoundError
            There is none that the caller may know of; with ids that were perhaps meant.
        """
        found: tuple[ObservationDetail, ...] = ()
        suggestions: tuple[str, ...] = ()
        if _is_name(obs_id):
            with self._database.begin() as uow:
                found = DetailStore(uow, caller, self._clock()).observations(obs_id)
                suggestions = () if found else self._near(uow, caller, "obs_id", obs_id)
        if not found:
            raise NotFoundError(f"There is no observation {_shown(obs_id)} here.", suggestions)
        return found

    def header(self, caller: Caller, public_id: str) -> list[list[HeaderCard]]:
        """Give the cards of every header: those of the stored file, else what the catalogue has of them.

        Raises
        ------
        NotFoundError
            There is no such file that the caller may know of.
        """
        product = self.product(caller, public_id)
        path = self._files.path(product.sha256) if product.is_held and product.sha256 else None
        if path is not None:
            try:
                return read_cards(path)
            except OSError:
                _log.exception("a stored file cannot be read", public_id=public_id)
        return [[HeaderCard(keyword, str(value), "") for keyword, value in hdu.header.items()] for hdu in product.hdus]

    def _near(self, uow: UnitOfWork, caller: Caller, column: str, name: str) -> tuple[str, ...]:
        start = name[: max(4, len(name) // 2)]
        known = SearchStore(uow, timeout=_SECONDS).near(caller, column, start, self._clock(), 1000)
        return tuple(difflib.get_close_matches(name, known, n=5, cutoff=0.5))


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and "\x00" not in text


def _shown(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:60]}…"
