# SPDX-License-Identifier: BSD-3-Clause
"""The names under which callers own what outlives their request.

Who reads a job reads its results. So a token that may less than its owner has a name of its own.
"""

from archive.domain.access import Caller
from archive.domain.identity import Scope

__all__ = ["owner_of", "scopes_of"]


def owner_of(caller: Caller) -> str | None:
    """Give the name of a caller, such as ``ada`` or ``ada;read:metadata``; None for nobody known."""
    if caller.is_anonymous:
        return None
    return caller.username if caller.scopes is None else f"{caller.username};{','.join(sorted(caller.scopes))}"


def scopes_of(owner: str) -> tuple[str, frozenset[Scope] | None]:
    """Give the user name and the scopes of a name that `owner_of` gave."""
    username, is_limited, scopes = owner.partition(";")
    return username, frozenset(map(Scope, filter(None, scopes.split(",")))) if is_limited else None
