# SPDX-License-Identifier: BSD-3-Clause
"""What a client asks of TAP, read once (TAP 1.1 §2.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from vo.dali import Cancellation, Parameters, UsageError, row_limit
from vo.tables import FORMATS, Format, accepted_format, find_format
from vo.tap.limits import TapLimits

__all__ = ["LANGUAGES", "TapRequest", "TapUpload", "read_request"]

LANGUAGES = {"ADQL": "2.1", "ADQL-2.0": "2.0", "ADQL-2.1": "2.1"}
"""The values of LANG, and the version that each means."""


@dataclass(frozen=True)
class TapUpload:
    """A table that comes with a query.

    Parameters
    ----------
    open
        Gives its file, which may have to be fetched from far away; closed by who opened it.
    """

    name: str
    open: Callable[[Cancellation], BinaryIO]


@dataclass(frozen=True)
class TapRequest:
    """One query.

    Parameters
    ----------
    version
        Of ADQL.
    limit
        Rows at most.
    """

    query: str
    version: str
    limit: int
    form: Format
    uploads: tuple[TapUpload, ...] = ()
    run_id: str = ""


def read_request(
    parameters: Parameters, limits: TapLimits, uploads: tuple[TapUpload, ...] = (), accept: str = ""
) -> TapRequest:
    """Read the parameters of a query.

    Parameters
    ----------
    accept
        The header Accept, which counts where no parameter tells the format.

    Raises
    ------
    UsageError
        Something is missing, unknown or said twice in different ways.
    """
    request = parameters.one("REQUEST")
    if request is not None and request.lower() != "doquery":
        raise UsageError(f"REQUEST can be doQuery only; it was '{request[:60]}'.")
    language = parameters.one("LANG") or "ADQL"
    version = LANGUAGES.get(language.upper().strip())
    if version is None:
        raise UsageError(f"LANG '{language[:60]}' is not known here; there are {', '.join(LANGUAGES)}.")
    query = parameters.one("QUERY")
    if query is None or not query.strip():
        raise UsageError("QUERY is missing: the text of the query.")
    return TapRequest(
        query=query,
        version=version,
        limit=row_limit(parameters, limits.rows),
        form=_format(parameters, accept),
        uploads=uploads,
        run_id=(parameters.one("RUNID") or "")[:64],
    )


def _format(parameters: Parameters, accept: str) -> Format:
    # Both are one (TAP 1.1 §2.7.3); TapPlus sends FORMAT alone.
    words = parameters.one("RESPONSEFORMAT") or parameters.one("FORMAT")
    if words is None:
        return _accepted(accept)
    # A plus that was not encoded came as a blank.
    found = find_format(words) or find_format(words.replace(" ", "+"))
    if found is None:
        known = ", ".join(FORMATS)
        raise UsageError(f"The format '{words[:60]}' is not known here; there are {known}.")
    return found


def _accepted(accept: str) -> Format:
    """Read the header Accept as it is meant: Java's says text/html and TapPlus's text/plain, whatever is wanted."""
    found = accepted_format(accept)
    is_meant = "application/xhtml+xml" in accept if found.name == "html" else found.name != "text"
    return found if is_meant else FORMATS["votable"]
