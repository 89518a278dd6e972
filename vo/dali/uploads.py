# SPDX-License-Identifier: BSD-3-Clause
"""The parameter UPLOAD: pairs of name and URI (DALI 1.1 §3.4.5)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vo.dali.faults import UsageError

__all__ = ["UploadReference", "parse_uploads"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# TAP 1.0 put several pairs into one value with semicolons, which may stand in a URI as well.
_BETWEEN = re.compile(r";(?=\s*[A-Za-z][A-Za-z0-9_]*\s*,)")


@dataclass(frozen=True)
class UploadReference:
    """One thing to upload.

    Parameters
    ----------
    name
        As the query calls it.
    uri
        Where it is.
    """

    name: str
    uri: str

    @property
    def part(self) -> str | None:
        """The name of the part of this very request that holds it; None if it lies elsewhere."""
        scheme, _, rest = self.uri.partition(":")
        return rest if scheme.lower() == "param" else None


def parse_uploads(values: Iterable[str], most: int = 100) -> tuple[UploadReference, ...]:
    """Read all values of UPLOAD.

    Parameters
    ----------
    most
        How many are taken.

    Raises
    ------
    UsageError
        A value is no pair, a name is not allowed or comes twice, or there are too many.
    """
    found: dict[str, UploadReference] = {}
    for text in (piece for value in values for piece in _BETWEEN.split(value)):
        if not text.strip():
            continue
        reference = _read(text)
        # Table names are the same whatever their case (TAP 1.1 §2.7.6).
        known = found.setdefault(reference.name.lower(), reference)
        if known != reference:
            raise UsageError(f"UPLOAD names '{reference.name[:60]}' twice; each uploaded table needs its own name.")
    if len(found) > most:
        raise UsageError(f"UPLOAD brings {len(found)} tables; {most} are taken at most.")
    return tuple(found.values())


def _read(text: str) -> UploadReference:
    name, comma, uri = (part.strip() for part in text.partition(","))
    if not comma or not uri:
        raise UsageError(f"UPLOAD must be a name and a URI, as in 'mine,param:part'; it was '{text.strip()[:60]}'.")
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise UsageError(
            f"An uploaded table's name has letters, digits and underscores and begins with a letter; "
            f"'{name[:60]}' is no such name."
        )
    return UploadReference(name, uri)
