# SPDX-License-Identifier: BSD-3-Clause
"""Who asks, in the words that the policies of the database read (``archive.caller``)."""

import json
from dataclasses import dataclass
from datetime import datetime

from archive.domain.access import Caller
from archive.domain.identity import Scope

__all__ = ["Site", "caller_words", "knows_all"]


@dataclass(frozen=True)
class Site:
    """What published columns tell of the archive itself.

    Parameters
    ----------
    base_url
        By which users reach it, without a slash at the end.
    authority
        Of its IVOA identifiers.
    """

    base_url: str
    authority: str


def knows_all(caller: Caller) -> bool:
    """Tell whether a caller may know of all files."""
    return caller.is_staff and caller.is_granted(Scope.READ_METADATA)


def caller_words(caller: Caller, now: datetime, site: Site) -> str:
    """Give the value of the setting ``archive.caller``.

    Parameters
    ----------
    now
        An aware time, by which releases are judged.
    """
    sees, reads = (caller.is_granted(scope) for scope in (Scope.READ_METADATA, Scope.READ_DATA))
    programs = sorted(caller.programs)
    return json.dumps(
        {
            "sees_all": knows_all(caller),
            "sees": programs if sees else [],
            # Nobody may read what they may not know of.
            "reads_all": reads and caller.is_staff,
            "reads": programs if reads else [],
            "now": now.isoformat(),
            "base_url": site.base_url,
            "authority": site.authority,
        }
    )
