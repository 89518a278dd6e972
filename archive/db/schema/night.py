# SPDX-License-Identifier: BSD-3-Clause
"""Nights and the telescope schedule: who had which telescope when."""

from datetime import date

from sqlalchemy import Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["NightRow", "ScheduleSlotProgramRow", "ScheduleSlotRow"]


class NightRow(Base):
    """One night at one telescope."""

    __tablename__ = "night"
    __table_args__ = (UniqueConstraint("telescope", "caldat"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    telescope: Mapped[str] = mapped_column(info=facts("Telescope", "Telescope.", ucd="meta.id;instr.tel"))
    caldat: Mapped[date] = mapped_column(
        Date, index=True, info=facts("Night", "Local date at the start of the night.", ucd="time.epoch")
    )
    note: Mapped[str] = mapped_column(
        default="", info=facts("Note", "What the observers or operators wrote of the night.", ucd="meta.note")
    )


class ScheduleSlotRow(Base):
    """A telescope's time of one night, for one instrument or for all."""

    __tablename__ = "schedule_slot"
    __table_args__ = (UniqueConstraint("night_id", "instrument"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    night_id: Mapped[int] = mapped_column(
        ForeignKey("night.id", ondelete="CASCADE"), info=facts("Night", "The night.", ucd="meta.id")
    )
    instrument: Mapped[str] = mapped_column(
        default="",
        info=facts("Instrument", "The instrument; empty where the schedule names none.", ucd="meta.id;instr"),
    )


class ScheduleSlotProgramRow(Base):
    """A program that has time in a slot; several in one slot share a split night."""

    __tablename__ = "schedule_slot_program"

    slot_id: Mapped[int] = mapped_column(
        ForeignKey("schedule_slot.id", ondelete="CASCADE"),
        primary_key=True,
        info=facts("Slot", "The slot.", ucd="meta.id"),
    )
    program_id: Mapped[int] = mapped_column(
        ForeignKey("program.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        info=facts("Program", "The program.", ucd="meta.id"),
    )
