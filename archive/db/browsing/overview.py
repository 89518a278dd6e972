# SPDX-License-Identifier: BSD-3-Clause
"""The holdings as a whole."""

from datetime import datetime, timedelta

from sqlalchemy import and_, distinct, func, select

from archive.db.browsing.collections import CollectionReportStore
from archive.db.browsing.counting import density, instruments, nights_of
from archive.db.schema import ProductRow
from archive.db.session import UnitOfWork
from archive.db.visibility import visible_to
from archive.domain.access import ANONYMOUS
from archive.domain.browsing import HoldingsNumbers, NightSummary, Overview

__all__ = ["OverviewStore"]

_ORDER = 4
_NIGHTS = 8
_LOOK_BACK = timedelta(days=60)


class OverviewStore:
    """Counts over everything that everybody may know of."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def overview(self, now: datetime) -> Overview:
        """Count everything."""
        public = visible_to(ANONYMOUS, now)
        numbers = self._numbers(now)
        return Overview(
            numbers=numbers,
            nights=self._latest_nights(numbers, now),
            collections=CollectionReportStore(self._uow).summaries(ANONYMOUS, now),
            instruments=instruments(self._session, public),
            density=density(self._session, public, _ORDER),
            order=_ORDER,
            counted=now,
        )

    def _numbers(self, now: datetime) -> HoldingsNumbers:
        files, held, size, observations, programs, first, last = self._session.execute(
            select(
                func.count(),
                func.count().filter(ProductRow.is_held),
                func.sum(ProductRow.file_size),
                func.count(distinct(ProductRow.observation_id)),
                func.count(distinct(ProductRow.program_id)),
                func.min(ProductRow.caldat),
                func.max(ProductRow.caldat),
            ).where(visible_to(ANONYMOUS, now))
        ).one()
        return HoldingsNumbers(files, held, int(size or 0), observations, programs, first, last)

    def _latest_nights(self, numbers: HoldingsNumbers, now: datetime) -> tuple[NightSummary, ...]:
        if numbers.last_night is None:
            return ()
        # Grouping the last weeks alone keeps this on the index of nights.
        recent = ProductRow.caldat >= numbers.last_night - _LOOK_BACK
        return nights_of(self._session, and_(visible_to(ANONYMOUS, now), recent), _NIGHTS)
