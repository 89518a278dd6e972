# SPDX-License-Identifier: BSD-3-Clause
"""Previews as rows: asked for, claimed by one worker, finished, returned by the watchdog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Row, and_, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from archive.db.schema import PreviewRow, ProductRow
from archive.db.session import UnitOfWork
from archive.db.visibility import rights_of
from archive.domain.access import Rights
from archive.domain.previews import MAX_ATTEMPTS, MOVES, PreviewState

__all__ = ["Claim", "PreviewRecord", "PreviewStore"]

_MOST_SENT_AGAIN = 1000


@dataclass(frozen=True)
class Claim:
    """A preview that this worker is to make; `claimed` tells its claim from a later one."""

    product_id: int
    file_sha256: str
    claimed: datetime


@dataclass(frozen=True)
class PreviewRecord:
    """A product's preview and who may have it; `state` is None where none was asked for."""

    product_id: int
    rights: Rights
    state: PreviewState | None
    reason: str
    sha256: str | None
    thumbnail_sha256: str | None


class PreviewStore:
    """The preview table, and what of the product it needs."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def find(self, public_id: str) -> PreviewRecord | None:
        """Give a product's preview; None where there is no such product."""
        row = self._session.execute(
            select(ProductRow, PreviewRow)
            .outerjoin(PreviewRow, PreviewRow.product_id == ProductRow.id)
            .where(ProductRow.public_id == public_id)
        ).one_or_none()
        return None if row is None else _record(row)

    def ready(self, public_ids: Sequence[str]) -> frozenset[str]:
        """Give those of these products that have a picture."""
        query = select(ProductRow.public_id).join(PreviewRow, PreviewRow.product_id == ProductRow.id)
        shown = query.where(ProductRow.public_id.in_(public_ids), PreviewRow.state == PreviewState.READY)
        return frozenset(self._session.scalars(shown))

    def queue(self, public_id: str) -> bool:
        """Ask for a preview anew; False where it is being made, or the product is not held."""
        product = select(ProductRow.id, *_queued_columns()).where(ProductRow.public_id == public_id, *_is_held())
        fresh = insert(PreviewRow).from_select(["product_id", "state", "attempts", "reason"], product)
        result = self._session.execute(
            fresh.on_conflict_do_update(
                index_elements=[PreviewRow.product_id],
                set_={"state": PreviewState.QUEUED, "attempts": 0, "reason": ""},
                where=PreviewRow.state.in_(_before(PreviewState.QUEUED, without=PreviewState.RUNNING)),
            )
        )
        return cast("CursorResult[object]", result).rowcount > 0

    def claim(self, public_id: str, now: datetime) -> Claim | None:
        """Take a queued preview, so that no other worker makes it; None where there is nothing to do."""
        self._queue_if_new(public_id)
        found = self._session.execute(
            update(PreviewRow)
            .where(
                PreviewRow.product_id == ProductRow.id,
                ProductRow.public_id == public_id,
                PreviewRow.state.in_(_before(PreviewState.RUNNING)),
                *_is_held(),
            )
            .values(state=PreviewState.RUNNING, claimed=now, attempts=PreviewRow.attempts + 1)
            .returning(PreviewRow.product_id, ProductRow.sha256)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return None if found is None else Claim(found.product_id, found.sha256, now)

    def finish(
        self,
        claim: Claim,
        state: PreviewState,
        *,
        reason: str = "",
        sha256: str | None = None,
        thumbnail_sha256: str | None = None,
    ) -> bool:
        """End a claim; False where the watchdog gave the work to another worker meanwhile."""
        result = self._session.execute(
            update(PreviewRow)
            .where(
                PreviewRow.product_id == claim.product_id,
                PreviewRow.state.in_(_before(state)),
                PreviewRow.claimed == claim.claimed,
            )
            .values(state=state, reason=reason, sha256=sha256, thumbnail_sha256=thumbnail_sha256)
        )
        return cast("CursorResult[object]", result).rowcount > 0

    def release(self, claimed_before: datetime, ingested_before: datetime, now: datetime) -> list[str]:
        """Return what a dead worker left, queue what was never asked for, and name what waits too long.

        Returns
        -------
        list of str
            Public ids of the products whose previews wait for a worker now.
        """
        waiting = self._long_waiting(claimed_before, now)
        stale = and_(PreviewRow.state == PreviewState.RUNNING, PreviewRow.claimed < claimed_before)
        self._session.execute(
            update(PreviewRow)
            .where(stale, PreviewRow.attempts >= MAX_ATTEMPTS)
            .values(state=PreviewState.FAILED, reason="making it failed again and again")
        )
        returned = self._session.scalars(
            update(PreviewRow)
            .where(stale)
            .values(state=PreviewState.QUEUED, claimed=now)
            .returning(PreviewRow.product_id)
        ).all()
        forgotten = select(ProductRow.id, *_queued_columns(), literal(now)).where(
            *_is_held(), ProductRow.ingested < ingested_before, ~_has_preview()
        )
        fresh = self._session.scalars(
            insert(PreviewRow)
            .from_select(["product_id", "state", "attempts", "reason", "claimed"], forgotten)
            .on_conflict_do_nothing()
            .returning(PreviewRow.product_id)
        ).all()
        ids = (
            select(ProductRow.public_id).where(ProductRow.id.in_([*waiting, *returned, *fresh])).order_by(ProductRow.id)
        )
        return list(self._session.scalars(ids))

    def _long_waiting(self, before: datetime, now: datetime) -> Sequence[int]:
        """Find what is queued and was not sent for long, and note that it is sent now.

        Notes
        -----
        A message is lost when a process ends between its commit and its sending. Where it was only slow,
        a second one does no harm; each is sent again once in a while, and a long queue not all at once.
        """
        is_long = or_(PreviewRow.claimed.is_(None), PreviewRow.claimed < before)
        found = (
            select(PreviewRow.product_id)
            .where(PreviewRow.state == PreviewState.QUEUED, is_long)
            .order_by(PreviewRow.product_id)
            .limit(_MOST_SENT_AGAIN)
        )
        return self._session.scalars(
            update(PreviewRow)
            .where(PreviewRow.product_id.in_(found))
            .values(claimed=now)
            .returning(PreviewRow.product_id)
            .execution_options(synchronize_session=False)
        ).all()

    def unfinished(self, *, with_finished: bool) -> list[str]:
        """List the held products without a preview or a reason for none, or all of them."""
        condition = or_(PreviewRow.state.is_(None), PreviewRow.state.in_((PreviewState.QUEUED, PreviewState.FAILED)))
        statement = select(ProductRow.public_id).outerjoin(PreviewRow, PreviewRow.product_id == ProductRow.id)
        if not with_finished:
            statement = statement.where(condition)
        return list(self._session.scalars(statement.where(*_is_held()).order_by(ProductRow.id)))

    def _queue_if_new(self, public_id: str) -> None:
        product = select(ProductRow.id, *_queued_columns()).where(ProductRow.public_id == public_id, *_is_held())
        self._session.execute(
            insert(PreviewRow)
            .from_select(["product_id", "state", "attempts", "reason"], product)
            .on_conflict_do_nothing()
        )


def _before(state: PreviewState, without: PreviewState | None = None) -> list[PreviewState]:
    """List the states from which `state` may be reached."""
    return [known for known, following in MOVES.items() if state in following and known is not without]


def _is_held() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ProductRow.is_held.is_(True), ProductRow.sha256.is_not(None)


def _has_preview() -> ColumnElement[bool]:
    return exists().where(PreviewRow.product_id == ProductRow.id)


def _queued_columns() -> tuple[ColumnElement[str], ColumnElement[int], ColumnElement[str]]:
    return literal(PreviewState.QUEUED.value), literal(0), literal("")


def _record(row: Row[ProductRow, PreviewRow | None]) -> PreviewRecord:
    product, preview = row
    rights = rights_of(product)
    if preview is None:
        return PreviewRecord(product.id, rights, None, "", None, None)
    return PreviewRecord(
        product.id,
        rights,
        PreviewState(preview.state),
        preview.reason,
        preview.sha256,
        preview.thumbnail_sha256,
    )
