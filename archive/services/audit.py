# SPDX-License-Identifier: BSD-3-Clause
"""The audit of ingest, for operators."""

from archive.db.audit import AuditStore
from archive.db.session import Database
from archive.domain.access import Caller
from archive.domain.audit import AuditFilter, AuditRecord
from archive.errors import PermissionDeniedError

__all__ = ["AuditService"]

MOST_RECORDS = 10_000


class AuditService:
    """Reads the audit; staff alone may."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def find(
        self, caller: Caller, wanted: AuditFilter, *, limit: int = 100, before_id: int | None = None
    ) -> list[AuditRecord]:
        """List submissions, the latest first.

        Raises
        ------
        PermissionDeniedError
            The caller is not of the staff: source paths and proprietary names are not public.
        """
        if not caller.is_staff:
            raise PermissionDeniedError("The audit of ingest is for the archive's staff.")
        with self._database.begin() as uow:
            return AuditStore(uow).find(wanted, limit=min(limit, MOST_RECORDS), before_id=before_id)
