# SPDX-License-Identifier: BSD-3-Clause
"""HDUs: one row for each header and data unit of a product, with all its keywords."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["HDURow"]


class HDURow(Base):
    """One header and data unit."""

    __tablename__ = "hdu"
    __table_args__ = (
        Index("ix_hdu_header", "header", postgresql_using="gin", postgresql_ops={"header": "jsonb_path_ops"}),
    )

    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"),
        primary_key=True,
        info=facts("Product", "The file it is part of.", ucd="meta.id"),
    )
    hdu_index: Mapped[int] = mapped_column(
        primary_key=True,
        autoincrement=False,
        info=facts("HDU", "Number of the HDU in the file, the primary is 0.", ucd="meta.number"),
    )
    extname: Mapped[str | None] = mapped_column(info=facts("EXTNAME", "Name of the extension.", ucd="meta.id"))
    kind: Mapped[str] = mapped_column(
        info=facts("Kind", "What it holds: image, table, spectrum, cube or empty.", ucd="meta.code.class")
    )
    shape: Mapped[list[int]] = mapped_column(
        info=facts("Axes", "Lengths of the axes, NAXIS1 first.", unit="pixel", ucd="meta.number")
    )
    bitpix: Mapped[int | None] = mapped_column(info=facts("BITPIX", "Type of the pixels.", ucd="meta.code"))
    ccdnum: Mapped[int | None] = mapped_column(info=facts("CCD", "Number of the detector.", ucd="meta.id;instr.det"))
    ra: Mapped[float | None] = mapped_column(
        info=facts("RA", "ICRS right ascension of the centre.", unit="deg", ucd="pos.eq.ra")
    )
    dec: Mapped[float | None] = mapped_column(
        info=facts("Dec", "ICRS declination of the centre.", unit="deg", ucd="pos.eq.dec")
    )
    header: Mapped[dict[str, object]] = mapped_column(
        info=facts("Header", "All keywords and their values.", ucd="meta.note")
    )
