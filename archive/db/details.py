# SPDX-License-Identifier: BSD-3-Clause
"""Everything of one file or one observation, as a caller may know it."""

import math
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from archive.db.columns import ATTRIBUTES, from_products
from archive.db.schema import (
    CollectionRow,
    FootprintRow,
    HDURow,
    ObservationRow,
    ProductCollectionRow,
    ProductRow,
    ProgramRow,
    ProvenanceRow,
)
from archive.db.session import UnitOfWork
from archive.db.visibility import rights_of, visible_to
from archive.domain.access import ANONYMOUS, Caller, Rights, may_know_program, may_read
from archive.domain.details import (
    FileRelation,
    HDUDetail,
    ObservationDetail,
    Outline,
    ProductDetail,
    ProgramDetail,
)
from archive.domain.search import DEFAULT_COLUMNS, ProductSummary

__all__ = ["DetailStore"]

MOST_FILES = 500


class DetailStore:
    """Reads details.

    Parameters
    ----------
    caller, now
        What they may not know of is as if it were not there.
    """

    def __init__(self, uow: UnitOfWork, caller: Caller, now: datetime) -> None:
        self._session = uow.session
        self._caller = caller
        self._now = now

    def product(self, public_id: str) -> ProductDetail | None:
        """Give a file."""
        row = self._session.scalar(select(ProductRow).where(ProductRow.public_id == public_id, self._visible()))
        if row is None:
            return None
        rights = rights_of(row)
        return ProductDetail(
            public_id=row.public_id,
            values=self._values(ProductRow.id == row.id),
            is_held=row.is_held,
            may_read=may_read(self._caller, rights, self._now),
            is_public=may_read(ANONYMOUS, rights, self._now),
            data_release=row.data_release,
            sha256=row.sha256,
            program=self._program(row.program_id),
            collections=self._collections(row.id),
            hdus=self._hdus(row.id),
            outlines=self._outlines(row.footprint_set_id),
            parents=self._parents(row.id),
            children=self._children(row.id),
            older=self._relation(ProductRow.id == row.supersedes_id, "older"),
            newer=self._relation(ProductRow.supersedes_id == row.id, "newer"),
            siblings=self._siblings(row),
        )

    def observations(self, obs_id: str) -> tuple[ObservationDetail, ...]:
        """Give the observations of an id, one a telescope and instrument."""
        rows = self._session.scalars(
            select(ObservationRow)
            .where(ObservationRow.obs_id == obs_id)
            .order_by(ObservationRow.telescope, ObservationRow.instrument)
        )
        found = (self._observation(row) for row in rows)
        return tuple(observation for observation in found if observation.files)

    def _observation(self, row: ObservationRow) -> ObservationDetail:
        of_it = ProductRow.observation_id == row.id
        sets = select(ProductRow.footprint_set_id).where(of_it, self._visible()).distinct()
        ids = [number for number in self._session.scalars(sets) if number is not None]
        return ObservationDetail(
            obs_id=row.obs_id,
            telescope=row.telescope,
            instrument=row.instrument,
            program=self._program(row.program_id),
            files=self._summaries(of_it),
            outlines=self._outlines(ids[0]) if ids else (),
        )

    def _visible(self) -> ColumnElement[bool]:
        return visible_to(self._caller, self._now)

    def _values(self, condition: ColumnElement[bool]) -> dict[str, object]:
        statement = from_products(select(*ATTRIBUTES.values()), self._caller).where(condition)
        return dict(zip(ATTRIBUTES, self._session.execute(statement).one(), strict=True))

    def _program(self, program_id: int | None) -> ProgramDetail | None:
        row = None if program_id is None else self._session.get(ProgramRow, program_id)
        if row is None:
            return None
        if not may_know_program(self._caller, row.id, is_private=row.is_metadata_private):
            return ProgramDetail(row.propid, "", "", row.semester)
        return ProgramDetail(row.propid, row.title, row.pi, row.semester)

    def _collections(self, product_id: int) -> tuple[str, ...]:
        statement = (
            select(CollectionRow.name)
            .join(ProductCollectionRow, ProductCollectionRow.collection_id == CollectionRow.id)
            .where(ProductCollectionRow.product_id == product_id)
            .order_by(CollectionRow.name)
        )
        return tuple(self._session.scalars(statement))

    def _hdus(self, product_id: int) -> tuple[HDUDetail, ...]:
        rows = self._session.scalars(select(HDURow).where(HDURow.product_id == product_id).order_by(HDURow.hdu_index))
        return tuple(
            HDUDetail(
                index=row.hdu_index,
                extname=row.extname,
                kind=row.kind,
                shape=tuple(row.shape),
                bitpix=row.bitpix,
                ccdnum=row.ccdnum,
                ra=row.ra,
                dec=row.dec,
                header=row.header,
            )
            for row in rows
        )

    def _outlines(self, set_id: int | None) -> tuple[Outline, ...]:
        if set_id is None:
            return ()
        rows = self._session.scalars(
            select(FootprintRow).where(FootprintRow.set_id == set_id).order_by(FootprintRow.hdu_index)
        )
        return tuple(Outline(row.hdu_index, row.ccdnum, _corners(row.vertices)) for row in rows)

    def _parents(self, product_id: int) -> tuple[FileRelation, ...]:
        statement = (
            select(ProvenanceRow.parent_name, ProvenanceRow.role, ProductRow.public_id)
            .outerjoin(ProductRow, (ProductRow.id == ProvenanceRow.parent_id) & self._visible())
            .where(ProvenanceRow.product_id == product_id)
            .order_by(ProvenanceRow.parent_name)
        )
        return tuple(FileRelation(*row) for row in self._session.execute(statement))

    def _children(self, product_id: int) -> tuple[FileRelation, ...]:
        statement = (
            select(ProductRow.archive_filename, ProductRow.public_id)
            .join(ProvenanceRow, ProvenanceRow.product_id == ProductRow.id)
            .where(ProvenanceRow.parent_id == product_id, self._visible())
            .order_by(ProductRow.archive_filename)
            .limit(MOST_FILES)
        )
        return tuple(FileRelation(name, "product", public_id) for name, public_id in self._session.execute(statement))

    def _relation(self, condition: ColumnElement[bool], relation: str) -> FileRelation | None:
        statement = select(ProductRow.archive_filename, ProductRow.public_id).where(condition, self._visible())
        row = self._session.execute(statement.order_by(ProductRow.id.desc()).limit(1)).first()
        return None if row is None else FileRelation(row[0], relation, row[1])

    def _siblings(self, row: ProductRow) -> tuple[ProductSummary, ...]:
        return self._summaries((ProductRow.observation_id == row.observation_id) & (ProductRow.id != row.id))

    def _summaries(self, condition: ColumnElement[bool]) -> tuple[ProductSummary, ...]:
        rights = aliased(ProductRow)
        selected = select(
            rights.program_id,
            rights.metadata_release,
            rights.data_release,
            rights.is_hidden,
            *(ATTRIBUTES[name] for name in DEFAULT_COLUMNS),
        )
        statement = (
            from_products(selected, self._caller)
            .join(rights, rights.id == ProductRow.id)
            .where(condition, self._visible())
            .order_by(ProductRow.archive_filename)
            .limit(MOST_FILES)
        )
        return tuple(self._summary(row) for row in self._session.execute(statement))

    def _summary(self, row: Sequence[object]) -> ProductSummary:
        values = dict(zip(DEFAULT_COLUMNS, row[4:], strict=True))
        readable = may_read(self._caller, Rights(*row[:4]), self._now)  # type: ignore[arg-type]
        return ProductSummary(str(values["public_id"]), values, readable)


def _corners(vertices: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Turn unit vectors, x y z x y z …, into RA and Dec in degrees."""
    triples = zip(vertices[0::3], vertices[1::3], vertices[2::3], strict=True)
    return tuple(
        (math.degrees(math.atan2(y, x)) % 360, math.degrees(math.atan2(z, math.hypot(x, y)))) for x, y, z in triples
    )
