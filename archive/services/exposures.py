# SPDX-License-Identifier: BSD-3-Clause
"""Brings a log of exposures into the catalogue: products whose files are elsewhere, with their footprints."""

from collections.abc import Iterator, Sequence

import numpy as np

from archive.astro.camera import Camera
from archive.db.exposures import CataloguedExposure, ExposureStore
from archive.db.footprints import FootprintStore
from archive.db.programs import ProgramFacts, ProgramRule, ProgramStore
from archive.db.session import Database, UnitOfWork
from archive.domain.clock import Clock
from archive.domain.exposures import CataloguedFile, Exposure, ImportCounts
from vo.sky import hpx29

__all__ = ["ExposureImport"]

BATCH = 500
"""Exposures in one transaction: some 30,000 footprints, a second or two of work that a stop can cost."""

Wanted = tuple[Exposure, Sequence[CataloguedFile]]


class ExposureImport:
    """Imports the exposures of the Dark Energy Camera.

    Parameters
    ----------
    database
        The catalogue.
    clock
        Tells when products came in.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, exposures: Sequence[Exposure], camera: Camera) -> Iterator[ImportCounts]:
        """Import exposures, batch by batch; what is here already is passed over.

        Yields
        ------
        ImportCounts
            What each batch has added; it is committed by then.
        """
        for first in range(0, len(exposures), BATCH):
            yield self._add(exposures[first : first + BATCH], camera)

    def _add(self, exposures: Sequence[Exposure], camera: Camera) -> ImportCounts:
        with self._database.begin() as uow:
            store = ExposureStore(uow, telescope="ct4m", instrument="decam", site="ct")
            store.lock()
            known = store.known([file.archive_filename for exposure in exposures for file in exposure.files])
            wanted = [
                (exposure, files)
                for exposure in exposures
                if (files := [file for file in exposure.files if file.archive_filename not in known])
            ]
            products = store.add(_entries(uow, wanted, camera), self._clock()) if wanted else 0
        return ImportCounts(
            exposures=len(wanted),
            products=products,
            footprints=len(wanted) * len(camera.ccdnums),
            known=len(known),
        )


def _entries(uow: UnitOfWork, wanted: Sequence[Wanted], camera: Camera) -> list[CataloguedExposure]:
    ra = np.array([exposure.ra for exposure, _ in wanted])
    dec = np.array([exposure.dec for exposure, _ in wanted])
    rules = _programs(uow, {exposure.propid for exposure, _ in wanted if exposure.propid is not None})
    set_ids = FootprintStore(uow).add_sets_of_quads(camera.hdu_indices, camera.ccdnums, camera.outlines_at(ra, dec))
    cells, hulls = hpx29(ra, dec), camera.hull_at(ra, dec)
    return [
        _entry(exposure, files, rules, (int(set_ids[place]), int(cells[place])), hulls[place], camera.diameter)
        for place, (exposure, files) in enumerate(wanted)
    ]


def _programs(uow: UnitOfWork, propids: set[str]) -> dict[str, ProgramRule]:
    store = ProgramStore(uow)
    # In one order for all, so that two imports never wait for each other in a ring.
    return {propid: store.ensure(ProgramFacts(propid)) for propid in sorted(propids)}


def _entry(
    exposure: Exposure,
    files: Sequence[CataloguedFile],
    rules: dict[str, ProgramRule],
    place: tuple[int, int],
    hull: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    diameter: float,
) -> CataloguedExposure:
    rule = rules.get(exposure.propid) if exposure.propid is not None else None
    return CataloguedExposure(
        exposure=exposure,
        files=files,
        program_id=rule.id if rule else None,
        is_metadata_private=rule.is_metadata_private if rule else False,
        footprint_set_id=place[0],
        hpx29=place[1],
        s_region="POLYGON ICRS " + " ".join(f"{value:.6f}" for value in hull.ravel()),
        s_fov=diameter,
    )
