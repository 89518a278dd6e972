# SPDX-License-Identifier: BSD-3-Clause
"""From criteria to the conditions of one statement."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from archive.db.columns import ATTRIBUTES
from archive.db.healpix import overlaps
from archive.db.schema import LONG_DAYS, CollectionRow, ProductCollectionRow, ProductRow
from archive.db.search.keywords import keyword_condition
from archive.db.search.patterns import like_pattern
from archive.db.visibility import visible_to
from archive.domain.access import Caller
from archive.domain.search import (
    ColumnType,
    Constraint,
    Operator,
    SearchColumn,
    SearchColumns,
    SearchCriteria,
    Term,
    to_mjd,
)

__all__ = ["conditions"]

_ROUNDING = 0.001


def conditions(
    criteria: SearchCriteria, columns: SearchColumns, caller: Caller, now: datetime
) -> list[ColumnElement[bool]]:
    """Give what holds of the products that the caller may see and asks for.

    The statement selects from what `archive.db.columns.from_products` gives.
    """
    made = [visible_to(caller, now)]
    if criteria.place is not None:
        made.append(overlaps(criteria.place.region()))
    made += [_on_columns(constraint, columns) for constraint in criteria.constraints]
    made += [keyword_condition(constraint) for constraint in criteria.keywords]
    if criteria.collections:
        members = (
            select(ProductCollectionRow.product_id)
            .join(CollectionRow, CollectionRow.id == ProductCollectionRow.collection_id)
            .where(func.lower(CollectionRow.name).in_([name.lower() for name in criteria.collections]))
        )
        made.append(ProductRow.id.in_(members))
    if criteria.is_mine:
        made.append(ProductRow.program_id.in_(sorted(caller.programs)))
    return made


def _on_columns(constraint: Constraint, columns: SearchColumns) -> ColumnElement[bool]:
    constrained = columns.constrained(constraint.column)
    if constraint.column == "date":
        any_of = or_(*(_running(term) for term in constraint.terms))
    else:
        any_of = or_(*(_on_any(term, constrained) for term in constraint.terms))
    # What has no value is not what was excluded, so it stays.
    return not_(func.coalesce(any_of, False)) if constraint.is_negated else any_of


def _on_any(term: Term, constrained: tuple[SearchColumn, ...]) -> ColumnElement[bool]:
    """Compare with one column, or with any of several that share a parameter."""
    if term.operator is Operator.NULL:
        return and_(*(ATTRIBUTES[column.name].is_(None) for column in constrained))
    return or_(*(_compared(term, column) for column in constrained))


def _compared(term: Term, column: SearchColumn) -> ColumnElement[bool]:
    attribute: InstrumentedAttribute[object] | ColumnElement[object] = ATTRIBUTES[column.name]
    value: object = term.value
    high: object = term.high
    # A closed vocabulary was spelled right by the parser, so that its plain column serves.
    if column.type is ColumnType.TEXT and not column.choices:
        attribute = func.lower(attribute)
        value = None if term.value is None else func.lower(str(term.value))
        high = None if term.high is None else func.lower(str(term.high))
    if term.operator is Operator.EQUAL:
        return attribute == value
    if term.operator is Operator.LIKE:
        return func.lower(ATTRIBUTES[column.name]).like(like_pattern(str(term.value).lower()))
    if term.operator is Operator.RANGE:
        ends = [attribute >= value] if value is not None else []
        return and_(*ends, attribute <= high) if high is not None else and_(*ends)
    if term.operator in {Operator.LESS, Operator.AT_MOST}:
        return attribute < value if term.operator is Operator.LESS else attribute <= value
    return attribute > value if term.operator is Operator.MORE else attribute >= value


def _running(term: Term) -> ColumnElement[bool]:
    """Whether an exposure was running at a time or within a stretch of it, at least in part."""
    begin, end = ProductRow.t_min, func.coalesce(ProductRow.t_max, ProductRow.t_min)
    if term.operator is Operator.NULL:
        return begin.is_(None)
    first = to_mjd(term.value) if isinstance(term.value, datetime) else None
    last = to_mjd(term.high) if isinstance(term.high, datetime) else None
    if term.operator is Operator.EQUAL:
        last = first
    if term.operator is Operator.LESS:
        return begin < first
    if term.operator is Operator.AT_MOST:
        return begin <= first
    until = [begin <= last] if last is not None else []
    if first is None:
        return and_(*until)
    # The end alone would have everything looked at that began before; only long ones began long before.
    not_before = or_(begin >= first - LONG_DAYS - _ROUNDING, ProductRow.is_long)
    return and_(end > first if term.operator is Operator.MORE else end >= first, not_before, *until)
