# SPDX-License-Identifier: BSD-3-Clause
"""What happened to products: provenance, the change log, downloads."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["ChangeCounterRow", "ChangeLogRow", "DownloadRow", "ProvenanceRow"]


class ProvenanceRow(Base):
    """A product's parent, as its header names it; linked once the parent is here."""

    __tablename__ = "provenance"
    __table_args__ = (Index("ix_provenance_parent_name", "parent_name", postgresql_where=text("parent_id IS NULL")),)

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"),
        primary_key=True,
        info=facts("Product", "The child.", ucd="meta.id"),
    )
    parent_name: Mapped[str] = mapped_column(
        primary_key=True, info=facts("Parent name", "The parent's file name.", ucd="meta.file;meta.main")
    )
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="SET NULL"),
        index=True,
        info=facts("Parent", "The parent, where it is here.", ucd="meta.id"),
    )
    role: Mapped[str] = mapped_column(
        default="progenitor", info=facts("Role", "What the parent was used for.", ucd="meta.code")
    )


class ChangeCounterRow(Base):
    """One row: the last number given out in the change log. Its lock makes the log gap-free."""

    __tablename__ = "change_counter"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=facts("Id", "Always 1.", ucd="meta.id"))
    last_seq: Mapped[int] = mapped_column(
        default=0, info=facts("Last", "The last number given out.", ucd="meta.number")
    )


class ChangeLogRow(Base):
    """A change of the holdings, numbered without gaps in the order of commit."""

    __tablename__ = "change_log"

    seq: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, info=facts("Number", "Gap-free number.", ucd="meta.number")
    )
    changed: Mapped[datetime] = mapped_column(info=facts("When", "When it happened.", ucd="time"))
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True, info=facts("Product", "The product.", ucd="meta.id")
    )
    kind: Mapped[str] = mapped_column(
        info=facts(
            "Kind",
            "What changed.",
            ucd="meta.code",
            choices=("new", "superseded", "released", "withdrawn", "updated"),
        )
    )


class DownloadRow(Base):
    """One transfer of a product's bytes: who, what, when, how much."""

    __tablename__ = "download"
    __table_args__ = (Index("ix_download_started", text("started DESC")),)

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    started: Mapped[datetime] = mapped_column(info=facts("Started", "When it began.", ucd="time.start"))
    seconds: Mapped[float] = mapped_column(info=facts("Duration", "How long it took.", unit="s", ucd="time.duration"))
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=facts("Account", "Who; empty for anonymous.", ucd="meta.id"),
    )
    address: Mapped[str] = mapped_column(info=facts("Address", "Network address of the caller.", ucd="meta.id"))
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id", ondelete="SET NULL"), index=True, info=facts("Product", "What.", ucd="meta.id")
    )
    status: Mapped[int] = mapped_column(info=facts("Status", "HTTP status of the answer.", ucd="meta.code.status"))
    bytes_sent: Mapped[int] = mapped_column(
        info=facts("Bytes", "Bytes handed to the network.", unit="byte", ucd="phys.size;meta.file")
    )
    is_complete: Mapped[bool] = mapped_column(
        info=facts("Complete", "Whether all that was asked for was sent.", ucd="meta.code.status")
    )
