# SPDX-License-Identifier: BSD-3-Clause
"""Nights and the telescope schedule as rows."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import NightRow, ProgramRow, ScheduleSlotProgramRow, ScheduleSlotRow
from archive.db.session import UnitOfWork

__all__ = ["ScheduleStore"]


class ScheduleStore:
    """Nights, slots, and the programs in them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def ensure_night(self, telescope: str, caldat: date) -> int:
        """Give the key of a night, made if it is new."""
        self._session.execute(
            insert(NightRow)
            .values(telescope=telescope, caldat=caldat, note="")
            .on_conflict_do_nothing(index_elements=[NightRow.telescope, NightRow.caldat])
        )
        query = select(NightRow.id).where(NightRow.telescope == telescope, NightRow.caldat == caldat)
        return self._session.execute(query).scalar_one()

    def add(self, telescope: str, caldat: date, instrument: str, program_id: int) -> bool:
        """Give a program time in a night; False if it had it already."""
        night_id = self.ensure_night(telescope, caldat)
        self._session.execute(
            insert(ScheduleSlotRow)
            .values(night_id=night_id, instrument=instrument)
            .on_conflict_do_nothing(index_elements=[ScheduleSlotRow.night_id, ScheduleSlotRow.instrument])
        )
        query = select(ScheduleSlotRow.id).where(
            ScheduleSlotRow.night_id == night_id, ScheduleSlotRow.instrument == instrument
        )
        slot_id = self._session.execute(query).scalar_one()
        added = self._session.execute(
            insert(ScheduleSlotProgramRow)
            .values(slot_id=slot_id, program_id=program_id)
            .on_conflict_do_nothing()
            .returning(ScheduleSlotProgramRow.program_id)
        )
        return added.first() is not None

    def programs_of(self, telescope: str, instrument: str, caldat: date) -> tuple[str, ...]:
        """Give the proposal ids that had a telescope and instrument that night; none where no schedule tells."""
        query = (
            select(ProgramRow.propid)
            .join(ScheduleSlotProgramRow, ScheduleSlotProgramRow.program_id == ProgramRow.id)
            .join(ScheduleSlotRow, ScheduleSlotRow.id == ScheduleSlotProgramRow.slot_id)
            .join(NightRow, NightRow.id == ScheduleSlotRow.night_id)
            .where(
                NightRow.telescope == telescope,
                NightRow.caldat == caldat,
                ScheduleSlotRow.instrument.in_(["", instrument]),
            )
            .distinct()
            .order_by(ProgramRow.propid)
        )
        return tuple(self._session.execute(query).scalars())
