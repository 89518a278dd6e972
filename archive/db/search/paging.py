# SPDX-License-Identifier: BSD-3-Clause
"""Pages by key: where a page begins is told by the row before it, not by a number of rows.

Rows are ordered by a column and then by their internal key, both in the same direction; rows
without a value come last either way. A page is read in up to two stretches, with and without
a value, so that the index on (column, id) serves both.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, literal, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from archive.db.columns import ATTRIBUTES
from archive.db.schema import ProductRow
from archive.domain.search import ColumnType, SortOrder
from archive.errors import InvalidInputError

__all__ = ["PageKey", "Stretch", "joined_stretch", "stretches"]

Sortable = ColumnElement[Any] | InstrumentedAttribute[Any]

_KINDS: dict[ColumnType, tuple[type, ...]] = {
    ColumnType.TEXT: (str,),
    ColumnType.INTEGER: (int,),
    ColumnType.FLOAT: (float, int),
    ColumnType.MJD: (float, int),
    ColumnType.DATE: (str,),
    ColumnType.TIME: (str,),
    ColumnType.BOOLEAN: (bool,),
}


@dataclass(frozen=True)
class PageKey:
    """The row beside which a page begins.

    Parameters
    ----------
    is_backward
        Whether the page is the one before the row.
    value
        The row's value of the sort column; None where it has none.
    """

    sort: SortOrder
    is_backward: bool
    value: object
    id: int

    def __str__(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        packed = json.dumps([str(self.sort), int(self.is_backward), value, self.id], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode("ascii").rstrip("=")

    @classmethod
    def parse(cls, text: str, sort: SortOrder, kind: ColumnType) -> "PageKey":
        """Read a key.

        Raises
        ------
        InvalidInputError
            It is none, or belongs to another order.
        """
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            order, backward, value, number = json.loads(base64.urlsafe_b64decode(padded))
            if value is not None:
                value = _typed(value, kind)
        except (ValueError, TypeError, RecursionError, binascii.Error):
            raise InvalidInputError({"after": "this is no key of a page; leave it out for the first page"}) from None
        if order != str(sort):
            raise InvalidInputError(
                {"after": f"this key belongs to sort={order!s:.40}; leave it out for the first page"}
            )
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**63:
            raise InvalidInputError({"after": "this is no key of a page; leave it out for the first page"})
        return cls(sort, bool(backward), value, number)


@dataclass(frozen=True)
class Stretch:
    """Rows that come one after the other: what holds of them, and their order."""

    where: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...]


def stretches(sort: SortOrder, key: PageKey | None) -> list[Stretch]:
    """Give the stretches from which a page is filled, first to last.

    Those of a backward key run towards the first page, so their rows are to be turned round.
    """
    return _stretches(sort, key, ATTRIBUTES[sort.column], ProductRow.id)


def joined_stretch(sort: SortOrder, key: PageKey | None, column: Sortable, row_id: Sortable) -> Stretch:
    """Give the same rows in one stretch, in an order that no index has: for rows that are found already.

    Parameters
    ----------
    column, row_id
        Where the value by which rows are sorted stands, and their internal key.
    """
    is_backward = key is not None and key.is_backward
    empty_side = column.is_(None).desc() if is_backward else column.is_(None).asc()
    is_falling = sort.is_descending != is_backward
    order = tuple(part.desc() if is_falling else part.asc() for part in (column, row_id))
    parts = _stretches(sort, key, column, row_id)
    return Stretch((or_(*(and_(*part.where) for part in parts)),), (empty_side, *order))


def _stretches(sort: SortOrder, key: PageKey | None, column: Sortable, row_id: Sortable) -> list[Stretch]:
    is_backward = key is not None and key.is_backward
    is_falling = sort.is_descending != is_backward
    order = tuple(part.desc() if is_falling else part.asc() for part in (column, row_id))
    filled = Stretch((column.is_not(None),), order)
    empty = Stretch((column.is_(None),), order[1:])
    if key is None:
        return [filled, empty]
    if key.value is None:
        beyond = row_id < key.id if is_falling else row_id > key.id
        rest = Stretch((*empty.where, beyond), empty.order)
        return [rest, filled] if is_backward else [rest]
    pair, edge = tuple_(column, row_id), tuple_(literal(key.value), literal(key.id))
    rest = Stretch((*filled.where, pair < edge if is_falling else pair > edge), filled.order)
    return [rest] if is_backward else [rest, empty]


def _typed(value: object, kind: ColumnType) -> object:
    if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind is not ColumnType.BOOLEAN):
        raise TypeError(kind)
    if kind is ColumnType.DATE:
        return date.fromisoformat(cast("str", value))
    if kind is ColumnType.TIME:
        moment = datetime.fromisoformat(cast("str", value))
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    return value
