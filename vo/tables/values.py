# SPDX-License-Identifier: BSD-3-Clause
"""Values as text, the same in every form that writes text."""

from datetime import UTC, date, datetime

__all__ = ["as_text"]


def as_text(value: object) -> str:
    """Write one value that is not NULL.

    Floats keep all their digits; times are UTC without a zone (DALI 1.1 §3.3.3).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return str(value)
