# SPDX-License-Identifier: BSD-3-Clause
"""A catalogue of any size for benchmarks: products of simulated exposures, without files."""

from collections.abc import Iterator, Sequence

import numpy as np

from archive.astro.simulator.night import mjd_of
from archive.astro.simulator.scaling import BATCH, MADE_CAMERAS, MadeCamera, MadeExposure, made_batch
from archive.db.demo import DemoProgram, DemoStore
from archive.db.footprints import FootprintStore
from archive.db.scale import MadeProduct, MadeRow, ScaleStore
from archive.db.session import Database, UnitOfWork
from archive.domain.clock import Clock
from archive.domain.holdings import ObsType, ProcType, ProdType, data_release_of
from vo.sky import hpx29

__all__ = ["ScaleService"]

# Letters of an archive name, and what they mean.
_PRODUCTS = (
    ("ori", ProcType.RAW, ProdType.IMAGE),
    ("ooi", ProcType.INSTCAL, ProdType.IMAGE),
    ("ood", ProcType.INSTCAL, ProdType.DQMASK),
    ("oow", ProcType.INSTCAL, ProdType.WTMAP),
)
_MONTHS = (0, 12, 18, 18)


class ScaleService:
    """Adds products of exposures that nobody made.

    Notes
    -----
    The same number gives the same catalogue; a larger one goes on where a smaller one ended.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, products: int) -> Iterator[int]:
        """Bring the catalogue to so many made products, rounded up to whole batches.

        Yields
        ------
        int
            How many products each batch has; it is committed by then.
        """
        batches = -(-products // (BATCH * len(_PRODUCTS)))
        for number in range(batches):
            yield self._add_batch(number)
        with self._database.begin() as uow:
            ScaleStore(uow).analyse()

    def _add_batch(self, number: int) -> int:
        batch = made_batch(number)
        with self._database.begin() as uow:
            store = ScaleStore(uow)
            store.lock()
            first = next(index for index, exposures in batch.items() if exposures)
            if store.is_known(_products(MADE_CAMERAS[first], batch[first][0])[0].archive_filename):
                return BATCH * len(_PRODUCTS)
            _ensure_programs(uow, [one for exposures in batch.values() for one in exposures])
            rows = [
                row
                for index, exposures in batch.items()
                if exposures
                for row in _rows(uow, MADE_CAMERAS[index], exposures)
            ]
            return store.add(rows, self._clock())


def _rows(uow: UnitOfWork, camera: MadeCamera, exposures: Sequence[MadeExposure]) -> list[MadeRow]:
    ra, dec = np.array([one.ra for one in exposures]), np.array([one.dec for one in exposures])
    plane = camera.plane
    sets = FootprintStore(uow).add_sets_of_quads(plane.hdu_indices, plane.ccdnums, plane.outlines_at(ra, dec)).tolist()
    cells, hulls = hpx29(ra, dec).tolist(), plane.hull_at(ra, dec)
    return [
        _row(camera, one, (sets[place], cells[place]), " ".join(f"{value:.6f}" for value in hulls[place].ravel()))
        for place, one in enumerate(exposures)
    ]


def _row(camera: MadeCamera, exposure: MadeExposure, place: tuple[int, int], outline: str) -> MadeRow:
    return MadeRow(
        telescope=camera.telescope,
        instrument=camera.instrument,
        site=camera.site,
        obs_id=f"{camera.telescope}.{exposure.start:%Y%m%dT%H%M%S}",
        propid=_propid(exposure),
        band=exposure.band,
        ra=exposure.ra,
        dec=exposure.dec,
        hpx29=place[1],
        footprint_set_id=place[0],
        s_region=f"POLYGON ICRS {outline}",
        s_fov=camera.plane.diameter,
        caldat=exposure.night,
        t_min=mjd_of(exposure.start),
        exptime=exposure.seconds,
        data_release=data_release_of(exposure.night, ObsType.OBJECT, _months(exposure)),
        products=_products(camera, exposure),
    )


def _products(camera: MadeCamera, exposure: MadeExposure) -> tuple[MadeProduct, ...]:
    root = f"{camera.prefix}_{exposure.start:%y%m%d_%H%M%S}"
    original = f"{camera.instrument}_{exposure.start:%Y%m%dT%H%M%S}.fits"
    return tuple(
        MadeProduct(
            f"{root}_{letters}.fits.fz"
            if proc_type is ProcType.RAW
            else f"{root}_{letters}_{exposure.band}_s1.fits.fz",
            original,
            proc_type,
            prod_type,
        )
        for letters, proc_type, prod_type in _PRODUCTS
    )


def _propid(exposure: MadeExposure) -> str:
    return f"{_semester(exposure)}-{700 + exposure.program:04d}"


def _semester(exposure: MadeExposure) -> str:
    """Give the semester: A from February to July, B from August to January."""
    night = exposure.night
    if night.month == 1:
        return f"{night.year - 1}B"
    return f"{night.year}{'A' if night.month < 8 else 'B'}"


def _months(exposure: MadeExposure) -> int:
    return _MONTHS[exposure.program % len(_MONTHS)]


def _ensure_programs(uow: UnitOfWork, exposures: Sequence[MadeExposure]) -> None:
    store = DemoStore(uow)
    first = {_propid(one): one for one in exposures}
    for propid, one in sorted(first.items()):
        store.ensure_program(
            DemoProgram(
                propid,
                _semester(one),
                f"Simulated programme {propid}",
                "",
                f"Investigator {one.program + 1}",
                "",
                _months(one),
                is_metadata_private=False,
            )
        )
