# SPDX-License-Identifier: BSD-3-Clause
"""How a drafted product becomes rows: observation, product, HDUs, footprints, provenance."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from archive.db.footprints import FootprintStore, Outline
from archive.db.schema import HDURow, ObservationRow, ProductRow, ProvenanceRow
from archive.db.session import UnitOfWork
from archive.domain.holdings import DataproductType, QAState, content_id
from archive.domain.ingest import Digests, HDUDraft, ProductDraft
from archive.errors import ConflictError
from vo.sky import hpx29

__all__ = ["HeldProduct", "Intake", "IntakeStore"]


# Columns of the product table that are fields of the draft.
_SAME_NAME = (
    "telescope", "instrument", "site", "caldat", "t_min", "t_max", "exptime", "obs_mode", "filter", "band", "em_min",
    "em_max", "obs_type", "obs_type_raw", "proc_type", "prod_type", "dataproduct_type", "calib_level", "version",
    "target", "ra", "dec", "s_region", "s_fov", "s_resolution", "airmass", "seeing", "depth", "magzero",
)  # fmt: skip


@dataclass(frozen=True)
class HeldProduct:
    """A product that is here already; `sha256` is None for one that is known from a catalogue only."""

    id: int
    public_id: str
    archive_filename: str
    sha256: str | None


@dataclass(frozen=True)
class Intake:
    """All that is written of one file."""

    draft: ProductDraft
    digests: Digests
    original_filename: str
    program_id: int | None
    metadata_release: datetime | None
    data_release: datetime | None
    now: datetime


class IntakeStore:
    """Writes products that come in."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def lock(self, sha256: str) -> None:
        """Wait until nobody else writes or drops these bytes, and hold them until the unit of work ends."""
        self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(sha256, 0))))

    def find_by_digest(self, sha256: str) -> HeldProduct | None:
        """Give the product with these bytes."""
        return self._find(ProductRow.sha256 == sha256)

    def find_by_name(self, archive_filename: str) -> HeldProduct | None:
        """Give the product of this name."""
        return self._find(ProductRow.archive_filename == archive_filename)

    def add(self, intake: Intake) -> HeldProduct:
        """Write a product and all that hangs on it.

        Raises
        ------
        ConflictError
            Another process was faster with the same bytes or the same name.
        """
        product = self._add_product(intake)
        draft = intake.draft
        self._add_hdus(product.id, draft.hdus)
        outlines = [
            Outline(hdu_index=hdu.index, ccdnum=hdu.ccdnum, vertices=hdu.outline)
            for hdu in draft.hdus
            if hdu.outline is not None
        ]
        if outlines:
            set_id = FootprintStore(self._uow).add_set(outlines)
            self._session.execute(update(ProductRow).where(ProductRow.id == product.id).values(footprint_set_id=set_id))
        self._link(product, draft.parents)
        return product

    def _find(self, condition: ColumnElement[bool]) -> HeldProduct | None:
        columns = (ProductRow.id, ProductRow.public_id, ProductRow.archive_filename, ProductRow.sha256)
        row = self._session.execute(select(*columns).where(condition)).one_or_none()
        return None if row is None else HeldProduct(*row)

    def _add_product(self, intake: Intake) -> HeldProduct:
        values = _product_values(intake) | {"observation_id": self._ensure_observation(intake)}
        public_id = content_id(intake.digests.sha256)
        fresh = values | {"public_id": public_id, "qa_state": QAState.UNCHECKED, "is_hidden": False}
        returned = (ProductRow.id, ProductRow.public_id, ProductRow.archive_filename, ProductRow.sha256)
        adding = (
            upsert(ProductRow)
            .values(**fresh)
            # A product that was known from a catalogue only keeps its key and its curator's word, and gets its bytes.
            .on_conflict_do_update(
                index_elements=[ProductRow.archive_filename],
                set_=values,
                where=ProductRow.sha256.is_(None),
            )
            .returning(*returned)
        )
        message = f"{intake.draft.archive_filename} came in from elsewhere at the same time"
        try:
            row = self._session.execute(adding).one_or_none()
        except IntegrityError as exc:
            raise ConflictError(message) from exc
        if row is None:
            raise ConflictError(message)
        return HeldProduct(*row)

    def _ensure_observation(self, intake: Intake) -> int:
        draft = intake.draft
        key = {"obs_id": draft.obs_id, "telescope": draft.telescope, "instrument": draft.instrument}
        new = upsert(ObservationRow).values(**key, program_id=intake.program_id, caldat=draft.caldat)
        known = new.on_conflict_do_update(
            index_elements=[ObservationRow.obs_id, ObservationRow.telescope, ObservationRow.instrument],
            set_={
                "program_id": func.coalesce(ObservationRow.program_id, new.excluded.program_id),
                "caldat": func.coalesce(ObservationRow.caldat, new.excluded.caldat),
            },
        ).returning(ObservationRow.id)
        return self._session.execute(known).scalar_one()

    def _add_hdus(self, product_id: int, hdus: tuple[HDUDraft, ...]) -> None:
        self._session.execute(
            insert(HDURow),
            [
                {
                    "product_id": product_id,
                    "hdu_index": hdu.index,
                    "extname": hdu.extname,
                    "kind": hdu.kind,
                    "shape": list(hdu.shape),
                    "bitpix": hdu.bitpix,
                    "ccdnum": hdu.ccdnum,
                    "ra": hdu.ra,
                    "dec": hdu.dec,
                    "header": dict(hdu.header),
                }
                for hdu in hdus
            ],
        )

    def _link(self, product: HeldProduct, parents: tuple[str, ...]) -> None:
        """Tie a product to its parents, and to the children that came before it."""
        for name in parents:
            parent_id = self._session.execute(
                select(ProductRow.id).where(ProductRow.archive_filename.in_(_spellings(name))).limit(1)
            ).scalar_one_or_none()
            self._session.execute(
                upsert(ProvenanceRow)
                .values(product_id=product.id, parent_name=name, parent_id=parent_id, role="progenitor")
                .on_conflict_do_nothing()
            )
        self._session.execute(
            update(ProvenanceRow)
            .where(
                ProvenanceRow.parent_id.is_(None),
                ProvenanceRow.parent_name.in_(_spellings(product.archive_filename)),
            )
            .values(parent_id=product.id)
        )


