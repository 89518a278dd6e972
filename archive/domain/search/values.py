# SPDX-License-Identifier: BSD-3-Clause
"""The syntax of values, the same for every column.

``x`` equal, ``a*`` with wildcards ``*`` and ``?``, ``a,b`` any of a list, ``lo..hi`` a range that may
be open at either side, ``<x <=x >x >=x``, ``!x`` not, ``null`` without a value. Double quotes take
what they hold literally: ``"Smith, J."``; a quote within them is written twice.
"""

import difflib
import re
from dataclasses import dataclass

from archive.domain.search.columns import ColumnType
from archive.domain.search.criteria import Operator, Term, Value
from archive.domain.search.scalars import is_number, read_scalar, span_of

__all__ = ["MAX_LENGTH", "MAX_LIST", "Reading", "parse_value"]

MAX_LENGTH = 2000
MAX_LIST = 200
_COMPARISONS = (
    ("<=", Operator.AT_MOST),
    (">=", Operator.AT_LEAST),
    ("<", Operator.LESS),
    (">", Operator.MORE),
)
_PARTS = re.compile(r'"(?:[^"]|"")*"|[^",]+|,|"')
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_RANGE = re.compile(rf'({_QUOTED.pattern}|[^"]*?)\s*\.\.\s*({_QUOTED.pattern}|[^"]*)')
_RANGED = {
    ColumnType.INTEGER,
    ColumnType.FLOAT,
    ColumnType.MJD,
    ColumnType.DATE,
    ColumnType.TIME,
    ColumnType.TEXT,
    ColumnType.KEYWORD,
}


@dataclass(frozen=True)
class Reading:
    """What a value's text says.

    Parameters
    ----------
    must_hold
        Whether the terms stand alone, as a comparison or a negation does; others of the
        same column are alternatives to each other.
    """

    terms: tuple[Term, ...]
    is_negated: bool
    must_hold: bool


def parse_value(text: str, kind: ColumnType, choices: tuple[str, ...] = ()) -> Reading:
    """Read one value of a parameter.

    Raises
    ------
    ValueError
        With a message for the public.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise ValueError(f"a value has at most {MAX_LENGTH} characters; this one has {len(text)}")
    is_negated = text.startswith("!")
    body = text[1:].strip() if is_negated else text
    if not body:
        raise ValueError("after ! comes the value that is not wanted")
    comparison = _comparison(body, kind)
    if comparison is not None:
        return Reading((comparison,), is_negated, must_hold=True)
    items = _split(body)
    if len(items) > MAX_LIST:
        raise ValueError(f"a list has at most {MAX_LIST} items; this one has {len(items)}")
    terms = tuple(_term(item, kind, choices) for item in items)
    return Reading(tuple(dict.fromkeys(terms)), is_negated, must_hold=is_negated)


def _comparison(text: str, kind: ColumnType) -> Term | None:
    for sign, operator in _COMPARISONS:
        if text.startswith(sign):
            operand = text[len(sign) :].strip()
            if kind not in _RANGED:
                raise ValueError(f"{sign} cannot be used here")
            if not operand:
                raise ValueError(f"after {sign} comes the value to compare with")
            low, high = _ends(operand, kind)
            # A day or a minute has a length: after it means after its end.
            return Term(operator, high if operator in {Operator.AT_MOST, Operator.MORE} else low)
    return None


def _split(text: str) -> list[str]:
    """Cut a list at the commas that are not within quotes."""
    items = [""]
    for part in _PARTS.findall(text):
        if part == ",":
            items.append("")
        elif part == '"':
            raise ValueError('a quote is not closed; a quote within quotes is written ""')
        else:
            items[-1] += part
    stripped = [item.strip() for item in items]
    if not all(stripped):
        raise ValueError("an item of the list is empty")
    return stripped


def _term(text: str, kind: ColumnType, choices: tuple[str, ...]) -> Term:
    if _QUOTED.fullmatch(text):
        return _equal(_unquoted(text), kind, choices)
    if text.lower() == "null":
        return Term(Operator.NULL)
    ends = _RANGE.fullmatch(text) if kind in _RANGED else None
    if ends is not None:
        return _range(ends[1].strip(), ends[2].strip(), kind)
    if kind in {ColumnType.TEXT, ColumnType.KEYWORD} and re.search(r"[*?]", text):
        return Term(Operator.LIKE, text)
    return _equal(text, kind, choices)


def _range(low: str, high: str, kind: ColumnType) -> Term:
    if not low and not high:
        raise ValueError("a range has at least one end: 1..5, 1.. or ..5")
    if ".." in high and not high.startswith('"'):
        raise ValueError('a range is written lo..hi; put other text with dots in quotes, as "a..b"')
    first = _ends(low, kind)[0] if low else None
    last = _ends(high, kind)[1] if high else None
    if first is not None and last is not None:
        if type(first) is not type(last):
            raise ValueError("both ends of a range must be of one kind")
        if first > last:  # type: ignore[operator]
            raise ValueError(f"the range {low}..{high} runs the wrong way round; write {high}..{low}")
    return Term(Operator.RANGE, first, last)


def _ends(text: str, kind: ColumnType) -> tuple[Value, Value]:
    """Read what is compared with; a keyword is compared as a number with a number."""
    if kind is ColumnType.KEYWORD and is_number(text):
        kind = ColumnType.FLOAT
    return span_of(_unquoted(text), kind)


def _equal(text: str, kind: ColumnType, choices: tuple[str, ...]) -> Term:
    if choices:
        return Term(Operator.EQUAL, _choice(text, choices))
    low, high = span_of(text, kind)
    if low != high:
        return Term(Operator.RANGE, low, high)
    return Term(Operator.EQUAL, read_scalar(text, kind))


def _choice(text: str, choices: tuple[str, ...]) -> str:
    found = next((choice for choice in choices if choice.lower() == text.lower()), None)
    if found is not None:
        return str(found)
    near = difflib.get_close_matches(text.lower(), choices, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ValueError(f"{text} is not known; {hint}Known are: {', '.join(choices)}")


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    if not _QUOTED.fullmatch(text):
        raise ValueError("quotes go around a whole item")
    return text[1:-1].replace('""', '"')
