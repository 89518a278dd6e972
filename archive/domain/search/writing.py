# SPDX-License-Identifier: BSD-3-Clause
"""A query written back as the parameters of an address: the address is the query."""

import re
from datetime import date, datetime, time

from archive.domain.search.columns import ColumnType, SearchColumns
from archive.domain.search.criteria import KEYWORD_PREFIX, Constraint, Operator, Place, SearchCriteria, Term, Value
from archive.domain.search.page import DEFAULT_COLUMNS, SearchQuery, SortOrder
from archive.domain.search.scalars import is_number

__all__ = ["criteria_to_params", "query_to_params", "value_texts"]

_SIGNS = {Operator.LESS: "<", Operator.AT_MOST: "<=", Operator.MORE: ">", Operator.AT_LEAST: ">="}
_DAY_END = time(23, 59, 59, 999999)
# What would be read as syntax, and so goes into quotes.
_SPECIAL = re.compile(r'[",*?]|\.\.|^[<>!=]|^null$|^\s|\s$|^$', re.IGNORECASE)


def query_to_params(query: SearchQuery, columns: SearchColumns) -> dict[str, list[str]]:
    """Write a query; reading it again gives the same query."""
    params = criteria_to_params(query.criteria, columns)
    page = query.page
    if page.sort != SortOrder():
        params["sort"] = [str(page.sort)]
    if page.limit is not None:
        params["limit"] = [str(page.limit)]
    if page.after:
        params["after"] = [page.after]
    if page.is_exact_count:
        params["count"] = ["exact"]
    if query.columns != DEFAULT_COLUMNS:
        params["columns"] = [",".join(query.columns)]
    if query.format is not None:
        params["format"] = [query.format]
    return params


def criteria_to_params(criteria: SearchCriteria, columns: SearchColumns) -> dict[str, list[str]]:
    """Write what is asked for; reading it again gives the same criteria, but for a resolver's answer."""
    params: dict[str, list[str]] = {}
    if criteria.place is not None:
        params.update(_place(criteria.place))
    for constraint in criteria.constraints:
        name = columns.parameter_of(constraint.column)
        params.setdefault(name, []).append(value_texts(constraint, columns.type_of(constraint.column)))
    for constraint in criteria.keywords:
        name = f"{KEYWORD_PREFIX}{constraint.column}"
        params.setdefault(name, []).append(value_texts(constraint, ColumnType.KEYWORD))
    if criteria.collections:
        params["collection"] = [",".join(criteria.collections)]
    if criteria.is_mine:
        params["mine"] = ["1"]
    return params


def value_texts(constraint: Constraint, kind: ColumnType) -> str:
    """Write the value of a constraint in the syntax of `archive.domain.search.values`."""
    return ("!" if constraint.is_negated else "") + ",".join(_term(term, kind) for term in constraint.terms)


def _place(place: Place) -> dict[str, list[str]]:
    if place.shape:
        return {"pos": [place.shape]}
    numbers = ("ra", "dec", "radius", "width", "height")
    params = {"target": [place.target]} if place.target else {}
    for name in numbers:
        value = getattr(place, name)
        if value is not None:
            params[name] = [repr(value)]
    return params


def _term(term: Term, kind: ColumnType) -> str:
    if term.operator is Operator.NULL:
        return "null"
    if term.operator is Operator.LIKE:
        return str(term.value)
    if term.operator is Operator.RANGE:
        return _range(term, kind)
    sign = _SIGNS.get(term.operator)
    return _scalar(term.value) if sign is None else sign + _operand(term.value)


def _range(term: Term, kind: ColumnType) -> str:
    low, high = term.value, term.high
    if kind is not ColumnType.TIME:
        return f"{_operand(low)}..{_operand(high)}"
    first = low.date() if isinstance(low, datetime) and low.time() == time() else None
    last = high.date() if isinstance(high, datetime) and high.time() == _DAY_END else None
    if first is not None and first == last:
        return first.isoformat()
    return f"{first.isoformat() if first else _scalar(low)}..{last.isoformat() if last else _scalar(high)}"


def _operand(value: Value | None) -> str:
    """Write what is compared with; a keyword's text stays text by its quotes, though it look like a number."""
    return f'"{value}"' if isinstance(value, str) and is_number(value) else _scalar(value)


def _scalar(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        # The fraction makes it a moment; without one it would be a whole second.
        return f"{value.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return '"{}"'.format(text.replace('"', '""')) if _SPECIAL.search(text) else text
