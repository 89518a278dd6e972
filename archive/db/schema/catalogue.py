# SPDX-License-Identifier: BSD-3-Clause
"""Catalogues of objects that were loaded as tables of their own, in the schema ``catalogues``."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["CatalogueRow"]


class CatalogueRow(Base):
    """One catalogue, and what is known of its columns."""

    __tablename__ = "catalogue"

    name: Mapped[str] = mapped_column(primary_key=True, info=facts("Name", "As queries name it.", ucd="meta.id"))
    description: Mapped[str] = mapped_column(info=facts("Description", "What it holds.", ucd="meta.note"))
    n_rows: Mapped[int] = mapped_column(info=facts("Rows", "Number of rows.", ucd="meta.number"))
    loaded: Mapped[datetime] = mapped_column(info=facts("Loaded", "When it was loaded.", ucd="time.creation"))
    relation: Mapped[str] = mapped_column(info=facts("Relation", "Its table in the schema.", ucd="meta.id"))
    columns: Mapped[list[dict[str, object]]] = mapped_column(
        info=facts("Columns", "The fields, and which of them are quickly found.", ucd="meta.note")
    )
    ra: Mapped[str | None] = mapped_column(info=facts("RA", "The column of right ascension.", ucd="meta.id"))
    dec: Mapped[str | None] = mapped_column(info=facts("Dec", "The column of declination.", ucd="meta.id"))
    hpx29: Mapped[str | None] = mapped_column(
        info=facts("HEALPix", "The column of order-29 cells of these.", ucd="meta.id")
    )
