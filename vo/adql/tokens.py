# SPDX-License-Identifier: BSD-3-Clause
"""A query as tokens, by one regular expression."""

import re
from typing import NamedTuple

from vo.adql.errors import ADQLError, ErrorCode
from vo.adql.words import Limits

__all__ = ["END", "NAME", "NUMBER", "QUOTED", "STRING", "Token", "tokens_of"]

NAME, QUOTED, NUMBER, STRING, END = "name", "quoted name", "number", "text", "the end of the query"

TOKEN = re.compile(
    r"""
      (?P<space>(?:[ \t\r\n\f\v]+|--[^\r\n]*)+)
    | (?P<word>[A-Za-z][A-Za-z0-9_]*)
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z0-9_]))
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<comment>/\*)
    | (?P<sign><>|!=|<=|>=|\|\||[-+*/(),.;=<>%&|^~])
    """,
    re.VERBOSE,
)
# Tab, newline, form feed and carriage return are white space; surrogates have no UTF-8.
UNUSABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LETTERS = re.compile(r"[A-Za-z0-9_]+\Z")
WORDISH = re.compile(r"[\w$@#]+")
DOUBLE_QUOTES, SINGLE_QUOTES = "“”„‟«»", "‘’‚‛´"
KINDS = {"number": NUMBER, "string": STRING, "quoted": QUOTED}
BEGINNINGS = {
    "'": ("This text is not closed; a quote within a text is written twice", ""),
    '"': ("This quoted name is empty or not closed", ""),
    "/*": ("Comments in ADQL begin with -- and end with the line", "--"),
    "`": ('Names are quoted with ", not with `', '"'),
    "[": ('ADQL has no arrays; names are quoted with ", not with brackets', ""),
    "]": ('ADQL has no arrays; names are quoted with ", not with brackets', ""),
    "::": ("ADQL has no ::type; write CAST(value AS type)", "CAST(… AS …)"),
}


class Token(NamedTuple):
    """A piece of a query.

    Parameters
    ----------
    what
        Its kind; for reserved words and signs the word in capitals or the sign itself.
    """

    what: str
    text: str
    start: int
    end: int


def tokens_of(text: str, reserved: frozenset[str], limits: Limits) -> list[Token]:
    """Cut a query up.

    Raises
    ------
    ADQLError
        A character has no place in a query, a quote is not closed, or the query is too long.
    """
    if len(text) > limits.characters:
        message = f"The query has {len(text)} characters; at most {limits.characters} are read. Upload long lists."
        raise ADQLError.at(text, 0, 1, message, ErrorCode.LIMIT)
    if unusable := UNUSABLE.search(text):
        message = f"A query has no control characters, as U+{ord(unusable[0]):04X} is one"
        raise ADQLError.at(text, *unusable.span(), message, ErrorCode.CHARACTER)
    found = _cut(text, reserved, limits.tokens)
    if len(found) > limits.tokens:
        extra = found[limits.tokens]
        message = f"At most {limits.tokens} words and signs are read; upload long lists as a table"
        raise ADQLError.at(text, extra.start, extra.end, message, ErrorCode.LIMIT)
    found.append(Token(END, "", len(text), len(text)))
    return found


def _cut(text: str, reserved: frozenset[str], limit: int) -> list[Token]:
    found: list[Token] = []
    match, at, stop = TOKEN.match, 0, len(text)
    while at < stop and len(found) <= limit:
        piece = match(text, at)
        if piece is None or piece.lastgroup is None or piece.lastgroup == "comment":
            raise _refused(text, at)
        kind, value, start = piece.lastgroup, piece[0], at
        at = piece.end()
        if kind == "word":
            upper = value.upper()
            found.append(Token(upper if upper in reserved else NAME, value, start, at))
        elif kind == "sign":
            found.append(Token(value, value, start, at))
        elif kind != "space":
            found.append(Token(KINDS[kind], value, start, at))
    return found


def _refused(text: str, at: int) -> ADQLError:
    """Say what is wrong with a character that begins no token."""
    sign = text[at]
    before = LETTERS.search(text[max(0, at - 100) : at])
    word = WORDISH.match(text, at)
    begin = at - len(before[0]) if before and word else at
    whole = text[begin : word.end()] if word else sign
    for start, (message, suggestion) in BEGINNINGS.items():
        if text.startswith(start, at):
            return ADQLError.at(text, at, at + len(start), message, ErrorCode.CHARACTER, suggestion)
    if sign in DOUBLE_QUOTES:
        message, suggestion = f"{sign} is a printer's quote; names are quoted with \", texts with '", '"'
    elif sign in SINGLE_QUOTES:
        message, suggestion = f"{sign} is a printer's quote; texts are quoted with '", "'"
    elif sign.isspace() or sign == "\ufeff":
        message, suggestion = f"U+{ord(sign):04X} is no space that ADQL knows; write an ordinary one", " "
    elif word:
        suggestion = f'"{whole}"'[:200]
        message = (
            f"{whole[:60]} is no name in ADQL: names have letters from A to Z, digits and _, and begin with a letter"
        )
        message += f"; others are quoted: {suggestion}"
    else:
        message, suggestion = f"{sign} has no place in ADQL", ""
    return ADQLError.at(text, begin, begin + len(whole), message, ErrorCode.CHARACTER, suggestion)
