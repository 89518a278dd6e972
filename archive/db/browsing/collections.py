# SPDX-License-Identifier: BSD-3-Clause
"""Collections and what is in them."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from archive.db.browsing.counting import density, instruments
from archive.db.schema import CollectionRow, ProductCollectionRow, ProductRow
from archive.db.session import UnitOfWork
from archive.db.visibility import visible_to
from archive.domain.access import Caller
from archive.domain.browsing import CollectionReport, CollectionSummary

__all__ = ["CollectionReportStore"]

_ORDER = 4


class CollectionReportStore:
    """Reads collections as a caller may know them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def summaries(self, caller: Caller, now: datetime) -> tuple[CollectionSummary, ...]:
        """Give all collections by name."""
        counted = (
            select(
                ProductCollectionRow.collection_id,
                func.count().label("files"),
                func.sum(ProductRow.file_size).label("size"),
            )
            .join(ProductRow, ProductRow.id == ProductCollectionRow.product_id)
            .where(visible_to(caller, now))
            .group_by(ProductCollectionRow.collection_id)
            .subquery()
        )
        rows = self._session.execute(
            select(CollectionRow, func.coalesce(counted.c.files, 0), func.coalesce(counted.c.size, 0))
            .outerjoin(counted, counted.c.collection_id == CollectionRow.id)
            .order_by(CollectionRow.name)
        )
        return tuple(
            CollectionSummary(row.name, row.title, row.description, row.is_hlsp, files, int(size))
            for row, files, size in rows
        )

    def names(self) -> tuple[str, ...]:
        """Give the names of all collections."""
        return tuple(self._session.scalars(select(CollectionRow.name).order_by(CollectionRow.name)))

    def report(self, name: str, caller: Caller, now: datetime) -> CollectionReport | None:
        """Give one collection; None when there is none of this name."""
        row = self._session.scalar(select(CollectionRow).where(CollectionRow.name == name))
        if row is None:
            return None
        members = select(ProductCollectionRow.product_id).where(ProductCollectionRow.collection_id == row.id)
        mine = and_(ProductRow.id.in_(members), visible_to(caller, now))
        found = instruments(self._session, mine)
        summary = CollectionSummary(
            row.name,
            row.title,
            row.description,
            row.is_hlsp,
            sum(count.files for count in found),
            sum(count.total_bytes for count in found),
        )
        return CollectionReport(summary, found, self._kinds(mine), density(self._session, mine, _ORDER), _ORDER)

    def _kinds(self, condition: ColumnElement[bool]) -> tuple[tuple[str, str, int], ...]:
        rows = self._session.execute(
            select(ProductRow.proc_type, ProductRow.prod_type, func.count())
            .where(condition)
            .group_by(ProductRow.proc_type, ProductRow.prod_type)
            .order_by(func.count().desc(), ProductRow.proc_type, ProductRow.prod_type)
        )
        return tuple((proc, prod, number) for proc, prod, number in rows)
