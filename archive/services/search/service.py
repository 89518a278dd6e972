# SPDX-License-Identifier: BSD-3-Clause
"""The search: one question from every door, one answer to each."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archive.astro.names import NameResolver
from archive.db.columns import search_columns
from archive.db.search import SearchStore
from archive.db.session import Database
from archive.domain.access import Caller
from archive.domain.clock import Clock
from archive.domain.search import (
    MAX_LIMIT,
    ResolvedName,
    ResultPage,
    SearchColumn,
    SearchColumns,
    SearchCriteria,
    SearchQuery,
    parse_query,
)
from archive.errors import CredentialsError, InvalidInputError, NotFoundError, UnknownNameError
from archive.services.search.choices import ChoiceCache

__all__ = ["Export", "SearchService"]

PAGE_SECONDS = 20.0
EXPORT_SECONDS = 600.0
OWN_HOLDINGS = "this archive's holdings"


@dataclass(frozen=True)
class Export:
    """All rows of a search on their way out.

    Parameters
    ----------
    batches
        Rows in the order of `columns`, one more than the limit where there is one; the first
        batch has been read, so that a search that fails does so before an answer begins.
    total
        Rows found in all, where a limit may leave some of them out; else None.
    """

    query: SearchQuery
    columns: tuple[SearchColumn, ...]
    batches: Iterator[list[tuple[object, ...]]]
    total: int | None


class SearchService:
    """Finds products.

    Parameters
    ----------
    resolver
        Turns the name of a target into a position.
    """

    def __init__(self, *, database: Database, clock: Clock, resolver: NameResolver) -> None:
        self._database = database
        self._clock = clock
        self._resolver = resolver
        self._choices = ChoiceCache(database, clock)
        self.columns: SearchColumns = search_columns()

    def read(self, params: Mapping[str, Sequence[str]]) -> SearchQuery:
        """Read the parameters of an address or a form; nothing is looked up yet.

        Raises
        ------
        InvalidInputError
            With every field that cannot be used.
        """
        return parse_query(params, self.columns)

    def find(self, caller: Caller, query: SearchQuery) -> ResultPage:
        """Give one page of what the caller may know of, and how much there is in all.

        Raises
        ------
        InvalidInputError
            A name is unknown (with suggestions), or the page is none.
        CredentialsError
            Own data are asked for and nobody is logged in.
        UnavailableError
            The search took too long, or the database does not answer.
        """
        if query.page.size > MAX_LIMIT:
            raise InvalidInputError({"limit": f"a page has at most {MAX_LIMIT} rows; format=csv and votable have all"})
        understood = self.understood(caller, query)
        criteria, page, now = understood.criteria, understood.page, self._clock()
        with self._database.begin() as uow:
            found = SearchStore(uow, timeout=PAGE_SECONDS).find(caller, criteria, page, understood.columns, now)
        return ResultPage(
            rows=found.rows,
            total=found.counted.rows,
            is_total_exact=found.counted.is_exact,
            total_bytes=found.counted.size,
            next_key=found.next_key,
            previous_key=found.previous_key,
            query=understood,
        )

    def stream(self, caller: Caller, query: SearchQuery) -> Export:
        """Give all rows, for an export; errors as those of `find`, before the first row."""
        understood = self.understood(caller, query)
        total = None if understood.page.limit is None else self._total(caller, understood)
        batches = self._batches(caller, understood)
        first = next(batches, [])
        return Export(
            query=understood,
            columns=tuple(self.columns[name] for name in understood.columns),
            batches=_with_first(first, batches),
            total=total,
        )

    def understood(self, caller: Caller, query: SearchQuery) -> SearchQuery:
        """Give the query with its names looked up: the target resolved, the collections known."""
        criteria = query.criteria
        if criteria.is_mine and caller.is_anonymous:
            raise CredentialsError("Log in to search your own data.")
        if criteria.collections:
            criteria = self._with_known_collections(criteria)
        place = criteria.place
        if place is not None and place.target and place.resolved is None:
            try:
                criteria = criteria.resolved_to(self.resolve(caller, place.target))
            except NotFoundError as exc:
                raise UnknownNameError("target", exc.message, exc.suggestions) from exc
            self._check_region(criteria)
        return replace(query, criteria=criteria)

    def resolve(self, caller: Caller, name: str) -> ResolvedName:
        """Find where a name lies.

        Raises
        ------
        NotFoundError
            Nobody knows the name; it has suggestions.
        """

        def own(asked: str) -> ResolvedName | None:
            with self._database.begin() as uow:
                found = SearchStore(uow, timeout=PAGE_SECONDS).target_centre(caller, asked, self._clock())
            return None if found is None else ResolvedName(*found, resolver=OWN_HOLDINGS)

        return self._resolver.resolve(name, own)

    def choices(self, caller: Caller, column: str) -> tuple[object, ...]:
        """Give the values of a column among what the caller may know of: all of them, or the first few hundred.

        Raises
        ------
        NotFoundError
            There is no such column.
        """
        if column not in self.columns:
            near = self.columns.near(column)
            raise NotFoundError(
                f"There is no column {column:.60}.", [near] if near is not None and near in self.columns else []
            )
        return self._choices.of(caller, column)

    def _batches(self, caller: Caller, query: SearchQuery) -> Iterator[list[tuple[object, ...]]]:
        page = query.page
        one_more = replace(page, limit=None if page.limit is None else page.limit + 1)
        with self._database.begin() as uow:
            store = SearchStore(uow, timeout=EXPORT_SECONDS)
            yield from store.stream(caller, query.criteria, one_more, query.columns, self._clock())

    def _total(self, caller: Caller, query: SearchQuery) -> int:
        with self._database.begin() as uow:
            store = SearchStore(uow, timeout=PAGE_SECONDS)
            return store.count(caller, query.criteria, self._clock(), is_exact=query.page.is_exact_count).rows

    def _with_known_collections(self, criteria: SearchCriteria) -> SearchCriteria:
        with self._database.begin() as uow:
            known = {name.lower(): name for name in SearchStore(uow, timeout=PAGE_SECONDS).collection_names()}
        unknown = [name for name in criteria.collections if name.lower() not in known]
        if unknown:
            near = [known[match] for match in difflib.get_close_matches(unknown[0].lower(), known)]
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            raise UnknownNameError("collection", f"There is no collection called {unknown[0]:.60}.{hint}", near)
        return replace(criteria, collections=tuple(known[name.lower()] for name in criteria.collections))

    def _check_region(self, criteria: SearchCriteria) -> None:
        try:
            if criteria.place is not None:
                criteria.place.region()
        except ValueError as exc:
            raise InvalidInputError({"target": str(exc)}) from exc


def _with_first(
    first: list[tuple[object, ...]], rest: Iterator[list[tuple[object, ...]]]
) -> Iterator[list[tuple[object, ...]]]:
    if first:
        yield first
    yield from rest
