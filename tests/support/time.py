"""A clock that stands still until a test moves it."""

from datetime import datetime, timedelta

from tests.support.holdings import NOW

__all__ = ["StillClock"]


class StillClock:
    """Tells the same time until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move ahead by what `timedelta` takes."""
        self.now += timedelta(**by)
