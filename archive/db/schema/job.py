# SPDX-License-Identifier: BSD-3-Clause
"""Jobs that clients start and ask about (UWS 1.1), of any service."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["JobRow"]


class JobRow(Base):
    """A job, its parameters and what came of it; what it says is for its owner alone."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_service_owner_created", "service", "owner", text("created DESC")),
        Index("ix_job_active", "service", "phase", postgresql_where=text("phase IN ('QUEUED', 'EXECUTING')")),
    )

    job_id: Mapped[str] = mapped_column(primary_key=True, info=facts("Id", "Key that nobody can guess.", ucd="meta.id"))
    service: Mapped[str] = mapped_column(info=facts("Service", "What it is a job of, such as tap.", ucd="meta.id"))
    owner: Mapped[str | None] = mapped_column(
        info=facts("Owner", "Whose it is and with what rights; empty for anonymous.", ucd="meta.id")
    )
    phase: Mapped[str] = mapped_column(info=facts("Phase", "How far it is, in UWS's words.", ucd="meta.code.status"))
    version: Mapped[int] = mapped_column(info=facts("Version", "Grows with each change.", ucd="meta.version"))
    attempt: Mapped[int] = mapped_column(info=facts("Attempt", "How often a worker began it.", ucd="meta.number"))
    run_id: Mapped[str] = mapped_column(default="", info=facts("Run id", "What its owner calls it.", ucd="meta.id"))
    execution_duration: Mapped[int] = mapped_column(
        info=facts("Execution duration", "How long it may run.", unit="s", ucd="time.duration")
    )
    created: Mapped[datetime] = mapped_column(info=facts("Created", "When it was made.", ucd="time.creation"))
    changed: Mapped[datetime] = mapped_column(info=facts("Changed", "When it last changed.", ucd="time.processing"))
    started: Mapped[datetime | None] = mapped_column(info=facts("Started", "When it was begun.", ucd="time.start"))
    heard: Mapped[datetime | None] = mapped_column(
        info=facts("Heard of", "When its worker last said that it lives.", ucd="time")
    )
    ended: Mapped[datetime | None] = mapped_column(info=facts("Ended", "When it was over.", ucd="time.end"))
    destruction: Mapped[datetime] = mapped_column(
        index=True, info=facts("Destruction", "When it goes with all its files.", ucd="time.end")
    )
    parameters: Mapped[list[list[str]]] = mapped_column(
        JSONB, info=facts("Parameters", "Names and values, in their order.", ucd="meta.note")
    )
    inputs: Mapped[list[dict[str, object]]] = mapped_column(
        info=facts("Inputs", "Files that came with it.", ucd="meta.file")
    )
    results: Mapped[list[dict[str, object]]] = mapped_column(
        info=facts("Results", "Files that came of it.", ucd="meta.file")
    )
    error: Mapped[dict[str, object] | None] = mapped_column(
        JSONB(none_as_null=True), info=facts("Error", "Why it failed.", ucd="meta.note")
    )
