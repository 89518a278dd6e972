# SPDX-License-Identifier: BSD-3-Clause
"""Counts of products that several pages show, each over a condition that includes visibility."""

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import Session

from archive.db.schema import ProductRow
from archive.domain.browsing import InstrumentCount, NightSummary

__all__ = ["density", "instruments", "nights_of"]


def instruments(session: Session, condition: ColumnElement[bool]) -> tuple[InstrumentCount, ...]:
    """Count files by telescope and instrument."""
    rows = session.execute(
        select(
            ProductRow.telescope,
            ProductRow.instrument,
            func.count(),
            func.sum(ProductRow.file_size),
            func.min(ProductRow.caldat),
            func.max(ProductRow.caldat),
        )
        .where(condition)
        .group_by(ProductRow.telescope, ProductRow.instrument)
        .order_by(ProductRow.telescope, ProductRow.instrument)
    )
    return tuple(InstrumentCount(t, i, files, int(size or 0), first, last) for t, i, files, size, first, last in rows)


def density(session: Session, condition: ColumnElement[bool], order: int) -> dict[int, int]:
    """Count files by nested HEALPix cell of `order`."""
    cell = ProductRow.hpx29.op(">>")(2 * (29 - order))
    rows = session.execute(select(cell, func.count()).where(condition, ProductRow.hpx29.is_not(None)).group_by(cell))
    return {int(row[0]): int(row[1]) for row in rows}


def nights_of(session: Session, condition: ColumnElement[bool], limit: int) -> tuple[NightSummary, ...]:
    """Count by night and telescope, the latest first."""
    rows = session.execute(
        select(
            ProductRow.caldat,
            ProductRow.telescope,
            func.array_agg(distinct(ProductRow.instrument)),
            func.count(distinct(ProductRow.observation_id)),
            func.count(),
        )
        .where(condition, ProductRow.caldat.is_not(None))
        .group_by(ProductRow.caldat, ProductRow.telescope)
        .order_by(ProductRow.caldat.desc(), ProductRow.telescope)
        .limit(limit)
    )
    return tuple(
        NightSummary(caldat, telescope, tuple(sorted(names)), observations, files)
        for caldat, telescope, names, observations, files in rows
        if caldat is not None
    )
