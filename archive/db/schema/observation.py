# SPDX-License-Identifier: BSD-3-Clause
"""Observations: what groups the raw file and all that was made of it."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["ObservationRow"]


class ObservationRow(Base):
    """One exposure at a telescope, or one stack; its facts are those of its products."""

    __tablename__ = "observation"
    __table_args__ = (UniqueConstraint("obs_id", "telescope", "instrument"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    obs_id: Mapped[str] = mapped_column(
        info=facts(
            "Observation",
            "Identifier of the observation, unique within telescope and instrument.",
            ucd="meta.id",
            utype="obscore:DataID.observationID",
            group="Observation",
        )
    )
    telescope: Mapped[str] = mapped_column(info=facts("Telescope", "Telescope.", ucd="meta.id;instr.tel"))
    instrument: Mapped[str] = mapped_column(info=facts("Instrument", "Instrument.", ucd="meta.id;instr"))
    program_id: Mapped[int | None] = mapped_column(
        ForeignKey("program.id"), index=True, info=facts("Program", "The program it was made for.", ucd="meta.id")
    )
    caldat: Mapped[date | None] = mapped_column(
        Date, info=facts("Night", "Local date at the start of the night.", ucd="time.epoch")
    )


Index(
    "ix_observation_obs_id_lower",
    func.lower(ObservationRow.obs_id).label("lowered"),
    postgresql_ops={"lowered": "text_pattern_ops"},
)
# Queries in ADQL look for how it begins as it is written.
Index("ix_observation_obs_id_begins", ObservationRow.obs_id, postgresql_ops={"obs_id": "text_pattern_ops"})
