# SPDX-License-Identifier: BSD-3-Clause
"""The change log: numbered without gaps, in the order of commit."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import ChangeCounterRow, ChangeLogRow
from archive.db.session import UnitOfWork

__all__ = ["ChangeLog"]


class ChangeLog:
    """Adds to the change log."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def add(self, product_id: int, kind: str, now: datetime) -> int:
        """Note a change and give its number.

        Notes
        -----
        From here to the commit all other writers of the log wait, so this is the last thing that a
        unit of work does.
        """
        counter = insert(ChangeCounterRow).values(id=1, last_seq=1)
        # The row is made by whoever comes first.
        numbered = counter.on_conflict_do_update(
            index_elements=[ChangeCounterRow.id], set_={"last_seq": ChangeCounterRow.last_seq + 1}
        ).returning(ChangeCounterRow.last_seq)
        seq = self._session.execute(numbered).scalar_one()
        self._session.execute(
            insert(ChangeLogRow).values(seq=seq, changed=now, product_id=product_id, kind=kind),
        )
        return seq
