# SPDX-License-Identifier: BSD-3-Clause
"""Accounts, and logging in to them."""

import hashlib
import ipaddress
import math
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from archive.db.accounts import AccountStore
from archive.db.logins import LoginFailureStore, SessionStore
from archive.db.session import Database
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.clock import Clock
from archive.domain.identity import Membership, Role, User, normal_username, password_faults
from archive.domain.owners import scopes_of
from archive.errors import (
    ConflictError,
    CredentialsError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
)
from archive.services.passwords import Passwords

__all__ = ["SESSION_LIFE", "TRIES_PER_ADDRESS", "TRIES_PER_NAME", "TRY_WINDOW", "AccountService"]

SESSION_LIFE = timedelta(days=7)
TRY_WINDOW = timedelta(minutes=15)
TRIES_PER_NAME = 10
TRIES_PER_ADDRESS = 50

_log = structlog.get_logger(__name__)


class AccountService:
    """Accounts with passwords, and sessions.

    Notes
    -----
    `create`, `set_password`, `join`, `users` and `set_active` take no caller: they are for the
    command line of the machine, and no page reaches them.
    """

    def __init__(self, *, database: Database, clock: Clock, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords

    def create(
        self,
        username: str,
        password: str,
        *,
        full_name: str = "",
        email: str = "",
        roles: Iterable[Role] = (),
        propids: Iterable[str] = (),
    ) -> User:
        """Make an account.

        Parameters
        ----------
        propids
            Programs whose team the user belongs to.

        Raises
        ------
        InvalidInputError
            User name or password cannot be taken.
        ConflictError
            The user name is taken.
        NotFoundError
            There is no such program.
        """
        name = normal_username(username)
        if name is None:
            raise InvalidInputError(
                {"username": "A user name has 1 to 64 letters a-z, digits, dots, hyphens or underscores."}
            )
        password_hash = self._hash_of(password, name, "password")
        with self._database.begin() as uow:
            store = AccountStore(uow)
            user = store.add(
                username=name,
                full_name=full_name,
                email=email,
                password_hash=password_hash,
                roles=frozenset(roles),
                created=self._clock(),
            )
            if user is None:
                raise ConflictError(f"There is already an account named {name}.")
            for propid in propids:
                _join(store, user, propid, is_pi=False)
        return user

    def users(self) -> tuple[User, ...]:
        """Give all accounts, by user name."""
        with self._database.begin() as uow:
            return AccountStore(uow).all()

    def join(self, username: str, propid: str, *, is_pi: bool = False) -> None:
        """Take a user into a program's team.

        Raises
        ------
        NotFoundError
            There is no such user or program.
        """
        with self._database.begin() as uow:
            store = AccountStore(uow)
            _join(store, _user(store, username), propid, is_pi=is_pi)

    def set_password(self, username: str, password: str) -> None:
        """Set a password, as an operator; the user's sessions end.

        Raises
        ------
        NotFoundError
            There is no such user.
        InvalidInputError
            The password cannot be taken.
        """
        with self._database.begin() as uow:
            user = _user(AccountStore(uow), username)
        password_hash = self._hash_of(password, user.username, "password")
        with self._database.begin() as uow:
            AccountStore(uow).set_password(user.id, password_hash)
            SessionStore(uow).remove_all_of(user.id)

    def set_active(self, username: str, *, is_active: bool) -> None:
        """Open or close an account; a closed one has no sessions, and its tokens rest.

        Raises
        ------
        NotFoundError
            There is no such user.
        """
        with self._database.begin() as uow:
            store = AccountStore(uow)
            user = _user(store, username)
            store.set_active(user.id, is_active=is_active)
            if not is_active:
                SessionStore(uow).remove_all_of(user.id)

    def change_password(self, caller: Caller, old: str, new: str) -> str:
        """Change one's own password; all other sessions end.

        Returns
        -------
        str
            The key of a new session, in place of the present one.

        Raises
        ------
        PermissionDeniedError
            The caller is no person logged in.
        InvalidInputError
            The old password is wrong, or the new one cannot be taken.
        RateLimitedError
            Too many tries.
        """
        if caller.user_id is None or caller.scopes is not None:
            raise PermissionDeniedError("A password is changed by its owner, who is logged in.")
        keys = self._count_try(caller.username, caller.address)
        with self._database.begin() as uow:
            stored = AccountStore(uow).password_of(caller.username)
        if stored is None or not self._passwords.is_right(old, stored.password_hash):
            raise InvalidInputError({"old": "This is not your present password."})
        password_hash = self._hash_of(new, caller.username, "new")
        with self._database.begin() as uow:
            AccountStore(uow).set_password(caller.user_id, password_hash)
            LoginFailureStore(uow).forgive(keys, _name_subject(caller.username))
            sessions = SessionStore(uow)
            sessions.remove_all_of(caller.user_id)
            return _begin_session(sessions, caller.user_id, self._clock())

    def sign_in(self, username: str, password: str, address: str) -> str:
        """Check user name and password.

        Parameters
        ----------
        address
            The network address of the caller, which may try so often only.

        Returns
        -------
        str
            The key of the new session, for the cookie; only its hash is stored.

        Raises
        ------
        CredentialsError
            They do not fit. Which of the two was wrong is told by neither words nor time.
        RateLimitedError
            Too many tries for this name or from this address.
        """
        name = normal_username(username)
        keys = self._count_try(name, address)
        with self._database.begin() as uow:
            stored = AccountStore(uow).password_of(name) if name else None
        is_right = self._passwords.is_right(password, stored.password_hash if stored else None)
        if stored is None or stored.password_hash is None or not is_right or not stored.is_active:
            _log.info("login failed", username=name, address=address)
            raise CredentialsError("User name or password is wrong.")
        renewed = self._passwords.hash(password) if self._passwords.is_outdated(stored.password_hash) else None
        now = self._clock()
        with self._database.begin() as uow:
            accounts = AccountStore(uow)
            if renewed:
                accounts.set_password(stored.user_id, renewed)
            accounts.note_login(stored.user_id, now)
            LoginFailureStore(uow).forgive(keys, _name_subject(name))
            return _begin_session(SessionStore(uow), stored.user_id, now)

    def sign_out(self, session_key: str) -> None:
        """End a session; one that is unknown has ended already."""
        with self._database.begin() as uow:
            SessionStore(uow).remove(_hash_of_key(session_key))

    def caller_of_session(self, session_key: str, address: str) -> Caller | None:
        """Give whose session it is; None when it has ended."""
        with self._database.begin() as uow:
            return SessionStore(uow).caller_of(_hash_of_key(session_key), self._clock(), address)

    def caller_of_owner(self, owner: str | None) -> Caller:
        """Give the caller who owns something, as `archive.domain.owners` names them, with the rights of today.

        Raises
        ------
        PermissionDeniedError
            The account is gone or closed.
        """
        if owner is None:
            return ANONYMOUS
        username, scopes = scopes_of(owner)
        with self._database.begin() as uow:
            caller = AccountStore(uow).caller_of(username, scopes)
        if caller is None:
            raise PermissionDeniedError("The account that this belongs to is closed.")
        return caller

    def memberships(self, caller: Caller) -> tuple[Membership, ...]:
        """Give the caller's programs."""
        if caller.user_id is None:
            return ()
        with self._database.begin() as uow:
            return AccountStore(uow).memberships(caller.user_id)

    def _hash_of(self, password: str, username: str, field: str) -> str:
        if fault := password_faults(password, username):
            raise InvalidInputError({field: fault})
        return self._passwords.hash(password)

    def _count_try(self, name: str | None, address: str) -> tuple[int, ...]:
        """Count a try before its password is looked at, so that many at once do not slip through."""
        limits = {_name_subject(name): TRIES_PER_NAME, _address_subject(address): TRIES_PER_ADDRESS}
        now = self._clock()
        with self._database.begin() as uow:
            store = LoginFailureStore(uow)
            store.lock(tuple(limits))
            store.remove_before(now - TRY_WINDOW, tuple(limits))
            waits = [
                _seconds_until(tries[-limit] + TRY_WINDOW, now)
                for subject, limit in limits.items()
                if len(tries := store.of(subject)) >= limit
            ]
            if waits:
                _log.warning("too many logins", username=name, address=address)
                raise RateLimitedError("Too many failed logins. Please wait before you try again.", max(waits))
            return store.add(tuple(limits), now)


def _user(store: AccountStore, username: str) -> User:
    name = normal_username(username)
    user = store.by_username(name) if name else None
    if user is None:
        raise NotFoundError("There is no such user.")
    return user


def _join(store: AccountStore, user: User, propid: str, *, is_pi: bool) -> None:
    if not store.join(user.id, propid, is_pi=is_pi):
        raise NotFoundError(f"There is no program {propid}.")


def _begin_session(store: SessionStore, user_id: int, now: datetime) -> str:
    key = secrets.token_urlsafe(32)
    store.add(_hash_of_key(key), user_id, created=now, expires=now + SESSION_LIFE)
    return key


def _hash_of_key(key: str) -> str:
    # The key is 256 random bits: nothing to guess, so a fast hash serves.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _name_subject(name: str | None) -> str:
    # All names that no account can have count as one.
    return f"name {name or '?'}"


def _address_subject(address: str) -> str:
    """Count a whole /64 as one: who has one IPv6 address there has them all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"address {address[:64]}"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return f"address {parsed.ipv4_mapped}"
        return f"address {ipaddress.ip_network((int(parsed), 64), strict=False)}"
    return f"address {parsed}"


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, math.ceil((moment - now).total_seconds()))
