# SPDX-License-Identifier: BSD-3-Clause
"""Nights: what the schedule had, and what was observed."""

from datetime import date, datetime

from sqlalchemy import case, func, select

from archive.db.browsing.programs import program_visible_to
from archive.db.schema import (
    NightRow,
    ObservationRow,
    ProductRow,
    ProgramRow,
    ScheduleSlotProgramRow,
    ScheduleSlotRow,
)
from archive.db.session import UnitOfWork
from archive.db.visibility import program_known_to, readable_by, visible_to
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.browsing import LogEntry, NightLog, ScheduledProgram

__all__ = ["NightLogStore"]

_MAX_ENTRIES = 1000


class NightLogStore:
    """Reads nights as a caller may know them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def log(self, caldat: date, telescope: str, caller: Caller, now: datetime) -> NightLog | None:
        """Give one night; None when nothing is known of it."""
        entries = self._entries(caldat, telescope, caller, now)
        night = self._session.scalar(select(NightRow).where(NightRow.telescope == telescope, NightRow.caldat == caldat))
        if night is None and not entries:
            return None
        return NightLog(
            caldat=caldat,
            telescope=telescope,
            note=night.note if night else "",
            scheduled=self._scheduled(night.id, caller, now) if night else (),
            entries=entries[:_MAX_ENTRIES],
            is_complete=len(entries) <= _MAX_ENTRIES,
            earlier=self._neighbour(caldat, telescope, caller, now, is_later=False),
            later=self._neighbour(caldat, telescope, caller, now, is_later=True),
        )

    def _entries(self, caldat: date, telescope: str, caller: Caller, now: datetime) -> tuple[LogEntry, ...]:
        of_one = ProductRow.observation_id
        # The least processed file tells best how the observation was taken.
        taken = (
            select(
                ObservationRow.obs_id,
                ProductRow.instrument,
                ProductRow.target,
                ProductRow.ra,
                ProductRow.dec,
                ProductRow.t_min,
                ProductRow.exptime,
                func.coalesce(ProductRow.band, ProductRow.filter).label("filter"),
                ProductRow.obs_type,
                ProgramRow.propid,
                func.count().over(partition_by=of_one).label("files"),
                func.bool_and(readable_by(ANONYMOUS, now)).over(partition_by=of_one).label("is_public"),
                func.row_number()
                .over(partition_by=of_one, order_by=(ProductRow.calib_level, ProductRow.id))
                .label("place"),
            )
            .join(ObservationRow, ObservationRow.id == ProductRow.observation_id)
            .outerjoin(ProgramRow, ProgramRow.id == ProductRow.program_id)
            .where(ProductRow.caldat == caldat, ProductRow.telescope == telescope, visible_to(caller, now))
            .subquery()
        )
        columns = [column for column in taken.c if column.name != "place"]
        in_time = select(*columns).where(taken.c.place == 1).order_by(taken.c.t_min.nulls_last(), taken.c.obs_id)
        return tuple(LogEntry(*row) for row in self._session.execute(in_time.limit(_MAX_ENTRIES + 1)))

    def _scheduled(self, night_id: int, caller: Caller, now: datetime) -> tuple[ScheduledProgram, ...]:
        known = program_known_to(caller)
        rows = self._session.execute(
            select(
                ProgramRow.propid,
                case((known, ProgramRow.pi), else_=""),
                case((known, ProgramRow.title), else_=""),
                ScheduleSlotRow.instrument,
            )
            .join(ScheduleSlotProgramRow, ScheduleSlotProgramRow.program_id == ProgramRow.id)
            .join(ScheduleSlotRow, ScheduleSlotRow.id == ScheduleSlotProgramRow.slot_id)
            .where(ScheduleSlotRow.night_id == night_id, program_visible_to(caller, now))
            .order_by(ScheduleSlotRow.instrument, ProgramRow.propid)
        )
        return tuple(ScheduledProgram(*row) for row in rows)

    def _neighbour(self, caldat: date, telescope: str, caller: Caller, now: datetime, *, is_later: bool) -> date | None:
        night = ProductRow.caldat
        beyond, order = (night > caldat, night.asc()) if is_later else (night < caldat, night.desc())
        query = select(night).where(ProductRow.telescope == telescope, beyond, visible_to(caller, now))
        return self._session.scalar(query.order_by(order).limit(1))
