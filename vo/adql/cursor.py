# SPDX-License-Identifier: BSD-3-Clause
"""The place in a query where the parser stands."""

from vo.adql import tree
from vo.adql.advice import Place, unexpected
from vo.adql.errors import ADQLError, ErrorCode
from vo.adql.tokens import END, NAME, NUMBER, QUOTED, Token, tokens_of
from vo.adql.words import Extension, Limits, reserved_words

__all__ = ["Cursor"]


class Cursor:
    """Tokens, and how to walk along them; the parser's floors stand on it.

    Raises
    ------
    ADQLError
        By all methods: the text is none of ADQL.
    """

    def __init__(self, text: str, *, version: str, extensions: frozenset[Extension], limits: Limits) -> None:
        self.text = text
        self.version = version
        self.extensions = extensions
        self.limits = limits
        self.tokens = tokens_of(text, reserved_words(version), limits)
        self.at = 0
        self.what = self.tokens[0].what
        self.opened: list[Token] = []
        self.depth = 0
        self.tables = 0

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> str:
        """Tell what the token after the next one is."""
        place = self.at + ahead
        return self.tokens[place].what if place < len(self.tokens) else END

    def step(self) -> Token:
        """Read a token."""
        token = self.tokens[self.at]
        if token.what is not END:
            self.at += 1
            self.what = self.tokens[self.at].what
        return token

    def take(self, what: str) -> bool:
        """Read the next token if it is this one."""
        if self.what != what:
            return False
        self.step()
        return True

    def expect(self, what: str) -> Token:
        """Read this token, or refuse the query."""
        if self.what != what:
            raise self.unexpected(what)
        return self.step()

    def open(self) -> Token:
        """Read an opening parenthesis, which is to be closed."""
        token = self.expect("(")
        self.opened.append(token)
        if len(self.opened) > self.limits.parentheses:
            raise self.refused(
                token,
                f"More than {self.limits.parentheses} parentheses within each other are not read",
                ErrorCode.LIMIT,
            )
        return token

    def close(self, wanted: str = ")") -> None:
        """Read the parenthesis that closes the last one."""
        if self.what != ")":
            raise self.unexpected(wanted)
        self.step()
        self.opened.pop()

    def deeper(self) -> None:
        """Go one level down."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.refused(
                self.token, f"More than {self.limits.depth} levels of nesting are not read", ErrorCode.LIMIT
            )

    @property
    def last_end(self) -> int:
        """Where the token read last ends."""
        return self.tokens[self.at - 1].end if self.at else 0

    def identifier(self, wanted: str = "a name") -> tree.Identifier:
        """Read one name."""
        if self.what == NAME:
            token = self.step()
            return tree.Identifier(token.text, start=token.start, end=token.end)
        if self.what == QUOTED:
            token = self.step()
            name = token.text[1:-1].replace('""', '"')
            return tree.Identifier(name, is_quoted=True, start=token.start, end=token.end)
        raise self.unexpected(wanted)

    def names(self, wanted: str, most: int) -> tuple[tree.Identifier, ...]:
        """Read a name with points in it."""
        parts = [self.identifier(wanted)]
        while self.what == "." and self.peek() != "*":
            self.step()
            parts.append(self.identifier("a name after the point"))
            if len(parts) > most:
                raise self.refused(
                    parts[-1], f"A name here has at most {most} parts: {'.'.join(p.name for p in parts)[:200]}"
                )
        return tuple(parts)

    def whole_number(self, word: str) -> int:
        """Read an unsigned whole number after a word such as TOP."""
        token = self.token
        if token.what != NUMBER or not token.text.isdigit():
            raise self.refused(token, f"After {word} stands a whole number without sign")
        if len(token.text) > 18:
            raise self.refused(token, f"The number after {word} is too large", ErrorCode.LIMIT)
        self.step()
        return int(token.text)

    def needs(self, extension: Extension, token: Token, name: str, instead: str) -> None:
        """Refuse an extension that the service does not offer."""
        if extension not in self.extensions:
            raise self.refused(token, f"{name} is no part of ADQL and not offered here{instead}", ErrorCode.EXTENSION)

    def needs_new(self, token: Token, name: str) -> None:
        """Refuse in ADQL 2.0 what ADQL 2.1 brought."""
        if self.version == "2.0":
            raise self.refused(
                token, f"{name} came with ADQL 2.1, and this query is read as ADQL 2.0", ErrorCode.VERSION
            )

    def refused(
        self, place: Token | tree.Node, message: str, code: ErrorCode = ErrorCode.SYNTAX, suggestion: str = ""
    ) -> ADQLError:
        """Make an error."""
        return ADQLError.at(self.text, place.start, place.end, message, code, suggestion)

    def unexpected(self, *wanted: str) -> ADQLError:
        """Make the error about the next token."""
        return unexpected(self.text, Place(self.tokens, self.at, self.opened, wanted))
