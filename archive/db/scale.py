# SPDX-License-Identifier: BSD-3-Clause
"""Products by the million, by COPY."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select, text
from sqlalchemy.dialects.postgresql import insert

from archive.db.changes import ChangeLog
from archive.db.schema import NightRow, ProductRow, ProgramRow
from archive.db.session import UnitOfWork
from archive.domain.holdings import DataproductType, ObsType, ProcType, ProdType, QAState, catalogue_id

__all__ = ["MadeProduct", "MadeRow", "ScaleStore"]

_LOCK = 0x5DA_0602


@dataclass(frozen=True)
class MadeProduct:
    """One product of an exposure."""

    archive_filename: str
    original_filename: str
    proc_type: ProcType
    prod_type: ProdType


@dataclass(frozen=True)
class MadeRow:
    """An exposure as it is written, with its products."""

    telescope: str
    instrument: str
    site: str
    obs_id: str
    propid: str
    band: str
    ra: float
    dec: float
    hpx29: int
    footprint_set_id: int
    s_region: str
    s_fov: float
    caldat: date
    t_min: float
    exptime: float
    data_release: datetime | None
    products: tuple[MadeProduct, ...]


class ScaleStore:
    """Writes made exposures."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def lock(self) -> None:
        """Let another run wait, so that none writes the same exposures."""
        self._session.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def is_known(self, archive_filename: str) -> bool:
        """Whether there is a product of this name."""
        return bool(self._session.scalar(select(exists().where(ProductRow.archive_filename == archive_filename))))

    def program_ids(self, propids: Iterable[str]) -> dict[str, int]:
        """Give the keys of programs."""
        query = select(ProgramRow.propid, ProgramRow.id).where(ProgramRow.propid.in_(list(propids)))
        return {row.propid: row.id for row in self._session.execute(query)}

    def add(self, rows: Sequence[MadeRow], now: datetime) -> int:
        """Write exposures with their nights, observations, products and notes in the change log."""
        programs = self.program_ids({row.propid for row in rows})
        self._add_nights({(row.telescope, row.caldat) for row in rows})
        observations = self._numbers("observation_id_seq", len(rows))
        self._copy(
            "observation",
            ("id", "obs_id", "telescope", "instrument", "program_id", "caldat"),
            (
                (number, row.obs_id, row.telescope, row.instrument, programs[row.propid], row.caldat)
                for number, row in zip(observations, rows, strict=True)
            ),
        )
        products = [
            (number, row, product) for number, row in zip(observations, rows, strict=True) for product in row.products
        ]
        ids = self._numbers("product_id_seq", len(products))
        self._copy(
            "product",
            _PRODUCT_COLUMNS,
            (
                _product_values(id_, number, programs[row.propid], row, product, now)
                for id_, (number, row, product) in zip(ids, products, strict=True)
            ),
        )
        ChangeLog(self._uow).add_all(ids, "new", now)
        return len(ids)

    def analyse(self) -> None:
        """Let the planner know what came in."""
        self._session.execute(text("ANALYZE product, observation, footprint_set, footprint, footprint_cell"))

    def _add_nights(self, nights: set[tuple[str, date]]) -> None:
        self._session.execute(
            insert(NightRow).on_conflict_do_nothing(index_elements=[NightRow.telescope, NightRow.caldat]),
            [{"telescope": telescope, "caldat": caldat, "note": ""} for telescope, caldat in sorted(nights)],
        )

    def _numbers(self, sequence: str, count: int) -> list[int]:
        query = text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")
        return list(self._session.scalars(query, {"sequence": sequence, "count": count}))

    def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        stream = io.StringIO()
        csv.writer(stream).writerows(rows)
        stream.seek(0)
        cursor = self._session.connection().connection.cursor()
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)", stream, 1 << 18)


_PRODUCT_COLUMNS = (
    "id", "public_id", "observation_id", "program_id", "archive_filename", "original_filename", "is_held", "media_type",
    "telescope", "instrument", "site", "filter", "band", "obs_type", "proc_type", "prod_type", "dataproduct_type",
    "calib_level", "qa_state", "is_hidden", "ra", "dec", "hpx29", "footprint_set_id", "s_region", "s_fov", "caldat",
    "t_min", "t_max", "exptime", "metadata_release", "data_release", "ingested", "updated",
)  # fmt: skip


def _product_values(
    id_: int, observation: int, program: int, row: MadeRow, product: MadeProduct, now: datetime
) -> tuple[object, ...]:
    return (
        id_, catalogue_id(product.archive_filename), observation, program, product.archive_filename,
        product.original_filename, False, "application/fits", row.telescope, row.instrument, row.site, row.band,
        row.band, ObsType.OBJECT, product.proc_type, product.prod_type, DataproductType.IMAGE,
        1 if product.proc_type is ProcType.RAW else 2, QAState.UNCHECKED, False, row.ra, row.dec, row.hpx29,
        row.footprint_set_id, row.s_region, row.s_fov, row.caldat, row.t_min, row.t_min + row.exptime / 86400,
        row.exptime, now, row.data_release, now, now,
    )  # fmt: skip
