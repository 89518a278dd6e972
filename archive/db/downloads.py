# SPDX-License-Identifier: BSD-3-Clause
"""Files as they are handed out, and the log of who was handed what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from archive.db.schema import DownloadRow, ProductRow
from archive.db.session import UnitOfWork
from archive.db.visibility import rights_of
from archive.domain.access import Caller, Rights

__all__ = ["DownloadStore", "HeldFile"]


@dataclass(frozen=True)
class HeldFile:
    """What handing out a file needs to know of its product.

    Parameters
    ----------
    n_hdu
        None for what is no FITS file.
    stored
        When the bytes, which never change, came in.
    """

    product_id: int
    public_id: str
    archive_filename: str
    original_filename: str
    media_type: str
    size: int | None
    md5: str | None
    sha256: str | None
    n_hdu: int | None
    is_held: bool
    stored: datetime
    rights: Rights


class DownloadStore:
    """Products by their public key, and the download log."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def find(self, public_id: str) -> HeldFile | None:
        """Find a product, whoever asks; the rights in it are for the service to judge."""
        row = self._session.scalars(select(ProductRow).where(ProductRow.public_id == public_id)).one_or_none()
        return None if row is None else _held(row)

    def begin(self, caller: Caller, product_id: int, status: int, started: datetime) -> int:
        """Log that a transfer begins, so that one cut by a power failure is on record too."""
        statement = (
            insert(DownloadRow)
            .values(
                started=started,
                seconds=0.0,
                account_id=caller.user_id,
                address=caller.address,
                product_id=product_id,
                status=status,
                bytes_sent=0,
                is_complete=False,
            )
            .returning(DownloadRow.id)
        )
        return self._session.execute(statement).scalar_one()

    def finish(self, download_id: int, *, seconds: float, bytes_sent: int, is_complete: bool) -> None:
        """Log how a transfer ended."""
        self._session.execute(
            update(DownloadRow)
            .where(DownloadRow.id == download_id)
            .values(seconds=seconds, bytes_sent=bytes_sent, is_complete=is_complete)
        )


def _held(row: ProductRow) -> HeldFile:
    return HeldFile(
        product_id=row.id,
        public_id=row.public_id,
        archive_filename=row.archive_filename,
        original_filename=row.original_filename,
        media_type=row.media_type,
        size=row.file_size,
        md5=row.md5,
        sha256=row.sha256,
        n_hdu=row.n_hdu,
        is_held=row.is_held,
        stored=row.ingested,
        rights=rights_of(row),
    )
