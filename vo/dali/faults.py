# SPDX-License-Identifier: BSD-3-Clause
"""What goes wrong, in words for the public, with the status of HTTP that belongs to it (DALI 1.1 §4.2)."""

import logging
import secrets
from collections.abc import Callable, Mapping

__all__ = [
    "CancelledError",
    "DALIError",
    "ForbiddenError",
    "NoRoomError",
    "NotFoundError",
    "ServiceError",
    "TooLargeError",
    "TooManyError",
    "UnauthenticatedError",
    "UnavailableError",
    "UsageError",
    "as_fault",
]

_log = logging.getLogger(__name__)


class DALIError(Exception):
    """Root of all faults of a protocol.

    Parameters
    ----------
    message
        What the public reads: plain text, of one or more lines.

    Attributes
    ----------
    infos
        Further facts for programs, by name.
    """

    status = 400
    # Whether the very same request may do better later.
    is_transient = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.infos: Mapping[str, str] = {}


class UsageError(DALIError):
    """The request cannot be understood or must not be answered as it is (400)."""


class UnauthenticatedError(DALIError):
    """The caller has to say who calls (401)."""

    status = 401


class ForbiddenError(DALIError):
    """The caller may not do this, or the state of a thing does not allow it (403)."""

    status = 403


class NotFoundError(DALIError):
    """There is no such thing, or none that this caller may know of (404)."""

    status = 404


class TooLargeError(DALIError):
    """More was sent than is taken (413)."""

    status = 413


class TooManyError(DALIError):
    """The caller has too much under way (429).

    Parameters
    ----------
    retry_after
        Seconds until another try is worth it.
    """

    status = 429
    is_transient = True

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServiceError(DALIError):
    """The service failed on a valid request (500)."""

    status = 500


class UnavailableError(ServiceError):
    """What the service stands on does not answer just now (503)."""

    status = 503
    is_transient = True


class NoRoomError(ServiceError):
    """There is no room to keep something (507)."""

    status = 507
    is_transient = True


class CancelledError(DALIError):
    """Somebody stopped the work before it was done."""

    status = 499


def as_fault(error: Exception, translate: Callable[[Exception], DALIError | None] | None = None) -> DALIError:
    """Turn any exception into one that the public may read.

    What nobody has words for is logged under an incident id, which is all that the public gets.

    Parameters
    ----------
    translate
        Knows the exceptions of the application; gives None for those it does not know.
    """
    if isinstance(error, DALIError):
        return error
    known = translate(error) if translate else None
    if known is not None:
        return known
    incident = secrets.token_hex(6)
    _log.error("unexpected error, incident %s", incident, exc_info=error)
    return ServiceError(f"Something went wrong in the service. It was logged as incident {incident}.")
