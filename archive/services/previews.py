# SPDX-License-Identifier: BSD-3-Clause
"""Previews: made by a worker, shown to those who may have the pixels."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from archive.astro.preview import NoPreview, make_preview
from archive.db.previews import Claim, PreviewRecord, PreviewStore
from archive.db.session import Database
from archive.domain.access import ANONYMOUS, Caller, may_read, may_see
from archive.domain.clock import Clock, utc_now
from archive.domain.previews import PreviewSize, PreviewState, PreviewStatus
from archive.domain.search import ProductSummary
from archive.errors import CredentialsError, NotFoundError, ProprietaryError
from archive.queues import TaskQueue
from archive.queues.names import PREVIEW
from archive.storage import FileStore

__all__ = ["PreviewImage", "PreviewService"]

_log = structlog.get_logger(__name__)
# Longer than the longest preview may take; then its worker is taken for dead.
_LEASE = timedelta(minutes=10)


@dataclass(frozen=True)
class PreviewImage:
    """A picture to be sent.

    Parameters
    ----------
    png
        The whole picture; it is small.
    sha256
        Digest of the picture.
    is_public
        Whether everybody may have it, so that caches between may keep it.
    """

    png: bytes
    sha256: str
    is_public: bool


class PreviewService:
    """Makes, shows and looks after previews.

    Parameters
    ----------
    files
        Holds the products and, by their own digests, the pictures.
    """

    def __init__(self, *, database: Database, files: FileStore, queue: TaskQueue, clock: Clock = utc_now) -> None:
        self._database = database
        self._files = files
        self._queue = queue
        self._clock = clock

    def make(self, public_id: str) -> PreviewState | None:
        """Make the preview of a product.

        Returns
        -------
        PreviewState or None
            What came of it; None where another worker has it or it is made already.
        """
        with self._database.begin() as uow:
            claim = PreviewStore(uow).claim(public_id, self._clock())
        if claim is None:
            return None
        try:
            return self._made(claim)
        except BaseException:
            # What failed here is ours, not the file's; the task logs it with its traceback.
            with self._database.begin() as uow:
                PreviewStore(uow).finish(claim, PreviewState.FAILED, reason="making it failed")
            raise

    def request(self, public_id: str) -> bool:
        """Ask for a preview anew; False where it is being made, or the product is not held."""
        with self._database.begin() as uow:
            is_queued = PreviewStore(uow).queue(public_id)
            if is_queued:
                uow.after_commit(partial(self._queue.send, PREVIEW, public_id))
        return is_queued

    def remake(self, public_id: str) -> PreviewState | None:
        """Make a preview anew, at once and here."""
        with self._database.begin() as uow:
            PreviewStore(uow).queue(public_id)
        return self.make(public_id)

    def unfinished(self, *, with_finished: bool = False) -> list[str]:
        """List the public ids of held products that lack a preview, or of all held products."""
        with self._database.begin() as uow:
            return PreviewStore(uow).unfinished(with_finished=with_finished)

    def status(self, caller: Caller, public_id: str) -> PreviewStatus:
        """Tell whether there is a picture for this caller, and if not, why.

        Raises
        ------
        NotFoundError
            There is no such product, or none that the caller may know of.
        """
        now = self._clock()
        record = self._visible(caller, public_id, now)
        is_readable = may_read(caller, record.rights, now)
        return PreviewStatus(
            record.state,
            record.reason,
            is_shown=is_readable and record.state is PreviewState.READY,
            is_proprietary=not is_readable,
            data_release=record.rights.data_release,
        )

    def pictured(self, products: Iterable[ProductSummary]) -> frozenset[str]:
        """Give the public ids of those that have a picture which their reader may have."""
        readable = [product.public_id for product in products if product.may_read]
        if not readable:
            return frozenset()
        with self._database.begin() as uow:
            return PreviewStore(uow).ready(readable)

    def image(self, caller: Caller, public_id: str, size: PreviewSize) -> PreviewImage:
        """Open a picture; pixels are data, so it takes the right to read them.

        Raises
        ------
        NotFoundError
            There is no such product, none that the caller may know of, or no picture of it.
        CredentialsError, ProprietaryError
            The pixels are proprietary, and nobody is logged in or somebody without the right.
        """
        now = self._clock()
        record = self._visible(caller, public_id, now)
        if not may_read(caller, record.rights, now):
            if caller.is_anonymous:
                raise CredentialsError("The preview is proprietary. Please log in.")
            raise ProprietaryError("The preview is proprietary.", record.rights.data_release)
        key = record.sha256 if size is PreviewSize.LARGE else record.thumbnail_sha256
        if key is None:
            raise NotFoundError("There is no preview of this file.")
        with self._files.open(key) as stream:
            return PreviewImage(stream.read(), key, is_public=may_read(ANONYMOUS, record.rights, now))

    def release_orphans(self) -> list[str]:
        """Give back what a dead worker left, and send what was never sent.

        Returns
        -------
        list of str
            Public ids of the products whose previews were sent to a worker.
        """
        now = self._clock()
        before = now - _LEASE
        with self._database.begin() as uow:
            public_ids = PreviewStore(uow).release(before, before, now)
            for public_id in public_ids:
                uow.after_commit(partial(self._queue.send, PREVIEW, public_id))
        if public_ids:
            _log.warning("previews were left behind and are sent again", count=len(public_ids))
        return public_ids

    def _visible(self, caller: Caller, public_id: str, now: datetime) -> PreviewRecord:
        with self._database.begin() as uow:
            record = PreviewStore(uow).find(public_id)
        if record is None or not may_see(caller, record.rights, now):
            raise NotFoundError("There is no such file.")
        return record

    def _made(self, claim: Claim) -> PreviewState:
        with self._on_disk(claim.file_sha256) as path:
            result = make_preview(path)
        if isinstance(result, NoPreview):
            _log.info("no preview", product=claim.product_id, reason=result.reason, exc_info=result.cause)
            with self._database.begin() as uow:
                PreviewStore(uow).finish(claim, PreviewState.NONE, reason=result.reason)
            return PreviewState.NONE
        image, thumbnail = self._kept(result.image), self._kept(result.thumbnail)
        with self._database.begin() as uow:
            PreviewStore(uow).finish(claim, PreviewState.READY, sha256=image, thumbnail_sha256=thumbnail)
        return PreviewState.READY

    def _kept(self, png: bytes) -> str:
        sha256 = hashlib.sha256(png).hexdigest()
        with tempfile.NamedTemporaryFile(suffix=".png") as draft:
            draft.write(png)
            draft.flush()
            self._files.put(Path(draft.name), sha256)
        return sha256

    @contextmanager
    def _on_disk(self, sha256: str) -> Iterator[Path]:
        path = self._files.path(sha256)
        if path is not None:
            yield path
            return
        with tempfile.NamedTemporaryFile(suffix=".fits") as copy:
            with self._files.open(sha256) as source:
                shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            yield Path(copy.name)
