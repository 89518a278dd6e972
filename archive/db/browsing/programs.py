# SPDX-License-Identifier: BSD-3-Clause
"""Programs and what was observed for them."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true

from archive.db.browsing.counting import instruments, nights_of
from archive.db.schema import ProductRow, ProgramRow
from archive.db.session import UnitOfWork
from archive.db.visibility import readable_by, visible_to
from archive.domain.access import ANONYMOUS, Caller, may_know_program
from archive.domain.browsing import ProgramReport
from archive.domain.identity import Scope

__all__ = ["ProgramReportStore", "program_visible_to"]

_NIGHTS = 100


def program_visible_to(caller: Caller, now: datetime) -> ColumnElement[bool]:
    """Give the condition on `ProgramRow` for programs the caller may know of.

    A program with private metadata is known to its team and to staff, and to everybody once
    one of its files is.
    """
    granted = caller.is_granted(Scope.READ_METADATA)
    if granted and caller.is_staff:
        return true()
    of_it = select(ProductRow.id).where(ProductRow.program_id == ProgramRow.id, visible_to(caller, now))
    mine = ProgramRow.id.in_(sorted(caller.programs) if granted else [])
    return or_(not_(ProgramRow.is_metadata_private), mine, of_it.exists())


class ProgramReportStore:
    """Reads programs as a caller may know them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def known(self, propid: str, caller: Caller, now: datetime) -> str | None:
        """Give a program's id as it is written; None when there is none this caller may know of."""
        return self._session.scalar(
            select(ProgramRow.propid)
            .where(func.lower(ProgramRow.propid) == propid.lower(), program_visible_to(caller, now))
            .limit(1)
        )

    def near(self, propid: str, caller: Caller, now: datetime) -> tuple[str, ...]:
        """Give the programs whose ids begin alike, for suggestions."""
        start = propid[: max(4, len(propid) - 2)]
        query = (
            select(ProgramRow.propid)
            .where(func.lower(ProgramRow.propid).startswith(start.lower(), autoescape=True))
            .where(program_visible_to(caller, now))
            .order_by(ProgramRow.propid)
            .limit(5)
        )
        return tuple(self._session.scalars(query))

    def report(self, propid: str, caller: Caller, now: datetime) -> ProgramReport | None:
        """Give one program; None when there is none, or none this caller may know of."""
        row = self._session.scalar(
            select(ProgramRow).where(func.lower(ProgramRow.propid) == propid.lower(), program_visible_to(caller, now))
        )
        if row is None:
            return None
        of_it = and_(ProductRow.program_id == row.id, visible_to(caller, now))
        is_known = may_know_program(caller, row.id, is_private=row.is_metadata_private)
        files, public, size, next_release, last_release = self._numbers(of_it, now)
        return ProgramReport(
            propid=row.propid,
            semester=row.semester,
            title=row.title if is_known else "",
            abstract=row.abstract if is_known else "",
            pi=row.pi if is_known else "",
            affiliation=row.affiliation if is_known else "",
            co_investigators=tuple(row.co_investigators) if is_known else (),
            proprietary_months=row.proprietary_months,
            is_metadata_private=row.is_metadata_private,
            is_known=is_known,
            is_mine=row.id in caller.programs,
            files=files,
            public_files=public,
            total_bytes=size,
            next_release=next_release,
            last_release=last_release,
            instruments=instruments(self._session, of_it),
            nights=nights_of(self._session, of_it, _NIGHTS),
        )

    def _numbers(
        self, condition: ColumnElement[bool], now: datetime
    ) -> tuple[int, int, int, datetime | None, datetime | None]:
        files, public, size, following, last = self._session.execute(
            select(
                func.count(),
                func.count().filter(readable_by(ANONYMOUS, now)),
                func.sum(ProductRow.file_size),
                func.min(ProductRow.data_release).filter(ProductRow.data_release > now),
                func.max(ProductRow.data_release),
            ).where(condition)
        ).one()
        return files, public, int(size or 0), following, last
