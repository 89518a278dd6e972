# SPDX-License-Identifier: BSD-3-Clause
"""Footprint sets: the outlines of an exposure's HDUs, and the cells by which they are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import insert, select, text

from archive.db.binarycopy import copy_columns
from archive.db.schema import FootprintCellRow, FootprintRow, FootprintSetRow
from archive.db.session import UnitOfWork
from vo.sky import Polygon
from vo.sky.filing import cells_of_outline, cells_of_quads, middle_of_outline, middles_of_quads
from vo.sky.vectors import Floats, Ints, directions_of, settled

__all__ = ["FootprintStore", "Outline"]

LARGEST_QUAD = 0.2
"""Radians from corner to corner, up to which quadrangles are filed together."""


@dataclass(frozen=True, eq=False)
class Outline:
    """The outline of one HDU.

    Parameters
    ----------
    hdu_index
        Number of the HDU in the file, the primary is 0.
    ccdnum
        Number of the detector, where it has one.
    vertices
        ``(n, 2)`` RA and Dec in degrees ICRS.
    """

    hdu_index: int
    ccdnum: int | None
    vertices: Floats

    @property
    def s_region(self) -> str:
        """The outline in the words of DALI, six digits to the tenth of a milliarcsecond and better."""
        return "POLYGON ICRS " + " ".join(f"{value:.9f}" for value in np.ravel(self.vertices))


class FootprintStore:
    """Outlines in, outlines out.

    Parameters
    ----------
    uow
        The unit of work in which all of it happens.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def add_set(self, outlines: Sequence[Outline]) -> int:
        """Store the outlines of one exposure.

        Returns
        -------
        int
            The id of the set.

        Raises
        ------
        ValueError
            An outline is none: fewer than three corners, crossing sides, larger than a hemisphere.
        """
        polygons = [Polygon(outline.vertices).outline for outline in outlines]
        entry = FootprintSetRow()
        self._session.add(entry)
        self._session.flush()
        rows = [_row(entry.id, outline, polygon) for outline, polygon in zip(outlines, polygons, strict=True)]
        self._session.add_all(rows)
        self._session.flush()
        cells = [{"zuniq": key, "footprint_id": rows[place].id} for place, key in _cells_of(polygons)]
        if cells:
            self._session.execute(insert(FootprintCellRow), cells)
        return entry.id

    def add_sets_of_quads(self, hdu_indices: Ints, ccdnums: Ints, quads: Floats) -> Ints:
        """Store the outlines of many exposures of one camera at once.

        Parameters
        ----------
        hdu_indices, ccdnums
            Of the camera's detectors, ``(d,)``.
        quads
            Unit vectors ``(exposures, d, 4, 3)``: convex, anticlockwise.

        Returns
        -------
        ndarray
            The id of the set of each exposure.
        """
        exposures, detectors = quads.shape[:2]
        set_ids = self._numbers("footprint_set_id_seq", exposures)
        ids = self._numbers("footprint_id_seq", exposures * detectors)
        flat = settled(quads.reshape(-1, 4, 3))
        places, cores, reaches = middles_of_quads(flat)
        copy_columns(self._session, "footprint_set", [("id", set_ids)])
        copy_columns(
            self._session,
            "footprint",
            [
                ("id", ids),
                ("set_id", np.repeat(set_ids, detectors)),
                ("hdu_index", np.tile(hdu_indices, exposures)),
                ("ccdnum", np.tile(ccdnums, exposures)),
                ("vertices", flat.reshape(len(flat), 12)),
                *zip("xyz", places.T, strict=True),
                ("core", cores),
                ("reach", reaches),
                ("is_convex", np.ones(len(flat), dtype=bool)),
            ],
        )
        rows, keys = cells_of_quads(flat)
        in_order = np.argsort(keys, kind="stable")
        copy_columns(
            self._session, "footprint_cell", [("zuniq", keys[in_order]), ("footprint_id", ids[rows[in_order]])]
        )
        return set_ids

    def outlines(self, set_id: int) -> list[Outline]:
        """Give the outlines of a set, in the order of the HDUs."""
        query = select(FootprintRow).where(FootprintRow.set_id == set_id).order_by(FootprintRow.hdu_index)
        found = []
        for row in self._session.scalars(query):
            ra, dec = directions_of(np.array(row.vertices).reshape(-1, 3))
            found.append(Outline(row.hdu_index, row.ccdnum, np.stack([ra, dec], axis=1)))
        return found

    def _numbers(self, sequence: str, count: int) -> Ints:
        query = text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")
        numbers = self._session.scalars(query, {"sequence": sequence, "count": count})
        return np.fromiter(numbers, dtype=np.int64, count=count)


def _row(set_id: int, outline: Outline, polygon: Floats) -> FootprintRow:
    middle = middle_of_outline(polygon)
    x, y, z = middle.place.tolist()
    return FootprintRow(
        set_id=set_id,
        hdu_index=outline.hdu_index,
        ccdnum=outline.ccdnum,
        vertices=polygon.ravel().tolist(),
        x=x,
        y=y,
        z=z,
        core=middle.core,
        reach=middle.reach,
        is_convex=middle.is_convex,
    )


def _cells_of(polygons: Sequence[Floats]) -> Iterator[tuple[int, int]]:
    """Give the number of a polygon and the key of a cell, for each cell of each polygon.

    Notes
    -----
    The detectors of a mosaic are quadrangles of one size; together they take a tenth of the time.
    """
    sizes = [_size_of_quad(polygon) for polygon in polygons]
    middle = float(np.median([size for size in sizes if size] or [0.0]))
    alike = [place for place, size in enumerate(sizes) if size and middle / 2 <= size <= middle * 2]
    if len(alike) > 1:
        rows, keys = cells_of_quads(np.stack([polygons[place] for place in alike]))
        yield from zip((alike[row] for row in rows.tolist()), keys.tolist(), strict=True)
    for place in range(len(polygons)) if len(alike) < 2 else sorted(set(range(len(polygons))) - set(alike)):
        for key in cells_of_outline(polygons[place]).tolist():
            yield place, key


def _size_of_quad(polygon: Floats) -> float:
    """Give the smaller side of a small convex quadrangle, in radians; 0 for any other polygon."""
    if len(polygon) != 4:
        return 0.0
    following = np.roll(polygon, -1, axis=0)
    turns = np.einsum("nk,nk->n", np.cross(polygon, following), np.roll(polygon, -2, axis=0))
    reach = np.linalg.norm(polygon - polygon[0], axis=1).max()
    if reach > LARGEST_QUAD or turns.min() <= 0:
        return 0.0
    return float(np.linalg.norm(following - polygon, axis=1).min())
