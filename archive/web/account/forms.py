# SPDX-License-Identifier: BSD-3-Clause
"""What the account pages take, parsed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from archive.domain.identity import Scope
from archive.errors import InvalidInputError

__all__ = ["EXPIRIES", "SCOPES", "PasswordForm", "TokenForm", "local_address"]

SCOPES = (
    (Scope.READ_DATA, "download files that I may have"),
    (Scope.READ_METADATA, "see all that I may see"),
)
EXPIRIES = (("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), ("never", "never"))

# A path of this site. Browsers take a backslash for a slash and drop tabs and line ends, so an
# address that goes elsewhere can hide behind them; two slashes begin another host's address.
# The logout takes no GET, and nobody logs in to be logged out.
_LOCAL = re.compile(r"/(?![/\\]|logout(?:[/?#]|$))[!-\[\]-~]*")


def local_address(text: str | None, default: str) -> str:
    """Give where to go after the login: `text` where it is an address of this site, else `default`."""
    return text if text is not None and _LOCAL.fullmatch(text) else default


@dataclass(frozen=True)
class TokenForm:
    """A token as it is asked for; `days` is None for one that never expires."""

    name: str
    scopes: frozenset[Scope]
    days: int | None

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "TokenForm":
        """Read the form.

        Raises
        ------
        InvalidInputError
            A scope or the expiry is none of those offered.
        """
        faults = {}
        scopes = _known(form.getlist("scopes"))
        if scopes is None:
            faults["scopes"] = "Choose from what is offered."
        expiry = form.get("expiry", "90")
        if expiry not in dict(EXPIRIES):
            faults["expiry"] = "Choose from what is offered."
        if faults or scopes is None:
            raise InvalidInputError(faults)
        return cls(form.get("name", "").strip(), scopes, None if expiry == "never" else int(expiry))


@dataclass(frozen=True)
class PasswordForm:
    """A change of password."""

    old: str
    new: str

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "PasswordForm":
        """Read the form.

        Raises
        ------
        InvalidInputError
            The new password was not typed twice alike.
        """
        if form.get("new") != form.get("again"):
            raise InvalidInputError({"again": "The two new passwords differ."})
        return cls(form.get("old", ""), form.get("new", ""))


def _known(names: Iterable[str]) -> frozenset[Scope] | None:
    try:
        return frozenset(Scope(name) for name in names)
    except ValueError:
        return None
