# SPDX-License-Identifier: BSD-3-Clause
"""The change log: numbered without gaps, in the order of commit."""

from collections.abc import Sequence
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
        return self.add_all([product_id], kind, now)

    def add_all(self, product_ids: Sequence[int], kind: str, now: datetime) -> int:
        """Note the same change of many products, in their order, and give the last number; see `add`."""
        count = len(product_ids)
        counter = insert(ChangeCounterRow).values(id=1, last_seq=count)
        # The row is made by whoever comes first.
        numbered = counter.on_conflict_do_update(
            index_elements=[ChangeCounterRow.id], set_={"last_seq": ChangeCounterRow.last_seq + count}
        ).returning(ChangeCounterRow.last_seq)
        last = self._session.execute(numbered).scalar_one()
        changes = [
            {"seq": seq, "changed": now, "product_id": product_id, "kind": kind}
            for seq, product_id in enumerate(product_ids, start=last - count + 1)
        ]
        if changes:
            self._session.execute(insert(ChangeLogRow), changes)
        return last
