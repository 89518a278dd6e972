# SPDX-License-Identifier: BSD-3-Clause
"""Footprints on the sky, and the HEALPix cells by which they are found.

A footprint set is the outlines of all HDUs of one exposure; products of the same pixels
(image, mask, weight) share one set. Each outline is filed under the few cells that it touches, of an
order that suits its size; ``docs/decisions/0002-footprint-cells.md`` tells why the keys are as they are.
"""

from sqlalchemy import ForeignKey, Index, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["FootprintCellRow", "FootprintRow", "FootprintSetRow", "footprint_id_sequence"]

footprint_id_sequence = Sequence("footprint_id_seq", metadata=Base.metadata)


class FootprintSetRow(Base):
    """The outlines of one exposure, shared by the products that show the same pixels."""

    __tablename__ = "footprint_set"

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))


class FootprintRow(Base):
    """The outline of one HDU."""

    __tablename__ = "footprint"
    __table_args__ = (Index("ix_footprint_set_id_hdu_index", "set_id", "hdu_index", unique=True),)

    id: Mapped[int] = mapped_column(
        footprint_id_sequence, primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id")
    )
    set_id: Mapped[int] = mapped_column(
        ForeignKey("footprint_set.id", ondelete="CASCADE"), info=facts("Set", "The exposure's set.", ucd="meta.id")
    )
    hdu_index: Mapped[int] = mapped_column(info=facts("HDU", "Number of the HDU, the primary is 0.", ucd="meta.number"))
    ccdnum: Mapped[int | None] = mapped_column(info=facts("CCD", "Number of the detector.", ucd="meta.id;instr.det"))
    vertices: Mapped[list[float]] = mapped_column(
        info=facts(
            "Vertices",
            "Unit vectors of the corners, x y z x y z …, anticlockwise seen from outside.",
            ucd="pos.outline;obs.field",
        )
    )
    # A place in the outline and two distances from it decide most questions without a look at the corners.
    x: Mapped[float] = mapped_column(info=facts("X", "Unit vector of a place in it, x.", ucd="pos.cartesian.x"))
    y: Mapped[float] = mapped_column(info=facts("Y", "Unit vector of that place, y.", ucd="pos.cartesian.y"))
    z: Mapped[float] = mapped_column(info=facts("Z", "Unit vector of that place, z.", ucd="pos.cartesian.z"))
    core: Mapped[float] = mapped_column(
        info=facts("Core", "How far from there all is footprint.", unit="rad", ucd="pos.angDistance;stat.min")
    )
    reach: Mapped[float] = mapped_column(
        info=facts("Reach", "How far from there no footprint is beyond.", unit="rad", ucd="pos.angDistance;stat.max")
    )
    is_convex: Mapped[bool] = mapped_column(
        info=facts("Convex", "Whether it is known to have no bay.", ucd="meta.code")
    )


class FootprintCellRow(Base):
    """A HEALPix cell that a footprint touches; derived from the outline, without keys of its own to look after."""

    __tablename__ = "footprint_cell"

    zuniq: Mapped[int] = mapped_column(
        primary_key=True,
        autoincrement=False,
        info=facts("Cell", "Key of the cell: its place on the order-29 curve and a closing bit.", ucd="pos.HEALPix"),
    )
    footprint_id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, info=facts("Footprint", "The footprint.", ucd="meta.id")
    )
