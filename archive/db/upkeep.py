# SPDX-License-Identifier: BSD-3-Clause
"""When each duty of the upkeep last began."""

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import UpkeepRow
from archive.db.session import UnitOfWork

__all__ = ["UpkeepStore"]


class UpkeepStore:
    """The table ``upkeep``."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def claim(self, duty: str, *, now: datetime, every: timedelta) -> bool:
        """Take a duty that is due; False where it is not, or another worker has just taken it."""
        fresh = insert(UpkeepRow).values(duty=duty, began=now)
        taken = fresh.on_conflict_do_update(
            index_elements=[UpkeepRow.duty], set_={"began": now}, where=UpkeepRow.began <= now - every
        ).returning(UpkeepRow.duty)
        return self._session.execute(taken).one_or_none() is not None
