# SPDX-License-Identifier: BSD-3-Clause
"""The access rule: who may know of a product, and who may have its bytes.

There are two clocks: `metadata_release` opens what is known about a product, `data_release`
its bytes. ``db/visibility.py`` is this rule as SQL; a property test holds the two together.
"""

from dataclasses import dataclass, field
from datetime import datetime

from archive.domain.identity import Role, Scope

__all__ = ["ANONYMOUS", "Caller", "Rights", "may_know_program", "may_read", "may_see"]


@dataclass(frozen=True)
class Caller:
    """Whoever asks: a person in a browser, a program with a token, or nobody known.

    Parameters
    ----------
    user_id
        None for the anonymous caller.
    username
        For logs and pages; empty for the anonymous caller.
    programs
        Ids of the programs whose team this caller belongs to.
    roles
        Staff roles; any of them opens all holdings.
    scopes
        What a token is good for; None for a person logged in, who may do all that is theirs.
    address
        Where the request comes from, for the trail.
    """

    user_id: int | None = None
    username: str = ""
    programs: frozenset[int] = field(default_factory=frozenset)
    roles: frozenset[Role] = field(default_factory=frozenset)
    scopes: frozenset[Scope] | None = None
    address: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is logged in."""
        return self.user_id is None

    @property
    def is_staff(self) -> bool:
        """Whether any staff role is held."""
        return bool(self.roles)

    def is_granted(self, scope: Scope) -> bool:
        """Whether the caller's credentials are good for `scope`."""
        return self.scopes is None or scope in self.scopes


ANONYMOUS = Caller()


@dataclass(frozen=True)
class Rights:
    """What decides on access to one product.

    Parameters
    ----------
    program_id
        The program it belongs to; None when it has none, which leaves staff and the clocks.
    metadata_release, data_release
        Aware times; None means never, until somebody sets a date.
    is_hidden
        Taken out of sight by a curator: staff alone see it.
    """

    program_id: int | None
    metadata_release: datetime | None
    data_release: datetime | None
    is_hidden: bool = False


def may_see(caller: Caller, rights: Rights, now: datetime) -> bool:
    """Whether the caller may know that the product exists, and all its metadata."""
    return _is_open(caller, rights, rights.metadata_release, Scope.READ_METADATA, now)


def may_read(caller: Caller, rights: Rights, now: datetime) -> bool:
    """Whether the caller may have the product's bytes; never without `may_see`."""
    return may_see(caller, rights, now) and _is_open(caller, rights, rights.data_release, Scope.READ_DATA, now)


def may_know_program(caller: Caller, program_id: int, *, is_private: bool) -> bool:
    """Whether the caller may know what a program is about and whose it is: title, abstract, people.

    A program with private metadata keeps them to its team and to staff, also when some of its
    files, such as calibrations, are public; of these everybody may know its id.
    """
    if not is_private:
        return True
    return caller.is_granted(Scope.READ_METADATA) and (caller.is_staff or program_id in caller.programs)


def _is_open(caller: Caller, rights: Rights, release: datetime | None, scope: Scope, now: datetime) -> bool:
    if caller.is_granted(scope):
        if caller.is_staff:
            return True
        if rights.program_id in caller.programs and not rights.is_hidden:
            return True
    return not rights.is_hidden and release is not None and release <= now
