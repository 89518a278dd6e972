# SPDX-License-Identifier: BSD-3-Clause
"""Audit records as rows."""

from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import AuditRecordRow
from archive.db.session import UnitOfWork
from archive.domain.audit import AuditFilter, AuditRecord
from archive.domain.ingest import IngestOutcome, Outcome, Submission

__all__ = ["AuditStore"]


class AuditStore:
    """The audit table."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def add(
        self,
        submission: Submission,
        outcome: IngestOutcome,
        *,
        product_id: int | None = None,
        where: tuple[str | None, str | None, date | None] = (None, None, None),
    ) -> None:
        """Write down what became of a submission; `where` is telescope, instrument and night as far as known."""
        digests = submission.digests
        telescope, instrument, caldat = where
        self._session.execute(
            insert(AuditRecordRow).values(
                submitted=submission.submitted,
                source_path=submission.source_path,
                original_filename=submission.original_filename,
                file_size=digests.size if digests else None,
                md5=digests.md5 if digests else None,
                sha256=digests.sha256 if digests else None,
                telescope=telescope,
                instrument=instrument,
                caldat=caldat,
                outcome=outcome.outcome,
                error_code=outcome.error_code,
                reasons=[
                    {"code": reason.code, "message": reason.message, "keyword": reason.keyword}
                    for reason in outcome.reasons
                ],
                product_id=product_id,
                archive_filename=outcome.archive_filename,
                is_hidden=False,
            )
        )

    def was_ingested_from(self, source_path: str, product_id: int) -> bool:
        """Whether a product came in from this very path."""
        query = exists().where(
            AuditRecordRow.source_path == source_path,
            AuditRecordRow.product_id == product_id,
            AuditRecordRow.outcome == Outcome.INGESTED,
        )
        return bool(self._session.execute(select(query)).scalar_one())

    def find(self, wanted: AuditFilter, *, limit: int, before_id: int | None = None) -> list[AuditRecord]:
        """List records, the latest first; `before_id` goes on from an earlier page."""
        query = select(AuditRecordRow).where(*_conditions(wanted)).order_by(AuditRecordRow.id.desc()).limit(limit)
        if before_id is not None:
            query = query.where(AuditRecordRow.id < before_id)
        return [_record(row) for row in self._session.execute(query).scalars()]


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    equal = {
        AuditRecordRow.outcome: wanted.outcome,
        AuditRecordRow.error_code: wanted.error_code,
        AuditRecordRow.telescope: wanted.telescope,
        AuditRecordRow.instrument: wanted.instrument,
        AuditRecordRow.caldat: wanted.caldat,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.path is not None:
        conditions.append(AuditRecordRow.source_path.like(_like(wanted.path), escape="\\"))
    if wanted.since is not None:
        conditions.append(AuditRecordRow.submitted >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditRecordRow.submitted < wanted.until)
    return conditions


def _like(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped.replace('*', '%').replace('?', '_')}%"


def _record(row: AuditRecordRow) -> AuditRecord:
    return AuditRecord(
        id=row.id,
        submitted=row.submitted,
        source_path=row.source_path,
        outcome=Outcome(row.outcome),
        error_code=row.error_code,
        reasons=tuple(row.reasons),
        telescope=row.telescope,
        instrument=row.instrument,
        caldat=row.caldat,
        archive_filename=row.archive_filename,
        md5=row.md5,
    )
