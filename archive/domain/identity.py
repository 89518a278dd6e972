# SPDX-License-Identifier: BSD-3-Clause
"""Who people are: users, their roles, personal tokens and their scopes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Role", "Scope", "Token", "User"]


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
