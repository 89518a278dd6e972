# SPDX-License-Identifier: BSD-3-Clause
"""The names under which callers own what outlives their request.

Who reads a job reads its results. So a token that may less than its owner has a name of its own,
while what tokens own is open to the person whose they are.
"""

from itertools import chain, combinations

from archive.domain.access import Caller
from archive.domain.identity import Scope

__all__ = ["covers", "names_covered", "names_of_person", "owner_of", "scopes_of"]


def owner_of(caller: Caller) -> str | None:
    """Give the name of a caller, such as ``ada`` or ``ada;read:metadata``; None for nobody known."""
    if caller.is_anonymous:
        return None
    return caller.username if caller.scopes is None else _name_of_token(str(caller.username), caller.scopes)


def scopes_of(owner: str) -> tuple[str, frozenset[Scope] | None]:
    """Give the user name and the scopes of a name that `owner_of` gave."""
    username, is_limited, scopes = owner.partition(";")
    return username, frozenset(map(Scope, filter(None, scopes.split(",")))) if is_limited else None


def names_covered(owner: str) -> tuple[str, ...]:
    """Give all names whose things are open to an owner: a person's are also those of all the person's tokens."""
    return (owner,) if ";" in owner else names_of_person(owner)


def names_of_person(owner: str) -> tuple[str, ...]:
    """Give all names under which a person owns something, by any of them."""
    username = owner.partition(";")[0]
    sets = chain.from_iterable(combinations(Scope, count) for count in range(len(Scope) + 1))
    return (username, *(_name_of_token(username, scopes) for scopes in sets))


def covers(owner: str | None, other: str | None) -> bool:
    """Whether what `other` owns is open to `owner`; what nobody known owns is open to all."""
    return other is None or (owner is not None and other in names_covered(owner))


def _name_of_token(username: str, scopes: frozenset[Scope] | tuple[Scope, ...]) -> str:
    return f"{username};{','.join(sorted(scopes))}"
