# SPDX-License-Identifier: BSD-3-Clause
"""What PostgreSQL says of a query, in words for whoever wrote it; its own words go to the log alone."""

import structlog

from vo.dali import CancelledError, DALIError, ServiceError, TooLargeError, UnavailableError, UsageError
from vo.tap import QueryTimeoutError

__all__ = ["fault_of_state"]

_log = structlog.get_logger(__name__)

_DATA = {
    "22012": "The query divides by zero for some row. NULLIF(x, 0) as the divisor leaves such rows empty.",
    "22003": "A number of the query is too large for its type, in some row.",
    "2201E": "The query takes a logarithm of zero or of a negative number, in some row.",
    "2201F": "The query raises a number to a power that it does not have, such as the root of a negative one.",
    "22P02": "The query reads some text as a number or time that is none.",
    "22007": "The query reads some text as a time that is none.",
    "22008": "A time of the query is out of range, in some row.",
    "21000": "A query in brackets gives more than one row where one value is needed.",
    "22023": "A function of the query has an argument that it cannot take, in some row.",
    "22025": "A pattern of LIKE ends with its escape character.",
    "2200B": "A pattern of LIKE has an escape of more than one character.",
}


def fault_of_state(state: str | None, cause: Exception, seconds: float, *, is_cancelled: bool) -> DALIError:
    """Give the fault to raise for an error of the database.

    Parameters
    ----------
    state
        Its SQLSTATE; None where there is none, as when the connection is lost.
    seconds
        That the query might take.
    is_cancelled
        Whether we stopped it.
    """
    if is_cancelled:
        return CancelledError("The query was stopped before it was done.")
    if state in _DATA:
        return UsageError(_DATA[state])
    if state == "57014":
        return QueryTimeoutError(f"The query was not done within {seconds:g} s. Please narrow it down or split it.")
    if state == "53400":
        return TooLargeError("The query needs more room for sorting and joining than it may have.")
    if state == "53200":
        return TooLargeError(
            "The query needs more memory than it may have: its texts are too long, or it is too complex."
        )
    _log.warning("a query failed", state=state, why=" ".join(str(cause).split()))
    if state is None or state[:2] in {"08", "53", "57", "58"}:
        return UnavailableError("The database does not answer just now. Please try again.")
    if state[:2] in {"22", "54"}:
        return UsageError("The query cannot be done with these data: a value does not fit, or it is too complex.")
    return ServiceError("The query failed in the database. It was logged.")