def _spellings(filename: str) -> list[str]:
    """Give the names that mean the same product: headers often leave out how the file was packed."""
    plain = filename.removesuffix(".fz").removesuffix(".gz")
    return [plain, f"{plain}.fz", f"{plain}.gz"]


def _product_values(intake: Intake) -> dict[str, object]:
    draft, digests = intake.draft, intake.digests
    first = _first_image(draft)
    hpx = None if draft.ra is None or draft.dec is None else int(hpx29(draft.ra, draft.dec)[0])
    return {
        "program_id": intake.program_id,
        "archive_filename": draft.archive_filename,
        "original_filename": intake.original_filename,
        "file_size": digests.size,
        "md5": digests.md5,
        "sha256": digests.sha256,
        "is_held": True,
        "media_type": draft.media_type,
        "n_hdu": len(draft.hdus),
        "s_xel1": first[0],
        "s_xel2": first[1],
        "hpx29": hpx,
        "metadata_release": intake.metadata_release,
        "data_release": intake.data_release,
        "ingested": intake.now,
        "updated": intake.now,
    } | {name: getattr(draft, name) for name in _SAME_NAME}


def _first_image(draft: ProductDraft) -> tuple[int | None, int | None]:
    """Give the lengths of its axes; none of what is no image."""
    if draft.dataproduct_type is not DataproductType.IMAGE:
        return None, None
    first = next((hdu.shape for hdu in draft.hdus if hdu.kind == "image" and len(hdu.shape) > 1), (None, None))
    return first[0], first[1]
