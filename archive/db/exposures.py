# SPDX-License-Identifier: BSD-3-Clause
"""Writes products that are known from an observing log only, many at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from archive.db.changes import ChangeLog
from archive.db.schema import NightRow, ObservationRow, ProductRow
from archive.db.session import UnitOfWork
from archive.domain.exposures import CataloguedFile, Exposure
from archive.domain.holdings import DataproductType, ObsType, ProcType, QAState, catalogue_id

__all__ = ["CataloguedExposure", "ExposureStore"]

IMPORT_LOCK = 0x5DA_0601
SECONDS_PER_DAY = 86400.0


@dataclass(frozen=True)
class CataloguedExposure:
    """An exposure with what the archive knows of it beyond the log.

    Parameters
    ----------
    files
        Those of its files that are to be written.
    s_region, s_fov
        Outline of the whole field and its diameter in degrees.
    """

    exposure: Exposure
    files: Sequence[CataloguedFile]
    program_id: int | None
    is_metadata_private: bool
    footprint_set_id: int
    hpx29: int
    s_region: str
    s_fov: float


class ExposureStore:
    """The products of exposures of one telescope and instrument."""

    def __init__(self, uow: UnitOfWork, *, telescope: str, instrument: str, site: str) -> None:
        self._session = uow.session
        self._changes = ChangeLog(uow)
        self._camera: dict[str, object] = {"telescope": telescope, "instrument": instrument}
        self._site = site

    def lock(self) -> None:
        """Let other imports wait until this transaction ends, so that none writes the same exposures."""
        self._session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))

    def known(self, filenames: Sequence[str]) -> set[str]:
        """Give those of the archive names that are here already."""
        query = select(ProductRow.archive_filename).where(ProductRow.archive_filename.in_(filenames))
        return set(self._session.scalars(query))

    def add(self, entries: Sequence[CataloguedExposure], now: datetime) -> int:
        """Write exposures: nights, observations, products and their notes in the change log.

        Returns
        -------
        int
            How many products were new.
        """
        self._add_nights(entries)
        observations = self._add_observations(entries)
        rows = [
            self._product(entry, file, observations[entry.exposure.obs_id], now)
            for entry in entries
            for file in entry.files
        ]
        adding = insert(ProductRow).on_conflict_do_nothing(index_elements=[ProductRow.archive_filename])
        ids = sorted(self._session.scalars(adding.returning(ProductRow.id), rows))
        if ids:
            self._changes.add_all(ids, "new", now)
        return len(ids)

    def _add_nights(self, entries: Sequence[CataloguedExposure]) -> None:
        nights = sorted({entry.exposure.caldat for entry in entries if entry.exposure.caldat is not None})
        if nights:
            self._session.execute(
                insert(NightRow).on_conflict_do_nothing(index_elements=[NightRow.telescope, NightRow.caldat]),
                [{"telescope": self._camera["telescope"], "caldat": night, "note": ""} for night in nights],
            )

    def _add_observations(self, entries: Sequence[CataloguedExposure]) -> Mapping[str, int]:
        self._session.execute(
            insert(ObservationRow).on_conflict_do_nothing(
                index_elements=[ObservationRow.obs_id, ObservationRow.telescope, ObservationRow.instrument]
            ),
            [
                self._camera
                | {
                    "obs_id": entry.exposure.obs_id,
                    "program_id": entry.program_id,
                    "caldat": entry.exposure.caldat,
                }
                for entry in entries
            ],
        )
        query = select(ObservationRow.obs_id, ObservationRow.id).where(
            ObservationRow.telescope == self._camera["telescope"],
            ObservationRow.instrument == self._camera["instrument"],
            ObservationRow.obs_id.in_([entry.exposure.obs_id for entry in entries]),
        )
        return {row.obs_id: row.id for row in self._session.execute(query)}

    def _product(
        self, entry: CataloguedExposure, file: CataloguedFile, observation_id: int, now: datetime
    ) -> dict[str, object]:
        seen = entry.exposure
        return self._camera | {
            "public_id": catalogue_id(file.archive_filename),
            "observation_id": observation_id,
            "program_id": entry.program_id,
            "archive_filename": file.archive_filename,
            "original_filename": file.archive_filename,
            "is_held": False,
            "media_type": "application/fits",
            "version": file.version,
            "site": self._site,
            "filter": seen.filter,
            "band": seen.band,
            "em_min": seen.em_min,
            "em_max": seen.em_max,
            "obs_type": ObsType.OBJECT,
            "proc_type": ProcType.INSTCAL,
            "prod_type": file.prod_type,
            "dataproduct_type": DataproductType.IMAGE,
            "calib_level": 2,
            "qa_state": QAState.UNCHECKED,
            "is_hidden": False,
            "ra": seen.ra,
            "dec": seen.dec,
            "hpx29": entry.hpx29,
            "footprint_set_id": entry.footprint_set_id,
            "s_region": entry.s_region,
            "s_fov": entry.s_fov,
            "caldat": seen.caldat,
            "t_min": seen.t_min,
            "t_max": None if seen.exptime is None else seen.t_min + seen.exptime / SECONDS_PER_DAY,
            "exptime": seen.exptime,
            "metadata_release": seen.data_release if entry.is_metadata_private else now,
            "data_release": seen.data_release,
            "ingested": now,
            "updated": now,
        }
