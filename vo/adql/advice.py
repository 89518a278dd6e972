# SPDX-License-Identifier: BSD-3-Clause
"""What to tell who wrote something that cannot be read."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from vo.adql.errors import ADQLError, ErrorCode
from vo.adql.tokens import END, NAME, NUMBER, QUOTED, STRING, Token

__all__ = ["Place", "near_misses", "unexpected"]

WRITERS = frozenset(
    {
        "ALTER",
        "BEGIN",
        "CALL",
        "COMMIT",
        "COPY",
        "CREATE",
        "DELETE",
        "DO",
        "DROP",
        "EXEC",
        "EXECUTE",
        "EXPLAIN",
        "GRANT",
    }
    | {"INSERT", "MERGE", "RESET", "REVOKE", "ROLLBACK", "SET", "SHOW", "TRUNCATE", "UPDATE", "VACUUM"}
)
FOREIGN = {
    "SUBSTRING": "ADQL has no SUBSTRING",
    "CASE": "CASE is no part of ADQL and not offered here",
    "CONVERT": "ADQL has no CONVERT; write CAST(value AS type)",
    "NULLIF": "ADQL has no NULLIF; COALESCE(a, b, …) takes the place of NULL",
    "TRIM": "ADQL has no TRIM",
    "EXTRACT": "ADQL has no EXTRACT",
    "POSITION": "ADQL has no POSITION(… IN …)",
    "LEFT": "ADQL has no LEFT(…)",
    "RIGHT": "ADQL has no RIGHT(…)",
    "CURRENT_TIMESTAMP": "ADQL has no CURRENT_TIMESTAMP; write the time as a text",
    "TRUE": "ADQL has no TRUE and FALSE; compare with 1, 0 or 'true'",
    "FALSE": "ADQL has no TRUE and FALSE; compare with 1, 0 or 'true'",
}
ONLY_AS_FUNCTIONS = {"LEFT", "RIGHT", "POSITION"}
NAMED = {END, NAME, QUOTED, NUMBER, STRING}
CLAUSES = {"FROM", "WHERE", "SELECT", "ORDER", "GROUP", "HAVING", "ON", "AND", "OR", "JOIN", "UNION", "BY"}
WISHES_FOR_NAMES = ("a name", "a column", "a table", "a value", "another name")


class Place(NamedTuple):
    """Where reading ended.

    Parameters
    ----------
    at
        The token that does not fit.
    opened
        The parentheses that are open.
    wanted
        What could have stood there: words in capitals, signs, or descriptions.
    """

    tokens: Sequence[Token]
    at: int
    opened: Sequence[Token]
    wanted: Sequence[str]

    @property
    def token(self) -> Token:
        """The token that does not fit."""
        return self.tokens[self.at]


class Advice(NamedTuple):
    """What to say about which token."""

    at: int
    message: str
    suggestion: str = ""
    code: ErrorCode = ErrorCode.SYNTAX


def near_misses(name: str, known: Iterable[str]) -> list[str]:
    """Give at most three known names that look like one."""
    if len(name) > 200:
        return []
    by_folded = {other.lower(): other for other in known}
    return [by_folded[found] for found in get_close_matches(name.lower(), by_folded, n=3, cutoff=0.7)]


def unexpected(text: str, place: Place) -> ADQLError:
    """Make the error about a token that does not fit."""
    for look in (_second, _start, _limit, _doubled, _foreign, _misspelled, _reserved, _unclosed):
        advice = look(place)
        if advice is not None:
            found = place.tokens[advice.at]
            return ADQLError.at(text, found.start, found.end, advice.message, advice.code, advice.suggestion)
    message = f"{_quoted(place.token)} cannot stand here"
    if place.wanted:
        message += f"; wanted is {' or '.join(dict.fromkeys(place.wanted))}"
    return ADQLError.at(text, place.token.start, place.token.end, message)


def _quoted(token: Token) -> str:
    if token.what is END:
        return "The end of the query"
    return token.text if len(token.text) <= 60 else f"{token.text[:60]}…"


def _start(place: Place) -> Advice | None:
    if "SELECT" not in place.wanted:
        return None
    word = place.token.text.upper()
    if word in WRITERS:
        return Advice(place.at, f"{word}: ADQL only reads; a query begins with SELECT or WITH")
    if word == "WITH":
        return Advice(place.at, "WITH stands only at the very beginning of a query")
    if place.at == 0 and place.token.what is END:
        return Advice(place.at, "The query is empty; it begins with SELECT or WITH")
    return None


def _limit(place: Place) -> Advice | None:
    """Tell of LIMIT n, where LIMIT was taken for another name, and of TOP at the end."""
    for at in (place.at - 1, place.at):
        if at >= 0 and place.tokens[at].text.upper() == "LIMIT" and place.tokens[at].what is NAME:
            number = place.tokens[at + 1].text if at + 1 < len(place.tokens) else ""
            top = f"TOP {number}" if number.isdigit() else "TOP n"
            return Advice(at, f"ADQL has no LIMIT; write SELECT {top} … instead", top)
    if place.token.what == "TOP":
        return Advice(place.at, "TOP stands right after SELECT: SELECT TOP n …")
    return None


def _doubled(place: Place) -> Advice | None:
    if place.token.what == "=" and place.at and place.tokens[place.at - 1].what == "=":
        return Advice(place.at - 1, "ADQL compares with one =", "=")
    sign = place.token.what
    if sign in {"&", "|", "^", "~"}:
        message = f"{sign} (bitwise) is no part of ADQL and not offered here"
        return Advice(place.at, message, "||" if sign == "|" else "", ErrorCode.EXTENSION)
    return None


def _foreign(place: Place) -> Advice | None:
    what = place.token.what
    if what == "SELECT" and "SELECT" not in place.wanted:
        return Advice(place.at, "A subquery stands only after IN and EXISTS, or in FROM")
    is_call = place.at + 1 < len(place.tokens) and place.tokens[place.at + 1].what == "("
    if what in FOREIGN and (is_call or what not in ONLY_AS_FUNCTIONS):
        return Advice(place.at, FOREIGN[what])
    if what == "WITH" and place.at:
        return Advice(place.at, "WITH stands only at the very beginning of a query")
    return None


def _misspelled(place: Place) -> Advice | None:
    words = [word for word in place.wanted if word.isupper() and word.isalpha()]
    # A misspelled word was mostly taken for another name just before.
    for at in (place.at, place.at - 1):
        if at < 0 or place.tokens[at].what is not NAME:
            continue
        likely = get_close_matches(place.tokens[at].text.upper(), words, n=1, cutoff=0.6)
        if likely:
            message = f"{_quoted(place.tokens[at])} cannot stand here; is it {likely[0]}?"
            return Advice(at, message, likely[0])
    return None


def _reserved(place: Place) -> Advice | None:
    """Tell of a reserved word where a name is wanted, unless a name is what the writer forgot."""
    token = place.token
    if token.what in NAMED or token.what in CLAUSES or not token.text.isidentifier():
        return None
    if not any(word.startswith(WISHES_FOR_NAMES) for word in place.wanted):
        return None
    quoted = f'"{token.text.lower()}"'
    message = f"{token.text} is a reserved word of ADQL; as a name it is written {quoted}"
    return Advice(place.at, message, quoted, ErrorCode.RESERVED_WORD)


def _unclosed(place: Place) -> Advice | None:
    token, opened = place.token, place.opened
    if token.what == ")" and not opened:
        return Advice(place.at, "This parenthesis closes none")
    ends_clause = token.what in {END, ";", "FROM", "WHERE", "ORDER", "GROUP", "HAVING", "SELECT"}
    if opened and ends_clause and ")" in place.wanted:
        at = next(at for at, other in enumerate(place.tokens) if other.start == opened[-1].start)
        return Advice(at, f"This parenthesis is not closed before {_quoted(token).lower()}")
    return None


def _second(place: Place) -> Advice | None:
    if place.at and place.tokens[place.at - 1].what == ";":
        return Advice(place.at, "Only one query is read; nothing may follow the semicolon")
    if place.token.what in {"FOR", "INTO"}:
        return Advice(place.at, f"{_quoted(place.token)}: ADQL only reads")
    return None
