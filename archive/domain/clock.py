# SPDX-License-Identifier: BSD-3-Clause
"""The one clock. Services take it as an argument, so that tests can set it."""

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "utc_now"]

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the present time, aware, in UTC."""
    return datetime.now(UTC)
