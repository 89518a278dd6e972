# SPDX-License-Identifier: BSD-3-Clause
"""The archive's exceptions.

One root, each class with a code word for machines, a status for HTTP, and a message
that was written for the public. The cause goes to the log, never to the caller.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

__all__ = [
    "ArchiveError",
    "ConfigError",
    "ConflictError",
    "CredentialsError",
    "InvalidInputError",
    "NotFoundError",
    "NotHeldError",
    "PermissionDeniedError",
    "ProprietaryError",
    "QueryRefusedError",
    "RateLimitedError",
    "StorageFullError",
    "TokenError",
    "UnavailableError",
    "UnknownNameError",
    "UnreadableBodyError",
]


class ArchiveError(Exception):
    """Root of all that the archive raises on purpose.

    Parameters
    ----------
    message
        What the public reads.
    """

    code = "error"
    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(ArchiveError):
    """A setting is missing, unknown or of the wrong form."""

    code = "config"


class InvalidInputError(ArchiveError):
    """One or more fields hold values that cannot be used.

    Parameters
    ----------
    fields
        Field name to what is wrong with it, all of them, not the first only.
    """

    code = "invalid_input"
    status = 400

    def __init__(self, fields: Mapping[str, str], message: str | None = None) -> None:
        self.fields = dict(fields)
        super().__init__(message or "; ".join(f"{name}: {why}" for name, why in self.fields.items()))


class UnknownNameError(InvalidInputError):
    """A field names something that nobody knows (400).

    Parameters
    ----------
    suggestions
        Names that were perhaps meant.
    """

    code = "unknown_name"

    def __init__(self, field: str, message: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__({field: message})
        self.suggestions = tuple(suggestions)


class QueryRefusedError(InvalidInputError):
    """A query in ADQL is wrong (400).

    Parameters
    ----------
    message
        What is wrong, without the place.
    line, column
        Where, both from 1.
    mark
        The line of the mistake with a mark under it.
    suggestion
        What to write instead; empty where nothing can be said.
    """

    code = "query_refused"

    def __init__(self, message: str, *, line: int, column: int, mark: str, suggestion: str = "") -> None:
        super().__init__({"query": message}, f"Line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.mark = mark
        self.suggestion = suggestion


class CredentialsError(ArchiveError):
    """Nobody is logged in where somebody must be, or the credentials do not hold (401)."""

    code = "unauthenticated"
    status = 401


class TokenError(CredentialsError):
    """A token was sent and does not hold (401, RFC 6750 §3.1 ``invalid_token``).

    Parameters
    ----------
    code
        ``token_unknown``, ``token_expired`` or ``token_revoked``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PermissionDeniedError(ArchiveError):
    """The caller is known and has no right to this (403)."""

    code = "forbidden"
    status = 403


class ProprietaryError(PermissionDeniedError):
    """The pixels are still proprietary and the caller is not of the program's team (403).

    Parameters
    ----------
    release
        When the data become public; None when no date is set.
    """

    code = "proprietary"

    def __init__(self, message: str, release: datetime | None) -> None:
        super().__init__(message)
        self.release = release


class UnreadableBodyError(ArchiveError):
    """The body of a request is of a kind that is not read here (415)."""

    code = "unsupported_media_type"
    status = 415


class NotFoundError(ArchiveError):
    """No such thing, or none that this caller may know of (404).

    Parameters
    ----------
    suggestions
        Names that were perhaps meant.
    """

    code = "not_found"
    status = 404

    def __init__(self, message: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.suggestions = tuple(suggestions)


class NotHeldError(NotFoundError):
    """The product is known from a catalogue, its bytes are not held here (404)."""

    code = "not_held"


class ConflictError(ArchiveError):
    """The thing exists already, or is in a state that forbids the step (409)."""

    code = "conflict"
    status = 409


class RateLimitedError(ArchiveError):
    """Too many tries (429).

    Parameters
    ----------
    retry_after
        Seconds until another try is worth it.
    """

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ArchiveError):
    """The database, the store or an outer service does not answer just now (503)."""

    code = "unavailable"
    status = 503


class StorageFullError(UnavailableError):
    """The file store has no room left; nothing was stored (507)."""

    code = "storage_full"
    status = 507
