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
    """Count by night and telescope, the latest first.

    Notes
    -----
    OFFSET has the files found before they are put in order: those of an old program lie at the far
    end of the index of nights, along which all others would be read.
    """
    columns = (ProductRow.caldat, ProductRow.telescope, ProductRow.instrument, ProductRow.observation_id)
    found = select(*columns).where(condition, ProductRow.caldat.is_not(None)).offset(0).subquery()
    rows = session.execute(
        select(
            found.c.caldat,
            found.c.telescope,
            func.array_agg(distinct(found.c.instrument)),
            func.count(distinct(found.c.observation_id)),
            func.count(),
        )
        .group_by(found.c.caldat, found.c.telescope)
        .order_by(found.c.caldat.desc(), found.c.telescope)
        .limit(limit)
    )
    return tuple(
        NightSummary(caldat, telescope, tuple(sorted(names)), observations, files)
        for caldat, telescope, names, observations, files in rows
        if caldat is not None
    )
