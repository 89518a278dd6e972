# SPDX-License-Identifier: BSD-3-Clause
"""Accounts and the programs they belong to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import AccountRow, ProgramMemberRow, ProgramRow
from archive.db.session import UnitOfWork
from archive.domain.access import Caller
from archive.domain.identity import Membership, Role, Scope, User

__all__ = ["AccountStore", "StoredPassword", "caller_columns", "caller_from"]

# The programs come with the account in one statement: every request pays for it.
_PROGRAMS = func.array(
    select(ProgramMemberRow.program_id)
    .where(ProgramMemberRow.account_id == AccountRow.id)
    .correlate(AccountRow)
    .scalar_subquery()
).label("programs")


@dataclass(frozen=True)
class StoredPassword:
    """What a login is checked against."""

    user_id: int
    password_hash: str | None
    is_active: bool


class AccountStore:
    """People's accounts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def add(
        self,
        *,
        username: str,
        full_name: str,
        email: str,
        password_hash: str | None,
        roles: frozenset[Role],
        created: datetime,
    ) -> User | None:
        """Store a new account; None when the user name is taken."""
        statement = (
            insert(AccountRow)
            .values(
                username=username,
                full_name=full_name,
                email=email,
                password_hash=password_hash,
                roles=sorted(roles),
                is_active=True,
                created=created,
            )
            .on_conflict_do_nothing(index_elements=["username"])
            .returning(AccountRow)
        )
        row = self._session.scalars(statement).one_or_none()
        return None if row is None else _user(row)

    def by_username(self, username: str) -> User | None:
        """Find an account by its normal user name."""
        row = self._session.scalars(select(AccountRow).where(AccountRow.username == username)).one_or_none()
        return None if row is None else _user(row)

    def all(self) -> tuple[User, ...]:
        """Give all accounts, by user name."""
        return tuple(_user(row) for row in self._session.scalars(select(AccountRow).order_by(AccountRow.username)))

    def caller_of(self, username: str, scopes: frozenset[Scope] | None) -> Caller | None:
        """Give the caller as whom somebody acts; None if there is no such account, or it is closed."""
        statement = caller_columns().where(AccountRow.username == username, AccountRow.is_active)
        row = self._session.execute(statement).one_or_none()
        if row is None:
            return None
        return caller_from(row.id, row.username, row.roles, row.programs, address="", scopes=scopes)

    def password_of(self, username: str) -> StoredPassword | None:
        """Give what a login by this user name is checked against."""
        row = self._session.execute(
            select(AccountRow.id, AccountRow.password_hash, AccountRow.is_active).where(AccountRow.username == username)
        ).one_or_none()
        return None if row is None else StoredPassword(row.id, row.password_hash, row.is_active)

    def set_password(self, user_id: int, password_hash: str) -> None:
        """Keep another hash."""
        self._session.execute(update(AccountRow).where(AccountRow.id == user_id).values(password_hash=password_hash))

    def set_active(self, user_id: int, *, is_active: bool) -> None:
        """Open or close an account."""
        self._session.execute(update(AccountRow).where(AccountRow.id == user_id).values(is_active=is_active))

    def note_login(self, user_id: int, now: datetime) -> None:
        """Note when the person last logged in."""
        self._session.execute(update(AccountRow).where(AccountRow.id == user_id).values(last_login=now))

    def join(self, user_id: int, propid: str, *, is_pi: bool) -> bool:
        """Take a user into a program's team; False when there is no such program."""
        program_id = self._session.scalar(select(ProgramRow.id).where(ProgramRow.propid == propid))
        if program_id is None:
            return False
        statement = insert(ProgramMemberRow).values(program_id=program_id, account_id=user_id, is_pi=is_pi)
        self._session.execute(
            statement.on_conflict_do_update(index_elements=["program_id", "account_id"], set_={"is_pi": is_pi})
        )
        return True

    def memberships(self, user_id: int) -> tuple[Membership, ...]:
        """Give the programs of a user, by proposal id."""
        statement = (
            select(ProgramRow.propid, ProgramRow.title, ProgramRow.pi, ProgramMemberRow.is_pi)
            .join(ProgramMemberRow, ProgramMemberRow.program_id == ProgramRow.id)
            .where(ProgramMemberRow.account_id == user_id)
            .order_by(ProgramRow.propid)
        )
        return tuple(Membership(row.propid, row.title, row.pi, row.is_pi) for row in self._session.execute(statement))


def caller_columns() -> Select[tuple[int, str, list[str], bool, list[int]]]:
    """Begin a statement that yields what `caller_from` needs; join a session or token to it."""
    return select(AccountRow.id, AccountRow.username, AccountRow.roles, AccountRow.is_active, _PROGRAMS)


def caller_from(
    user_id: int,
    username: str,
    roles: list[str],
    programs: list[int],
    *,
    address: str,
    scopes: frozenset[Scope] | None = None,
) -> Caller:
    """Make the caller from what a row of `caller_columns` says."""
    return Caller(
        user_id=user_id,
        username=username,
        programs=frozenset(programs),
        roles=frozenset(Role(role) for role in roles),
        scopes=scopes,
        address=address,
    )


def _user(row: AccountRow) -> User:
    return User(
        id=row.id,
        username=row.username,
        full_name=row.full_name,
        email=row.email,
        roles=frozenset(Role(role) for role in row.roles),
        is_active=row.is_active,
    )
