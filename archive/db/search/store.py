# SPDX-License-Identifier: BSD-3-Clause
"""Searches run: one statement a page, one for the count, a cursor for exports."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, Select, any_, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError

from archive.db.columns import ATTRIBUTES, from_products, search_columns
from archive.db.schema import CollectionRow, ProductRow
from archive.db.search.conditions import conditions
from archive.db.search.estimate import estimated_rows
from archive.db.search.paging import PageKey, joined_stretch, stretches
from archive.db.session import UnitOfWork
from archive.db.visibility import visible_to
from archive.domain.access import Caller, Rights, may_read
from archive.domain.search import PageRequest, ProductSummary, SearchCriteria
from archive.errors import UnavailableError

__all__ = ["Counted", "FoundPage", "SearchStore"]

EXACT_COUNT = 100_000
BATCH = 2_000
# Links and the access rule need these whatever is put out.
_ALWAYS = ("public_id", "archive_filename", "obs_id", "is_held", "data_release", "telescope", "instrument")
_RIGHTS = (ProductRow.program_id, ProductRow.metadata_release, ProductRow.data_release, ProductRow.is_hidden)
_QUERY_CANCELED = "57014"


@dataclass(frozen=True)
class Counted:
    """How much was found; estimates where `is_exact` is not set."""

    rows: int
    size: int
    is_exact: bool


@dataclass(frozen=True)
class FoundPage:
    """The rows of one page, the keys of those beside it, and how much there is in all."""

    rows: tuple[ProductSummary, ...]
    next_key: str | None
    previous_key: str | None
    counted: Counted


class SearchStore:
    """Searches within one unit of work.

    Parameters
    ----------
    timeout
        Seconds after which the database gives a statement up.
    """

    def __init__(self, uow: UnitOfWork, *, timeout: float) -> None:
        self._session = uow.session
        self._timeout = timeout
        self._columns = search_columns()

    def find(
        self, caller: Caller, criteria: SearchCriteria, page: PageRequest, output: Sequence[str], now: datetime
    ) -> FoundPage:
        """Read one page, and count what matches in all."""
        kind = self._columns[page.sort.column].type
        key = PageKey.parse(page.after, page.sort, kind) if page.after else None
        names = _selected(output)
        rows, counted = self._rows_and_count(caller, criteria, page, key, names, now)
        is_backward = key is not None and key.is_backward
        has_more = len(rows) > page.size
        shown = rows[: page.size]
        if is_backward:
            shown.reverse()
        ends = [PageKey(page.sort, backward, row[1], row[0]) for row, backward in _ends(shown)]
        return FoundPage(
            rows=tuple(_summary(caller, now, names, row) for row in shown),
            next_key=str(ends[1]) if ends and (is_backward or has_more) else None,
            previous_key=str(ends[0]) if ends and (has_more if is_backward else key is not None) else None,
            counted=counted,
        )

    def _rows_and_count(
        self,
        caller: Caller,
        criteria: SearchCriteria,
        page: PageRequest,
        key: PageKey | None,
        names: Sequence[str],
        now: datetime,
    ) -> tuple[list[Any], Counted]:
        where = conditions(criteria, self._columns, caller, now)
        statement = from_products(_selecting(names, page.sort.column), caller)
        hits = from_products(_hits(page.sort.column), caller).where(*where)
        if criteria.place is not None:
            rows, counted = self._at_once(statement, hits, page, key)
            return rows, counted or self.count(caller, criteria, now, is_exact=True)
        counted = None
        if criteria != SearchCriteria() and not page.is_exact_count:
            rows, counted = self._at_once(statement, hits.limit(EXACT_COUNT + 1), page, key)
            if counted is not None and counted.rows <= EXACT_COUNT:
                return rows, counted
        if counted is None:
            counted = self.count(caller, criteria, now, is_exact=page.is_exact_count)
        else:
            counted = self._estimated(counted, from_products(select(ProductRow.id), caller).where(*where))
        return self._by_index(statement.where(*where), page, key, counted), counted

    def _by_index(
        self, statement: "Select[*tuple[Any, ...]]", page: PageRequest, key: PageKey | None, counted: Counted
    ) -> list[Any]:
        """Read along the sort column, as far as a page needs, so that an index on it serves."""
        rows: list[Any] = []
        with self._limited():
            for stretch in stretches(page.sort, key):
                if len(rows) < min(page.size + 1, counted.rows):
                    part = statement.where(*stretch.where).order_by(*stretch.order).limit(page.size + 1 - len(rows))
                    rows += self._session.execute(part)
        return rows

    def _at_once(
        self,
        statement: "Select[*tuple[Any, ...]]",
        hits: "Select[*tuple[Any, ...]]",
        page: PageRequest,
        key: PageKey | None,
    ) -> tuple[list[Any], Counted | None]:
        """Find what matches once, for the page and the count; no count where a later page is empty.

        Notes
        -----
        The hits are sorted after they were found. What matches may lie at the far end of the index on
        the sort column, which the planner does not know: along that, all products would be read.
        """
        found = hits.cte("hits")
        totals = (
            select(func.count()).select_from(found).scalar_subquery(),
            select(func.coalesce(func.sum(found.c.file_size), 0)).scalar_subquery(),
        )
        stretch = joined_stretch(page.sort, key, found.c.sort_value, found.c.id)
        first = select(found.c.id).where(*stretch.where).order_by(*stretch.order).limit(page.size + 1)
        statement = statement.add_columns(*totals).where(
            ProductRow.id == any_(func.array(first.scalar_subquery(), type_=ARRAY(BigInteger)))
        )
        order = joined_stretch(page.sort, key, ATTRIBUTES[page.sort.column], ProductRow.id).order
        with self._limited():
            rows = list(self._session.execute(statement.order_by(*order)))
        if not rows:
            return rows, Counted(0, 0, is_exact=True) if key is None else None
        return rows, Counted(rows[0][-2], int(rows[0][-1]), is_exact=True)

    def count(self, caller: Caller, criteria: SearchCriteria, now: datetime, *, is_exact: bool) -> Counted:
        """Count what matches: exactly up to `EXACT_COUNT`, above that by the planner's estimate."""
        where = conditions(criteria, self._columns, caller, now)
        inner = from_products(select(ProductRow.file_size), caller).where(*where)
        if not is_exact:
            inner = inner.limit(EXACT_COUNT + 1)
        found = inner.subquery()
        with self._limited():
            rows, size = self._session.execute(
                select(func.count(), func.coalesce(func.sum(found.c.file_size), 0)).select_from(found)
            ).one()
        counted = Counted(rows, int(size), is_exact=True)
        if is_exact or rows <= EXACT_COUNT:
            return counted
        return self._estimated(counted, from_products(select(ProductRow.id), caller).where(*where))

    def _estimated(self, some: Counted, every: "Select[*tuple[Any, ...]]") -> Counted:
        """Tell from some of the rows, and what the planner thinks of all of them, how much there is."""
        with self._limited():
            about = max(some.rows, estimated_rows(self._session, every))
        return Counted(about, int(some.size / some.rows * about), is_exact=False)

    def stream(
        self, caller: Caller, criteria: SearchCriteria, page: PageRequest, output: Sequence[str], now: datetime
    ) -> Iterator[list[tuple[object, ...]]]:
        """Read all rows in batches through a cursor of the server, in bounded memory."""
        where = conditions(criteria, self._columns, caller, now)
        statement = from_products(select(*(ATTRIBUTES[name] for name in output)), caller).where(*where)
        column = ATTRIBUTES[page.sort.column]
        order = column.desc() if page.sort.is_descending else column.asc()
        tie = ProductRow.id.desc() if page.sort.is_descending else ProductRow.id.asc()
        statement = statement.order_by(order.nulls_last(), tie).limit(page.limit)
        with self._limited():
            result = self._session.execute(statement.execution_options(yield_per=BATCH))
            for batch in result.partitions(BATCH):
                yield [tuple(row) for row in batch]

    def choices(self, caller: Caller, column: str, now: datetime, limit: int) -> list[object]:
        """List the values that a column has among the products that the caller may see."""
        attribute = ATTRIBUTES[column]
        statement = (
            from_products(select(attribute), caller)
            .where(visible_to(caller, now), attribute.is_not(None))
            .distinct()
            .order_by(attribute)
            .limit(limit)
        )
        with self._limited():
            return list(self._session.scalars(statement))

    def near(self, caller: Caller, column: str, start: str, now: datetime, limit: int) -> list[str]:
        """List values of a text column that begin with `start`, whatever the case."""
        attribute = ATTRIBUTES[column]
        statement = (
            from_products(select(attribute), caller)
            .where(visible_to(caller, now), func.lower(attribute).startswith(start.lower(), autoescape=True))
            .distinct()
            .order_by(attribute)
            .limit(limit)
        )
        with self._limited():
            return [str(value) for value in self._session.scalars(statement)]

    def collection_names(self) -> list[str]:
        """List the names of all collections; these are public."""
        return list(self._session.scalars(select(CollectionRow.name).order_by(CollectionRow.name)))

    def target_centre(self, caller: Caller, name: str, now: datetime) -> tuple[str, float, float] | None:
        """Give a visible product's target of this name and its position."""
        statement = (
            select(ProductRow.target, ProductRow.ra, ProductRow.dec)
            .where(visible_to(caller, now), func.lower(ProductRow.target) == name.lower())
            .where(ProductRow.ra.is_not(None), ProductRow.dec.is_not(None))
            .order_by(ProductRow.id)
            .limit(1)
        )
        row = self._session.execute(statement).first()
        return None if row is None else (row.target, row.ra, row.dec)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        self._session.execute(text(f"SET LOCAL statement_timeout = {int(self._timeout * 1000)}"))
        try:
            yield
        except OperationalError as exc:
            if getattr(exc.orig, "pgcode", None) != _QUERY_CANCELED:
                raise
            raise UnavailableError(
                f"The search took more than {self._timeout:g} seconds and was stopped. "
                "Narrow it by place, night, program or instrument, and try again."
            ) from exc


def _selecting(names: Sequence[str], sort: str) -> "Select[*tuple[Any, ...]]":
    output = (ATTRIBUTES[name] for name in names)
    return select(ProductRow.id, ATTRIBUTES[sort].label("sort_value"), *_RIGHTS, *output)


def _hits(sort: str) -> "Select[*tuple[Any, ...]]":
    return select(ProductRow.id, ProductRow.file_size, ATTRIBUTES[sort].label("sort_value"))


def _selected(output: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*output, *_ALWAYS)))


def _summary(caller: Caller, now: datetime, names: Sequence[str], row: Sequence[Any]) -> ProductSummary:
    rights = Rights(*row[2 : 2 + len(_RIGHTS)])
    values = dict(zip(names, islice(row, 2 + len(_RIGHTS), None), strict=False))
    return ProductSummary(str(values["public_id"]), values, may_read(caller, rights, now))


def _ends(rows: Sequence[Any]) -> list[tuple[Any, bool]]:
    return [(rows[0], True), (rows[-1], False)] if rows else []
