# SPDX-License-Identifier: BSD-3-Clause
"""Personal tokens; a secret is never stored, its hash is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from archive.db.accounts import caller_columns, caller_from
from archive.db.schema import AccountRow, TokenRow
from archive.db.session import UnitOfWork
from archive.domain.access import Caller
from archive.domain.identity import Scope, Token

__all__ = ["StoredToken", "TokenStore"]


@dataclass(frozen=True)
class StoredToken:
    """A token as it is checked: whose it is, and what it must match.

    Parameters
    ----------
    is_active
        Whether the account may log in.
    """

    caller: Caller
    secret_hash: str
    is_active: bool
    expires: datetime | None
    last_used: datetime | None
    is_revoked: bool


class TokenStore:
    """Tokens, found by the public part."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def add(
        self,
        *,
        key: str,
        secret_hash: str,
        user_id: int,
        name: str,
        scopes: frozenset[Scope],
        created: datetime,
        expires: datetime | None,
    ) -> Token:
        """Store a new token."""
        row = TokenRow(
            key=key,
            secret_hash=secret_hash,
            account_id=user_id,
            name=name,
            scopes=sorted(scopes),
            created=created,
            expires=expires,
        )
        self._session.add(row)
        return _token(row)

    def find(self, key: str, address: str) -> StoredToken | None:
        """Find a token by its public part."""
        statement = (
            caller_columns()
            .join(TokenRow, TokenRow.account_id == AccountRow.id)
            .add_columns(TokenRow.secret_hash, TokenRow.scopes, TokenRow.expires, TokenRow.last_used, TokenRow.revoked)
            .where(TokenRow.key == key)
        )
        row = self._session.execute(statement).one_or_none()
        if row is None:
            return None
        scopes = frozenset(Scope(scope) for scope in row.scopes)
        return StoredToken(
            caller=caller_from(row.id, row.username, row.roles, row.programs, address=address, scopes=scopes),
            secret_hash=row.secret_hash,
            is_active=row.is_active,
            expires=row.expires,
            last_used=row.last_used,
            is_revoked=row.revoked is not None,
        )

    def of_user(self, user_id: int) -> tuple[Token, ...]:
        """Give the tokens of a user that are not revoked, the newest first."""
        statement = (
            select(TokenRow)
            .where(TokenRow.account_id == user_id, TokenRow.revoked.is_(None))
            .order_by(TokenRow.created.desc(), TokenRow.key)
        )
        return tuple(_token(row) for row in self._session.scalars(statement))

    def remove_ended(self, user_id: int, before: datetime) -> None:
        """Forget a user's tokens that expired or were revoked before then."""
        ended = (TokenRow.expires <= before) | (TokenRow.revoked <= before)
        self._session.execute(delete(TokenRow).where(TokenRow.account_id == user_id, ended))

    def remove(self, keys: Iterable[str]) -> None:
        """Forget tokens."""
        self._session.execute(delete(TokenRow).where(TokenRow.key.in_(list(keys))))

    def revoke(self, user_id: int, key: str, now: datetime) -> bool:
        """Revoke a user's token; False when the user has none of this key."""
        statement = (
            update(TokenRow)
            .where(TokenRow.account_id == user_id, TokenRow.key == key, TokenRow.revoked.is_(None))
            .values(revoked=now)
            .returning(TokenRow.key)
        )
        return self._session.scalar(statement) is not None

    def note_use(self, key: str, now: datetime) -> None:
        """Note when a token was last used."""
        self._session.execute(update(TokenRow).where(TokenRow.key == key).values(last_used=now))


def _token(row: TokenRow) -> Token:
    return Token(
        key=row.key,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created=row.created,
        expires=row.expires,
        last_used=row.last_used,
        is_revoked=row.revoked is not None,
    )
