# SPDX-License-Identifier: BSD-3-Clause
"""Who people are: users, their roles, personal tokens and their scopes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Membership", "Role", "Scope", "Token", "User", "normal_username", "password_faults"]

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PASSWORD_LENGTH = (8, 1024)


class Role(StrEnum):
    """What a user may do beyond reading; staff are all but ordinary users."""

    OPERATOR = "operator"
    CURATOR = "curator"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a personal token is good for."""

    READ_METADATA = "read:metadata"
    READ_DATA = "read:data"


@dataclass(frozen=True)
class User:
    """One account."""

    id: int
    username: str
    full_name: str
    email: str
    roles: frozenset[Role]
    is_active: bool


@dataclass(frozen=True)
class Token:
    """A personal token as its owner sees it; the secret is shown once, at its making.

    Parameters
    ----------
    key
        The public part, safe to log.
    """

    key: str
    name: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime | None
    last_used: datetime | None
    is_revoked: bool


@dataclass(frozen=True)
class Membership:
    """A program that a user belongs to."""

    propid: str
    title: str
    pi: str
    is_pi: bool


def normal_username(text: str) -> str | None:
    """Bring a user name to the form in which it is stored; None when no account can have it."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    return name if _USERNAME.fullmatch(name) else None


def password_faults(password: str, username: str) -> str:
    """Tell why a password cannot be taken; empty when it can.

    Notes
    -----
    Length is asked for and kinds of letters are not (NIST SP 800-63B §5.1.1.2).
    """
    shortest, longest = _PASSWORD_LENGTH
    if len(password) < shortest:
        return f"A password has at least {shortest} characters."
    if len(password) > longest:
        return f"A password has at most {longest} characters."
    if password.lower() == username:
        return "The password must not be the user name."
    return ""
