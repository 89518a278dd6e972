# SPDX-License-Identifier: BSD-3-Clause
"""Constraints on FITS keywords: what the headers of a file's HDUs hold, as JSONB."""

from sqlalchemy import ColumnElement, cast, exists, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from archive.db.schema import HDURow, ProductRow
from archive.db.search.patterns import like_pattern
from archive.domain.search import Constraint, Operator, Term

__all__ = ["keyword_condition"]

_SIGNS = {Operator.LESS: "<", Operator.AT_MOST: "<=", Operator.MORE: ">", Operator.AT_LEAST: ">="}
_LOGICAL = {"t": True, "true": True, "f": False, "false": False}


def keyword_condition(constraint: Constraint) -> ColumnElement[bool]:
    """Give the condition on `ProductRow` that any HDU of it matches; negated, that none does.

    Numbers compare with numbers and text with text; text is found as written, in capitals or
    in small letters, which the index on the headers can do.
    """
    terms = [term for term in constraint.terms if term.operator is not Operator.NULL]
    made: list[ColumnElement[bool]] = []
    if terms:
        matching = or_(*(_in_header(constraint.column, term) for term in terms))
        made.append(ProductRow.id.in_(select(HDURow.product_id).where(matching)))
    if len(terms) < len(constraint.terms):
        has_value = func.jsonb_typeof(HDURow.header[constraint.column]) != "null"
        made.append(not_(exists().where(HDURow.product_id == ProductRow.id, has_value)))
    return not_(or_(*made)) if constraint.is_negated else or_(*made)


def _in_header(keyword: str, term: Term) -> ColumnElement[bool]:
    if term.operator is Operator.EQUAL:
        return or_(*(HDURow.header.contains({keyword: value}) for value in _spellings(str(term.value))))
    if term.operator is Operator.LIKE:
        return func.lower(HDURow.header[keyword].astext).like(like_pattern(str(term.value).lower()))
    if term.operator is Operator.RANGE:
        parts = [("$low", ">=", term.value), ("$high", "<=", term.high)]
    else:
        parts = [("$low", _SIGNS[term.operator], term.value)]
    parts = [part for part in parts if part[2] is not None]
    test = " && ".join(f"@ {sign} {variable}" for variable, sign, _ in parts)
    # Other types than the value's make a jsonpath comparison unknown, not an error.
    return func.jsonb_path_exists(
        HDURow.header,
        cast(f'$."{keyword}" ? ({test})', JSONPATH),
        literal({variable[1:]: value for variable, _, value in parts}, JSONB),
    )


def _spellings(text: str) -> list[object]:
    """Give the JSON values that a text may stand for."""
    found: list[object] = list(dict.fromkeys((text, text.upper(), text.lower())))
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        if number - number == 0:
            found.append(int(text) if text.lstrip("+-").isdecimal() else number)
    if text.lower() in _LOGICAL:
        found.append(_LOGICAL[text.lower()])
    return found
