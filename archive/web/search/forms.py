# SPDX-License-Identifier: BSD-3-Clause
"""From what a browser's form sends to a search's own parameters, and back.

The address of a result holds the search's parameters only (`archive.domain.search`). The forms
have a few fields that are easier to fill in: two ends of a range, rows of FITS keywords, parts
of names. `canonical` turns these into parameters, `form_values` turns parameters into these.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

__all__ = ["KEYWORD_OPERATORS", "MAX_KEYWORD_ROWS", "Params", "canonical", "form_values"]

Params = dict[str, list[str]]

MAX_KEYWORD_ROWS = 20
# Fields with two ends, and the parameter they make up.
_RANGES = {"night": ("night_from", "night_to"), "exptime": ("exptime_min", "exptime_max")}
# Fields in which a part of the text is enough.
_PARTS = {"pi": "pi_part", "object": "object_part"}
# Parameters whose many values are one list.
_LISTS = ("obs_type", "proc_type", "prod_type", "qa_state", "dataproduct_type", "columns", "collection")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SYNTAX = re.compile(r'[*?,"]|\.\.|^[<>!]|^null$', re.IGNORECASE)
_NOT_FOR_ADDRESSES = ("more_keywords",)

KEYWORD_OPERATORS = {
    "is": ("is", "{}"),
    "like": ("contains", "*{}*"),
    "not": ("is not", "!{}"),
    "lt": ("less than", "<{}"),
    "le": ("at most", "<={}"),
    "gt": ("more than", ">{}"),
    "ge": ("at least", ">={}"),
    "null": ("has no value", "null"),
    "any": ("has a value", "!null"),
}


def canonical(args: Mapping[str, Sequence[str]], now: datetime) -> Params:
    """Turn what a form sent into parameters of a search; empty fields go.

    Parameters
    ----------
    args
        All values of each field, in order.
    now
        For "public now" and "still proprietary".
    """
    given = {name: [value.strip() for value in values if value.strip()] for name, values in args.items()}
    given = {name: values for name, values in given.items() if values and name not in _NOT_FOR_ADDRESSES}
    _join_ranges(given)
    _join_keywords(given)
    _join_release(given, now)
    for name, part in _PARTS.items():
        for value in given.pop(part, []):
            given.setdefault(name, []).append(_containing(value))
    for name in _LISTS:
        if len(given.get(name, [])) > 1 and not any(value.startswith("!") for value in given[name]):
            given[name] = [",".join(dict.fromkeys(given[name]))]
    return given


def form_values(params: Mapping[str, Sequence[str]]) -> Params:
    """Give each field of the forms its values, from the parameters of a search."""
    values = {name: list(found) for name, found in params.items()}
    for name, (low, high) in _RANGES.items():
        found = params.get(name, [])
        if len(found) == 1 and re.fullmatch(r"[^,!<>]*", found[0]):
            first, dots, last = found[0].partition("..")
            values[low], values[high] = [first], [last if dots else first if _DAY.fullmatch(first) else ""]
            del values[name]
    for name, part in _PARTS.items():
        found = params.get(name, [])
        if len(found) == 1 and (inner := _contained(found[0])) is not None:
            values[part] = [inner]
            del values[name]
    for name in _LISTS:
        if name in values:
            values[name] = [item.strip() for value in values[name] for item in value.split(",")]
    keywords = [name for name in params if name.startswith("kw.")]
    rows = [(name[3:], value) for name in keywords for value in values.pop(name)]
    for number, (name, value) in enumerate(rows, start=1):
        operator, operand = _operator_of(value)
        values[f"kw{number}"], values[f"op{number}"], values[f"val{number}"] = [name], [operator], [operand]
    return values


def _join_ranges(given: Params) -> None:
    for name, (low, high) in _RANGES.items():
        first, last = (" ".join(given.pop(end, [])) for end in (low, high))
        if (first == last and first) or (first and not last and _SYNTAX.search(first)):
            given.setdefault(name, []).append(first)
        elif first or last:
            given.setdefault(name, []).append(f"{first}..{last}")


def _join_keywords(given: Params) -> None:
    for number in range(1, MAX_KEYWORD_ROWS + 1):
        names, operators, operands = (given.pop(f"{field}{number}", []) for field in ("kw", "op", "val"))
        operator = operators[0] if operators else "is"
        if operator not in KEYWORD_OPERATORS:
            given[f"op{number}"] = operators
            continue
        form = KEYWORD_OPERATORS[operator][1]
        if names and (operands or "{}" not in form):
            value = operands[0] if operands and operator == "is" else form.format(operands[0] if operands else "")
            given.setdefault(f"kw.{names[0].upper()}", []).append(value)
        elif names:
            given.setdefault(f"kw.{names[0].upper()}", []).append("!null")
        elif operands:
            # A value without its keyword is kept: the reader of searches says what is wrong with it.
            given.setdefault("kw.", []).append(operands[0])


def _join_release(given: Params, now: datetime) -> None:
    minute = f"{now:%Y-%m-%dT%H:%M}"
    words = {"public": f"<={minute}", "proprietary": f">{minute}"}
    for status in given.pop("release_status", []):
        given.setdefault("release", []).append(words.get(status, status))


def _containing(text: str) -> str:
    """Make a pattern for text that holds `text`; what is syntax already stays as it is."""
    if text.startswith('"') or not _SYNTAX.search(text):
        return f"*{text}*" if not text.startswith('"') else text
    if "," in text and not _SYNTAX.search(text.replace(",", "")):
        # A comma within a name, as in "Smith, J.", is no list here.
        return f"*{text.replace(',', '?')}*"
    return text


def _contained(pattern: str) -> str | None:
    found = re.fullmatch(r"\*([^*]+)\*", pattern)
    if found is None or _SYNTAX.search(found.group(1).replace("?", "")):
        return None
    return found.group(1).replace("?", ",")


def _operator_of(value: str) -> tuple[str, str]:
    if value in {"null", "!null"}:
        return ("null" if value == "null" else "any"), ""
    for operator, sign in (("le", "<="), ("ge", ">="), ("lt", "<"), ("gt", ">"), ("not", "!")):
        if value.startswith(sign):
            return operator, value[len(sign) :]
    inner = re.fullmatch(r"\*([^*?,\"]+)\*", value)
    return ("like", inner.group(1)) if inner else ("is", value)
