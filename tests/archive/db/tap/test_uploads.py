"""Tables that come with a query: stored as they are described, read by the role, gone afterwards."""

from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa
import pytest
from sqlalchemy import text

from archive.db.session import Database
from archive.db.tap import BatchConnections, QuerySettings, TapBackend, TapUploads, TextConnections
from archive.db.tap.positions import in_order, position_of
from archive.domain.access import ANONYMOUS
from tests.support.holdings import NOW
from tests.support.taprole import SITE
from vo.adql import TableMap, translate
from vo.tables import Datatype, Door, Field
from vo.tables.uploads import UploadedTable, UploadError
from vo.tap import Statement

STARS = (
    Field("id", Datatype.INT),
    Field('my "name"', Datatype.UNICODE_CHAR, "*"),
    Field("ra", Datatype.DOUBLE, unit="deg", ucd="pos.eq.ra;meta.main"),
    Field("dec", Datatype.DOUBLE, unit="deg", ucd="pos.eq.dec;meta.main"),
)


def batch(*rows: tuple[object, ...]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True))
    types = [pa.int32(), pa.string(), pa.float64(), pa.float64()]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=[field.name for field in STARS])


STORED = batch((1, "Véga", 279.23, 38.78), (2, None, None, 1.0), (3, "x", float("nan"), 0.0), (4, "pole", 0.0, 90.0))


@pytest.fixture
def uploads(database: Database) -> TapUploads:
    return TapUploads(database=database, clock=lambda: NOW)


@pytest.fixture
def backend(database: Database) -> Iterator[TapBackend]:
    settings = QuerySettings(database.url, connections=1)
    texts, batches = TextConnections(settings), BatchConnections(settings)
    yield TapBackend(texts=texts, batches=batches, site=SITE, clock=lambda: NOW)
    texts.dispose()
    batches.dispose()


def schemas(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'tap_up')")))


def test_an_uploaded_table_can_be_asked_and_goes(uploads: TapUploads, backend: TapBackend, database: Database) -> None:
    space = uploads.open(ANONYMOUS)
    table = space.add("mine", UploadedTable(STARS, iter([STORED])))
    assert [column.field for column in table.columns] == list(STARS)
    assert table.rows == 4

    def rows(query: str) -> str:
        sql = translate(query, TableMap([table]), limit=100).sql
        return b"".join(backend.copy(ANONYMOUS, Statement(sql, 30, space.name), Door.CSV)).decode()

    assert rows('SELECT id, "my ""name""" FROM TAP_UPLOAD.mine ORDER BY id') == "1,Véga\n2,\n3,x\n4,pole\n"
    near = "SELECT id FROM tap_upload.mine WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE({}, 0.1))"
    assert rows(near.format("279.2, 38.8")) == "1\n"
    assert rows(near.format("77, 90")) == "4\n"
    space.close()
    space.close()
    assert schemas(database) == []


def test_a_row_that_is_too_wide_is_told(uploads: TapUploads, database: Database) -> None:
    fields = tuple(Field(f"a{number}", Datatype.DOUBLE, "8") for number in range(1000))
    values = pa.array([[0.5] * 8], pa.list_(pa.float64(), 8))
    row = pa.RecordBatch.from_arrays([values] * len(fields), names=[field.name for field in fields])
    space = uploads.open(ANONYMOUS)
    with pytest.raises(UploadError, match="wider than the database keeps"):
        space.add("wide", UploadedTable(fields, iter([row])))
    space.close()
    assert schemas(database) == []


def test_rows_lie_in_the_order_of_their_places(uploads: TapUploads, database: Database) -> None:
    places = [(number, None, float(number * 77 % 360), float(number % 5 - 2)) for number in range(100)]
    batches = [batch(*places[:60]), STORED, batch(*places[60:])]
    space = uploads.open(ANONYMOUS)
    table = space.add("mine", UploadedTable(STARS, iter(batches)))
    with database.engine.connect() as connection:
        cells = list(connection.scalars(text(f"SELECT {table.positions[0].hpx29} FROM {table.sql} ORDER BY ctid")))
    space.close()
    assert len(cells) == 104
    assert cells[102:] == [None, None]
    assert cells[:102] == sorted(cells[:102])


def test_more_rows_than_fit_are_ordered_in_parts() -> None:
    parts: list[list[int | None]] = [[9, None, 8], [7, 6], [], [5, 1, 2], [4]]
    numbers = [pa.RecordBatch.from_arrays([pa.array(part, pa.int64())], names=["c"]) for part in parts]
    ordered = [row for each in in_order(iter(numbers), octets=30) for row in each.column(0).to_pylist()]
    assert ordered == [6, 7, 8, 9, None, 1, 2, 4, 5]
    assert list(in_order(iter([]))) == []


def test_a_column_called_as_that_of_the_cells_is_another(uploads: TapUploads, backend: TapBackend) -> None:
    fields = (*STARS[:1], Field("archive_hpx29", Datatype.UNICODE_CHAR, "*"), *STARS[2:])
    space = uploads.open(ANONYMOUS)
    table = space.add("mine", UploadedTable(fields, iter([STORED])))
    query = "SELECT archive_hpx29 FROM tap_upload.mine WHERE DISTANCE(ra, dec, 279.2, 38.8) < 0.1"
    sql = translate(query, TableMap([table]), limit=9).sql
    assert b"".join(backend.copy(ANONYMOUS, Statement(sql, 30, space.name), Door.CSV)).decode() == "Véga\n"
    space.close()


def test_a_fault_of_a_row_leaves_nothing(uploads: TapUploads, database: Database) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield STORED
        raise UploadError("row 5 is cut")

    space = uploads.open(ANONYMOUS)
    with pytest.raises(UploadError, match="row 5"):
        space.add("mine", UploadedTable(STARS, broken()))
    space.close()
    assert schemas(database) == []


def test_what_died_processes_left_is_removed(uploads: TapUploads, database: Database) -> None:
    old = TapUploads(database=database, clock=lambda: NOW - timedelta(days=3)).open(ANONYMOUS)
    young = uploads.open(ANONYMOUS)
    assert uploads.remove_forgotten() == 1
    assert schemas(database) == [young.name]
    assert old.name != young.name
    young.close()


@pytest.mark.parametrize(
    ("fields", "position"),
    [
        ((Field("a", Datatype.DOUBLE), Field("b", Datatype.DOUBLE)), None),
        ((Field("RA", Datatype.DOUBLE), Field("Dec", Datatype.FLOAT)), (0, 1)),
        ((Field("RA", Datatype.UNICODE_CHAR, "*"), Field("Dec", Datatype.DOUBLE)), None),
        ((Field("ra", Datatype.DOUBLE, unit="h"), Field("dec", Datatype.DOUBLE, unit="deg")), None),
        (
            (
                Field("ra", Datatype.DOUBLE),
                Field("dec", Datatype.DOUBLE),
                Field("y", Datatype.DOUBLE, ucd="POS.EQ.DEC;META.MAIN"),
                Field("x", Datatype.DOUBLE, ucd="pos.eq.ra;meta.main"),
            ),
            (3, 2),
        ),
    ],
)
def test_positions_are_told_by_ucd_and_then_by_name(fields: tuple[Field, ...], position: tuple[int, int]) -> None:
    assert position_of(fields) == position
