# SPDX-License-Identifier: BSD-3-Clause
"""Accounts, their sessions and tokens, and failed logins."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.schema.base import Base, facts

__all__ = ["AccountRow", "LoginFailureRow", "SessionRow", "TokenRow"]


class AccountRow(Base):
    """One person."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    username: Mapped[str] = mapped_column(
        unique=True, info=facts("User name", "Login name, lower case.", ucd="meta.id")
    )
    full_name: Mapped[str] = mapped_column(default="", info=facts("Name", "Name of the person.", ucd="meta.title"))
    email: Mapped[str] = mapped_column(
        default="", info=facts("E-mail", "Where mail reaches the person.", ucd="meta.email")
    )
    password_hash: Mapped[str | None] = mapped_column(
        info=facts("Password", "Argon2 hash; empty: no login by password.", ucd="meta.code")
    )
    roles: Mapped[list[str]] = mapped_column(default=list, info=facts("Roles", "Staff roles.", ucd="meta.code"))
    is_active: Mapped[bool] = mapped_column(
        default=True, info=facts("Active", "Whether the account may log in.", ucd="meta.code")
    )
    created: Mapped[datetime] = mapped_column(info=facts("Created", "When the account was made.", ucd="time.creation"))
    last_login: Mapped[datetime | None] = mapped_column(
        info=facts("Last login", "When the person last logged in.", ucd="time")
    )


class SessionRow(Base):
    """A login in a browser; the cookie holds the key, the table its hash."""

    __tablename__ = "session"

    key_hash: Mapped[str] = mapped_column(
        primary_key=True, info=facts("Key", "SHA-256 of the session's key.", ucd="meta.id")
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True, info=facts("Account", "Who.", ucd="meta.id")
    )
    created: Mapped[datetime] = mapped_column(info=facts("Created", "When it began.", ucd="time.start"))
    expires: Mapped[datetime] = mapped_column(info=facts("Expires", "When it ends.", ucd="time.end"))


class TokenRow(Base):
    """A personal token for programs; only the hash of its secret is kept."""

    __tablename__ = "token"

    key: Mapped[str] = mapped_column(primary_key=True, info=facts("Key", "Public part of the token.", ucd="meta.id"))
    secret_hash: Mapped[str] = mapped_column(info=facts("Secret", "SHA-256 of the secret part.", ucd="meta.code"))
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True, info=facts("Account", "Whose it is.", ucd="meta.id")
    )
    name: Mapped[str] = mapped_column(info=facts("Name", "What its owner calls it.", ucd="meta.title"))
    scopes: Mapped[list[str]] = mapped_column(info=facts("Scopes", "What it is good for.", ucd="meta.code"))
    created: Mapped[datetime] = mapped_column(info=facts("Created", "When it was made.", ucd="time.creation"))
    expires: Mapped[datetime | None] = mapped_column(
        info=facts("Expires", "When it ends; empty: never.", ucd="time.end")
    )
    last_used: Mapped[datetime | None] = mapped_column(info=facts("Last used", "When it was last used.", ucd="time"))
    revoked: Mapped[datetime | None] = mapped_column(info=facts("Revoked", "When it was revoked.", ucd="time.end"))


class LoginFailureRow(Base):
    """A failed login, kept as long as it counts against the rate limit."""

    __tablename__ = "login_failure"
    __table_args__ = (Index("ix_login_failure_subject_failed", "subject", "failed"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=facts("Id", "Internal key.", ucd="meta.id"))
    subject: Mapped[str] = mapped_column(
        info=facts("Subject", "The user name or network address tried.", ucd="meta.id")
    )
    failed: Mapped[datetime] = mapped_column(info=facts("When", "When it failed.", ucd="time"))
