# SPDX-License-Identifier: BSD-3-Clause
"""Positions in tables of others: which columns hold them, and the order-29 cells by which they are found."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vo.sky import hpx29
from vo.tables import Datatype, Field

__all__ = ["HPX29", "in_order", "position_of", "with_cells"]

HPX29 = Field("archive_hpx29", Datatype.LONG, ucd="pos.HEALPix", description="Order-29 nested HEALPix cell.")

# What is sorted at once must fit in memory, twice.
_RUN = 32 * 2**20
_BATCH = 65_536
_BEYOND = 2**62

_UCDS = (("pos.eq.ra;meta.main", "pos.eq.dec;meta.main"), ("pos.eq.ra", "pos.eq.dec"))
_NAMES = (("ra", "dec"), ("s_ra", "s_dec"), ("ra_icrs", "de_icrs"), ("raj2000", "dej2000"), ("_ra", "_dec"),
          ("ra_j2000", "dec_j2000"), ("alpha", "delta"), ("radeg", "dedeg"))  # fmt: skip


def position_of(fields: Sequence[Field]) -> tuple[int, int] | None:
    """Give the places of the columns of right ascension and declination in degrees; None if there are none.

    UCDs count before names, and the main position before any other.
    """
    fit = {place: field for place, field in enumerate(fields) if _is_angle(field)}
    for wanted in _UCDS:
        found = [[place for place, field in fit.items() if field.ucd.lower() == ucd] for ucd in wanted]
        if all(found):
            return found[0][0], found[1][0]
    for names in _NAMES:
        places = [next((place for place, field in fit.items() if field.name.lower() == name), None) for name in names]
        if places[0] is not None and places[1] is not None:
            return places[0], places[1]
    return None


def with_cells(batches: Iterable[pa.RecordBatch], position: tuple[int, int]) -> Iterator[pa.RecordBatch]:
    """Give batches with one more column: the cell of each position, NULL where it is no place on the sky."""
    for batch in batches:
        ra, dec = (_degrees(batch.column(place)) for place in position)
        is_place = (np.abs(dec) <= 90) & (ra >= 0) & (ra <= 360)
        cells = np.zeros(batch.num_rows, dtype=np.int64)
        cells[is_place] = hpx29(ra[is_place], dec[is_place])
        yield batch.append_column(HPX29.name, pa.array(cells, mask=~is_place))


def in_order(batches: Iterable[pa.RecordBatch], octets: int = _RUN) -> Iterator[pa.RecordBatch]:
    """Give batches that end in a column of cells with their rows in its order, so many octets of them at a time.

    Rows that are looked up one after the other in a catalogue then find its pages where they just were, which halves
    the time of a large crossmatch.
    """
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.nbytes for each in waiting) >= octets:
            yield from _sorted(waiting)
            waiting = []
    if waiting:
        yield from _sorted(waiting)


def _sorted(batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    rows = pa.Table.from_batches(batches)
    # NULL goes last; rows of one cell stay as they came.
    cells = pc.fill_null(rows.column(rows.num_columns - 1), _BEYOND).to_numpy()
    yield from rows.take(pa.array(np.argsort(cells, kind="stable"))).to_batches(_BATCH)


def _is_angle(field: Field) -> bool:
    return field.datatype in {Datatype.DOUBLE, Datatype.FLOAT} and not field.is_array and field.unit in {"", "deg"}


def _degrees(column: pa.Array) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    # NULL comes as NaN, which is nowhere.
    return column.to_numpy(zero_copy_only=False).astype(np.float64)  # type: ignore[no-any-return]
