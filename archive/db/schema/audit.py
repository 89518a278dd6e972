# SPDX-License-Identifier: BSD-3-Clause
"""The audit of ingest: one record for every submission, whatever became of it."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["AuditRecordRow"]


class AuditRecordRow(Base):
    """One submission of one file."""

    __tablename__ = "audit_record"
    __table_args__ = (Index("ix_audit_record_submitted", text("submitted DESC")),)

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    submitted: Mapped[datetime] = mapped_column(info=facts("Submitted", "When it was submitted.", ucd="time"))
    source_path: Mapped[str] = mapped_column(
        index=True, info=facts("Source", "Where the file came from.", ucd="meta.file")
    )
    original_filename: Mapped[str] = mapped_column(info=facts("Original name", "The file's own name.", ucd="meta.file"))
    file_size: Mapped[int | None] = mapped_column(info=facts("Size", "Bytes.", unit="byte", ucd="phys.size;meta.file"))
    md5: Mapped[str | None] = mapped_column(info=facts("MD5", "Digest of the bytes.", ucd="meta.checksum"))
    sha256: Mapped[str | None] = mapped_column(
        index=True, info=facts("SHA-256", "Digest of the bytes.", ucd="meta.checksum")
    )
    telescope: Mapped[str | None] = mapped_column(info=facts("Telescope", "Telescope.", ucd="meta.id;instr.tel"))
    instrument: Mapped[str | None] = mapped_column(info=facts("Instrument", "Instrument.", ucd="meta.id;instr"))
    caldat: Mapped[date | None] = mapped_column(
        Date, info=facts("Night", "Local date at the start of the night.", ucd="time.epoch")
    )
    outcome: Mapped[str] = mapped_column(
        info=facts(
            "Outcome",
            "What became of the file.",
            ucd="meta.code.status",
            choices=("ingested", "present", "refused"),
        )
    )
    error_code: Mapped[str | None] = mapped_column(
        index=True, info=facts("Code", "Code of the first reason, such as DUPFITS.", ucd="meta.code.error")
    )
    reasons: Mapped[list[dict[str, object]]] = mapped_column(
        info=facts("Reasons", "All that was found wrong: code, message and keyword of each.", ucd="meta.note")
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="SET NULL"),
        info=facts("Product", "The product it became, or that was there.", ucd="meta.id"),
    )
    archive_filename: Mapped[str | None] = mapped_column(
        info=facts("Archive name", "Its name in the archive.", ucd="meta.file")
    )
    is_hidden: Mapped[bool] = mapped_column(
        default=False, info=facts("Hidden", "Whether an operator has set it aside.", ucd="meta.code")
    )
