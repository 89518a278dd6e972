# SPDX-License-Identifier: BSD-3-Clause
"""Work for the workers: the queue of the embedded transport, the state of previews, the upkeep."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts
from archive.domain.previews import PreviewState

__all__ = ["PreviewRow", "QueueMessageRow", "UpkeepRow"]


class QueueMessageRow(Base):
    """A message of the Celery transport on PostgreSQL (``queues/transport.py``)."""

    __tablename__ = "queue_message"
    __table_args__ = (Index("ix_queue_message_queue_visible", "queue", "visible", "id"),)

    id: Mapped[int] = mapped_column(
        primary_key=True, info=facts("Id", "Internal key, in order of arrival.", ucd="meta.id")
    )
    queue: Mapped[str] = mapped_column(info=facts("Queue", "Name of the queue.", ucd="meta.id"))
    body: Mapped[str] = mapped_column(Text, info=facts("Body", "The message, as JSON.", ucd="meta.note"))
    visible: Mapped[datetime] = mapped_column(
        info=facts("Visible", "From when on a worker may take it; a taken one is moved ahead.", ucd="time")
    )
    reads: Mapped[int] = mapped_column(default=0, info=facts("Reads", "How often it was taken.", ucd="meta.number"))


class PreviewRow(Base):
    """The preview of a product, and how far it is."""

    __tablename__ = "preview"

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"),
        primary_key=True,
        info=facts("Product", "The product.", ucd="meta.id"),
    )
    state: Mapped[str] = mapped_column(
        index=True,
        info=facts("State", "How far it is.", ucd="meta.code.status", choices=tuple(PreviewState)),
    )
    claimed: Mapped[datetime | None] = mapped_column(info=facts("Claimed", "When a worker took it.", ucd="time"))
    attempts: Mapped[int] = mapped_column(
        default=0, info=facts("Attempts", "How often a worker took it since it was asked for.", ucd="meta.number")
    )
    reason: Mapped[str] = mapped_column(
        default="", info=facts("Reason", "Why there is none, or what failed.", ucd="meta.note")
    )
    sha256: Mapped[str | None] = mapped_column(
        info=facts("Image", "Key of the picture in the file store.", ucd="meta.checksum")
    )
    thumbnail_sha256: Mapped[str | None] = mapped_column(
        info=facts("Thumbnail", "Key of the small picture in the file store.", ucd="meta.checksum")
    )


class UpkeepRow(Base):
    """A regular duty of the workers; the row is what they claim it by."""

    __tablename__ = "upkeep"

    duty: Mapped[str] = mapped_column(primary_key=True, info=facts("Duty", "Name of the duty.", ucd="meta.id"))
    began: Mapped[datetime] = mapped_column(info=facts("Began", "When a worker last took it.", ucd="time.start"))
