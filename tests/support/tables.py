"""A table with one of everything, and what comes of it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pyarrow as pa

from vo.tables import BatchSource, Datatype, Field, Format, SkyFrame, TimeFrame, find_format, write

FIELDS = (
    Field("name", Datatype.UNICODE_CHAR, "*", ucd="meta.id;meta.main", description='A <name> & "more".'),
    Field("ok", Datatype.BOOLEAN),
    Field("octet", Datatype.UNSIGNED_BYTE),
    Field("short", Datatype.SHORT),
    Field("int", Datatype.INT, id="col_int"),
    Field("long", Datatype.LONG, unit="byte"),
    Field("mag", Datatype.FLOAT, unit="mag", ucd="phot.mag"),
    Field(
        "ra",
        Datatype.DOUBLE,
        unit="deg",
        ucd="pos.eq.ra;meta.main",
        utype="obscore:Char.x",
        frame=SkyFrame("ICRS", epoch="J2015.5"),
    ),
    Field("seen", Datatype.CHAR, "*", xtype="timestamp", frame=TimeFrame("UTC", "TOPOCENTER")),
    Field("region", Datatype.DOUBLE, "*", unit="deg", frame=SkyFrame("ICRS", epoch="J2015.5")),
    Field("pair", Datatype.INT, "2"),
    Field("code", Datatype.CHAR, "4"),
)
NAMES = ['a<b>&"c", d\n]]>', "Größe ★ 𝄞", None, "tab\tback\\slash \\N \\n", "", "'"]
NAN, INF = float("nan"), float("inf")
TIMES = [datetime(2014, 8, 1, 3, 4, 5, 678900, UTC), datetime(2014, 8, 1, tzinfo=UTC), None]
COLUMNS = [
    pa.array(NAMES),
    pa.array([True, False, None, True, False, None]),
    pa.array([0, 255, None, 1, 2, 3], pa.uint8()),
    pa.array([-32768, 32767, None, 0, 1, -1], pa.int16()),
    pa.array([-(2**31), 2**31 - 1, None, 0, 1, -1], pa.int32()),
    pa.array([-(2**63) + 1, 2**63 - 1, None, 0, 1, -1], pa.int64()),
    pa.array([0.1, -1e30, None, NAN, INF, -INF], pa.float32()),
    pa.array([10.1, 1e-300, None, NAN, -INF, -0.0], pa.float64()),
    pa.array([*TIMES, *TIMES], pa.timestamp("us", "UTC")),
    pa.array([[1.5, 2.5, 3.5], [], None, [NAN, INF, -1.0], [0.1], None], pa.list_(pa.float64())),
    pa.array([[1, 2], [3, 4], None, [5, 6], [-7, 8], None], pa.list_(pa.int32())),
    pa.array(["abcd", "ab", None, "", "wxyz", "a"]),
]
ROWS = 6


def sample(*sizes: int) -> Iterator[pa.RecordBatch]:
    """Give the rows in batches of these sizes."""
    whole = pa.RecordBatch.from_arrays(COLUMNS, names=[field.name for field in FIELDS])
    start = 0
    for size in sizes or (ROWS,):
        yield whole.slice(start, size)
        start += size


def form(name: str) -> Format:
    found = find_format(name)
    assert found is not None, name
    return found


def written(name: str, batches: Iterable[pa.RecordBatch] | None = None, limit: int | None = None) -> bytes:
    """Write the sample, or other batches of its fields."""
    source = BatchSource(sample(2, 4) if batches is None else batches, FIELDS, limit)
    return b"".join(write(form(name), source, FIELDS, {"standardID": "ivo://x"}))


def broken() -> Iterator[pa.RecordBatch]:
    """Give some rows, then break."""
    yield from sample(2)
    raise RuntimeError("secret of the database")
