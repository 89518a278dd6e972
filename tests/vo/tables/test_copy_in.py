"""Uploads on their way into PostgreSQL: what was read is what the table holds."""

import io
from collections.abc import Iterator
from typing import Any

import psycopg2
import pyarrow as pa
import pytest

from tests.support.tables import COLUMNS, FIELDS, sample
from vo.tables import Datatype, Field, binary_copy, pieces_of, sql_type


@pytest.fixture
def cursor(database_server: str) -> Iterator[Any]:
    connection = psycopg2.connect(database_server)
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


def test_rows_are_the_same_in_the_database(cursor: Any) -> None:
    columns = ", ".join(f'"{field.name}" {sql_type(field)}' for field in FIELDS)
    cursor.execute(f"CREATE TEMP TABLE upload ({columns})")
    stream = io.BytesIO(b"".join(binary_copy(sample(1, 2, 0, 3), FIELDS)))
    cursor.copy_expert("COPY upload FROM STDIN (FORMAT binary)", stream)
    cursor.execute("SELECT * FROM upload")
    for got, column, field in zip(zip(*cursor.fetchall(), strict=True), COLUMNS, FIELDS, strict=True):
        expected = column.to_pylist()
        if field.is_timestamp:
            expected = [moment and moment.replace(tzinfo=None) for moment in expected]
        if field.name == "mag":
            assert [value and float(f"{value:.6g}") for value in got][:3] == [0.1, -1e30, None]
            continue
        assert repr(list(got)) == repr(expected), field.name


def test_no_rows(cursor: Any) -> None:
    cursor.execute("CREATE TEMP TABLE upload (n int)")
    cursor.copy_expert("COPY upload FROM STDIN (FORMAT binary)", io.BytesIO(b"".join(binary_copy([], FIELDS[4:5]))))
    cursor.execute("SELECT count(*) FROM upload")
    assert cursor.fetchone() == (0,)


def test_nulls_within_arrays(cursor: Any) -> None:
    field, array = Field("a", Datatype.INT, "*"), [[1, None], None, [None], []]
    batch = pa.RecordBatch.from_arrays([pa.array(array, pa.list_(pa.int32()))], names=["a"])
    cursor.execute("CREATE TEMP TABLE upload (a int[])")
    pieces = binary_copy([batch], [field])
    cursor.copy_expert("COPY upload FROM STDIN (FORMAT binary)", io.BytesIO(b"".join(pieces)))
    cursor.execute("SELECT a FROM upload")
    assert [row[0] for row in cursor.fetchall()] == array


def test_copy_out_in_pieces(cursor: Any) -> None:
    sql = "COPY (SELECT n, repeat('x', 10) FROM generate_series(1, 100000) n) TO STDOUT"
    pieces = list(pieces_of(lambda file: cursor.copy_expert(sql, file)))
    assert b"".join(pieces).count(b"\n") == 100_000
    assert 5 < len(pieces) < 50
