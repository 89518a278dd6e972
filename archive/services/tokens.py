# SPDX-License-Identifier: BSD-3-Clause
"""Personal tokens: ``archive-<key>.<secret>``, shown once, kept as a hash."""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.db.session import Database
from archive.db.tokens import TokenStore
from archive.domain.access import Caller
from archive.domain.clock import Clock
from archive.domain.identity import Scope, Token
from archive.errors import InvalidInputError, NotFoundError, PermissionDeniedError, TokenError

__all__ = ["LONGEST_LIFE_DAYS", "IssuedToken", "TokenService"]

LONGEST_LIFE_DAYS = 3650
_DAY = timedelta(days=1)
_MOST = 100
# Who comes with a token that ended is told what became of it, for this long.
_REMEMBER = timedelta(days=30)
_NOTE_USE_EVERY = timedelta(minutes=1)
_LETTERS = string.ascii_letters + string.digits
_FORM = re.compile(r"archive-([A-Za-z0-9]{16})\.([A-Za-z0-9]{43})")


@dataclass(frozen=True)
class IssuedToken:
    """A new token and its text, which nobody can show again."""

    token: Token
    text: str


class TokenService:
    """Tokens by which programs act for a person."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def issue(self, caller: Caller, name: str, scopes: Iterable[Scope], days: int | None) -> IssuedToken:
        """Make a token.

        Programs that log in make one of a day each time, so these are never too many: the oldest give way.

        Parameters
        ----------
        name
            What its owner calls it.
        days
            How long it holds; None: until it is revoked.

        Raises
        ------
        PermissionDeniedError
            The caller is no person logged in: a token cannot make tokens.
        InvalidInputError
            Name, scopes or days cannot be taken.
        """
        user_id = _person(caller)
        granted = frozenset(scopes)
        name = name.strip()
        faults = _faults(name, granted, days)
        if faults:
            raise InvalidInputError(faults)
        now = self._clock()
        key, secret = _random(16), _random(43)
        with self._database.begin() as uow:
            store = TokenStore(uow)
            store.remove_ended(user_id, now - _REMEMBER)
            _make_room(store, user_id, now, is_of_a_day=days == 1)
            token = store.add(
                key=key,
                secret_hash=_hash(secret),
                user_id=user_id,
                name=name,
                scopes=granted,
                created=now,
                expires=None if days is None else now + timedelta(days=days),
            )
        return IssuedToken(token, f"archive-{key}.{secret}")

    def list(self, caller: Caller) -> tuple[Token, ...]:
        """Give the caller's tokens that are not revoked.

        Raises
        ------
        PermissionDeniedError
            The caller is no person logged in.
        """
        user_id = _person(caller)
        with self._database.begin() as uow:
            return TokenStore(uow).of_user(user_id)

    def revoke(self, caller: Caller, key: str) -> None:
        """Revoke one of the caller's tokens.

        Raises
        ------
        PermissionDeniedError
            The caller is no person logged in.
        NotFoundError
            The caller has no such token.
        """
        user_id = _person(caller)
        with self._database.begin() as uow:
            if not TokenStore(uow).revoke(user_id, key, self._clock()):
                raise NotFoundError("You have no such token.")

    def caller_of_token(self, text: str, address: str) -> Caller:
        """Give for whom a token speaks.

        Raises
        ------
        TokenError
            It is unknown, expired or revoked, and which of these is told only to who has its secret.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise TokenError("token_unknown", "This token is not known here.")
        key, secret = match.groups()
        now = self._clock()
        with self._database.begin() as uow:
            store = TokenStore(uow)
            found = store.find(key, address)
            is_right = hmac.compare_digest(found.secret_hash if found else "", _hash(secret))
            if found is None or not is_right or not found.is_active:
                raise TokenError("token_unknown", "This token is not known here.")
            if found.is_revoked:
                raise TokenError("token_revoked", "This token has been revoked.")
            if found.expires is not None and found.expires <= now:
                raise TokenError("token_expired", "This token has expired.")
            if found.last_used is None or now - found.last_used >= _NOTE_USE_EVERY:
                store.note_use(key, now)
        return found.caller


def _person(caller: Caller) -> int:
    if caller.user_id is None or caller.scopes is not None:
        raise PermissionDeniedError("Tokens are made and revoked by a person who is logged in.")
    return caller.user_id


def _make_room(store: TokenStore, user_id: int, now: datetime, *, is_of_a_day: bool) -> None:
    living = [token for token in store.of_user(user_id) if token.expires is None or token.expires > now]
    alike = [token for token in living if _is_of_a_day(token) == is_of_a_day]
    if is_of_a_day:
        store.remove(token.key for token in alike[_MOST - 1 :])
    elif len(alike) >= _MOST:
        raise InvalidInputError({"name": f"You have {_MOST} tokens. Revoke one first."})


def _is_of_a_day(token: Token) -> bool:
    return token.expires is not None and token.expires - token.created <= _DAY


def _faults(name: str, scopes: frozenset[Scope], days: int | None) -> dict[str, str]:
    faults = {}
    if not name or len(name) > 100 or not name.isprintable():
        faults["name"] = "Give the token a name of 1 to 100 printable characters."
    if not scopes:
        faults["scopes"] = "Choose what the token is good for."
    if days is not None and not 1 <= days <= LONGEST_LIFE_DAYS:
        faults["days"] = f"A token holds for 1 to {LONGEST_LIFE_DAYS} days."
    return faults


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _hash(secret: str) -> str:
    # The secret is 256 random bits: nothing to guess, so a fast hash serves.
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
