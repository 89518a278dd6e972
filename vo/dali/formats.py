# SPDX-License-Identifier: BSD-3-Clause
"""The form of an answer: RESPONSEFORMAT, FORMAT or the header Accept (DALI 1.1 §3.4.3)."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from vo.dali.faults import UsageError
from vo.dali.parameters import Parameters

__all__ = ["MediaFormat", "choose_format"]


class MediaFormat(Protocol):
    """What can be asked for: its media type, and the short words that mean it."""

    @property
    def media_type(self) -> str:
        """As in Content-Type, with parameters."""

    @property
    def aliases(self) -> Sequence[str]:
        """Other words and media types for it."""


F = TypeVar("F", bound=MediaFormat)


def choose_format(parameters: Parameters, formats: Sequence[F], accept: Sequence[str] = ()) -> F:
    """Find the form of the answer.

    Parameters
    ----------
    formats
        All there are; the first one is given where nothing is asked for.
    accept
        Media types of the header Accept, best first; the first that is known counts, where no
        parameter asks.

    Raises
    ------
    UsageError
        RESPONSEFORMAT or FORMAT asks for something unknown, or for two things.
    """
    known = {_plain(word): each for each in reversed(formats) for word in (each.media_type, *each.aliases)}
    # A bare media type means the first format of that type.
    types = {_plain(each.media_type).partition(";")[0]: each for each in reversed(formats)}
    chosen = None
    for name in ("RESPONSEFORMAT", "FORMAT"):
        text = parameters.one(name)
        if text is None:
            continue
        found = known.get(_plain(text)) or types.get(_plain(text))
        if found is None:
            words = ", ".join(each.aliases[0] if each.aliases else each.media_type for each in formats)
            raise UsageError(f"{name} '{text[:60]}' is not known here; there are {words}.")
        if chosen is not None and found is not chosen:
            raise UsageError("RESPONSEFORMAT and FORMAT ask for different things.")
        chosen = found
    if chosen is not None:
        return chosen
    wanted = (known.get(_plain(word)) or types.get(_plain(word)) for word in accept)
    return next((each for each in wanted if each is not None), formats[0])


def _plain(media_type: str) -> str:
    """Write a media type or short word in one way only, for comparing."""
    head, *rest = (part.strip().lower().replace('"', "") for part in media_type.split(";"))
    # A plus came as a blank where a client did not encode it.
    head = head.replace(" ", "+")
    return ";".join([head, *sorted(part.replace(" ", "") for part in rest if part)])
