# SPDX-License-Identifier: BSD-3-Clause
"""Times as text, always UTC (DALI 1.1 §3.3.3, UWS 1.1 §2.2.1)."""

from collections.abc import Callable
from datetime import UTC, datetime

from vo.dali.faults import UsageError

__all__ = ["Clock", "format_time", "parse_time"]

Clock = Callable[[], datetime]


def format_time(moment: datetime) -> str:
    """Write a time to the millisecond, with the Z that UWS asks for."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_time(text: str, name: str) -> datetime:
    """Read a time; one without a zone is UTC.

    Parameters
    ----------
    name
        The parameter, for the message.

    Raises
    ------
    UsageError
        It is none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        # A year at the edge cannot be carried over to UTC.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{name} must be a time such as 2026-01-31T12:00:00Z; it was '{text[:60]}'.") from None
