# SPDX-License-Identifier: BSD-3-Clause
"""Logins in browsers, and the tries that count against the rate limit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from archive.db.accounts import caller_columns, caller_from
from archive.db.schema import AccountRow, LoginFailureRow, SessionRow
from archive.db.session import UnitOfWork
from archive.domain.access import Caller

__all__ = ["LoginFailureStore", "SessionStore"]


class SessionStore:
    """Logins in browsers, found by the hash of the key that the cookie holds."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def add(self, key_hash: str, user_id: int, *, created: datetime, expires: datetime) -> None:
        """Begin a session; those of this user that have run out are removed."""
        self._session.execute(delete(SessionRow).where(SessionRow.account_id == user_id, SessionRow.expires <= created))
        self._session.add(SessionRow(key_hash=key_hash, account_id=user_id, created=created, expires=expires))

    def caller_of(self, key_hash: str, now: datetime, address: str) -> Caller | None:
        """Give whose session it is; None when it is unknown, has run out, or the account is closed."""
        statement = (
            caller_columns()
            .join(SessionRow, SessionRow.account_id == AccountRow.id)
            .where(SessionRow.key_hash == key_hash, SessionRow.expires > now, AccountRow.is_active)
        )
        row = self._session.execute(statement).one_or_none()
        return None if row is None else caller_from(row.id, row.username, row.roles, row.programs, address=address)

    def remove(self, key_hash: str) -> None:
        """End a session."""
        self._session.execute(delete(SessionRow).where(SessionRow.key_hash == key_hash))

    def remove_all_of(self, user_id: int) -> None:
        """End all sessions of a user."""
        self._session.execute(delete(SessionRow).where(SessionRow.account_id == user_id))


class LoginFailureStore:
    """Tries that failed, by subject: a user name or a network address."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def lock(self, subjects: Sequence[str]) -> None:
        """Let one login at a time count the tries of these subjects, until the end of the transaction."""
        for subject in sorted(subjects):
            self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))

    def of(self, subject: str) -> tuple[datetime, ...]:
        """Give when the tries of a subject failed, the oldest first."""
        statement = (
            select(LoginFailureRow.failed).where(LoginFailureRow.subject == subject).order_by(LoginFailureRow.failed)
        )
        return tuple(self._session.scalars(statement))

    def add(self, subjects: Sequence[str], now: datetime) -> tuple[int, ...]:
        """Count a try against each subject; give the keys by which it can be taken back."""
        statement = insert(LoginFailureRow).returning(LoginFailureRow.id)
        rows = [{"subject": subject, "failed": now} for subject in subjects]
        return tuple(self._session.scalars(statement, rows))

    def forgive(self, keys: Sequence[int], subject: str) -> None:
        """Take back the tries with these keys, and all of `subject`."""
        self._session.execute(
            delete(LoginFailureRow).where(LoginFailureRow.id.in_(keys) | (LoginFailureRow.subject == subject))
        )

    def remove_before(self, start: datetime, subjects: Sequence[str]) -> None:
        """Forget what no longer counts, of these subjects, which are locked, and a few of any others."""
        counted_out = LoginFailureRow.failed <= start
        others = select(LoginFailureRow.id).where(counted_out).limit(100).with_for_update(skip_locked=True)
        self._session.execute(delete(LoginFailureRow).where(counted_out, LoginFailureRow.subject.in_(subjects)))
        self._session.execute(delete(LoginFailureRow).where(LoginFailureRow.id.in_(others)))
