"""The two doors: pieces of COPY cut anywhere, and batches; limits exact; what PostgreSQL writes is read right."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

import psycopg2
import pyarrow as pa
import pytest
from adbc_driver_postgresql import dbapi
from astropy.io.votable import parse_single_table

from tests.support.tables import form
from vo.tables import BatchSource, CopySource, Datatype, Door, Field, batches_of, copy_expression, fetched_ahead, write

T = TypeVar("T")
NAME = Field("name", Datatype.UNICODE_CHAR, "*")
FIELDS = (Field("n", Datatype.INT), NAME)


def cut(text: bytes, size: int) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("limit", [None, 0, 1, 2, 3, 4, 5])
def test_rows_of_csv_are_counted_through_quotes(size: int, limit: int | None) -> None:
    rows = [b'1,"a\n""b"\n', b"2,\n", b'3,""\n', b'4,"\n\n"\n']
    source = CopySource(cut(b"".join(rows), size), limit, Door.CSV)
    kept = 4 if limit is None else min(limit, 4)
    assert b"".join(source) == b"".join(rows[:kept])
    assert (source.rows, source.is_truncated) == (kept, kept < 4)


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize("limit", [None, 0, 1, 2, 3])
def test_rows_of_text(size: int, limit: int | None) -> None:
    rows = [b'1\t"a\\n\n', b"2\t\\N\n", b"3\t\n"]
    source = CopySource(cut(b"".join(rows), size), limit, Door.TEXT)
    kept = 3 if limit is None else min(limit, 3)
    assert b"".join(source) == b"".join(rows[:kept])
    assert (source.rows, source.is_truncated) == (kept, kept < 3)


def test_begin_meets_the_first_fault_and_loses_nothing() -> None:
    source = CopySource(iter([b"1\t2\n", b"3\t4\n"]), None)
    source.begin()
    assert b"".join(source) == b"1\t2\n3\t4\n"
    source = CopySource(iter([]), None)
    source.begin()
    assert list(source) == []

    refused = (pa.array([number]).cast(pa.null()) for number in [1])
    with pytest.raises(pa.ArrowException):
        BatchSource(refused, FIELDS).begin()


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_rows_of_objects(limit: int) -> None:
    source = BatchSource(batches_of([[(1, "a")], [], [(2, None), (None, "c")]], FIELDS), FIELDS, limit)
    assert [row for batch in source for row in zip(*batch.to_pydict().values(), strict=True)] == [
        (1, "a"),
        (2, None),
        (None, "c"),
    ][:limit]
    assert source.is_truncated is (limit < 3)


def test_a_source_with_a_row_too_many_is_read_to_its_end() -> None:
    ended = []

    def noted(items: list[T]) -> Iterator[T]:
        yield from items
        ended.append(len(items))

    batches = batches_of([[(1, "a"), (2, "b")], [(3, "c")]], FIELDS)
    rows = BatchSource(noted(list(batches)), FIELDS, 2)
    assert sum(batch.num_rows for batch in rows) == 2
    assert b"".join(CopySource(noted([b"1\n2\n3\n"]), 2)) == b"1\n2\n"
    assert rows.is_truncated
    assert ended == [2, 1]


def test_binary_forms_take_no_copy() -> None:
    for name in ("votable", "votable/b", "fits", "parquet", "json", "html", "text"):
        with pytest.raises(TypeError):
            b"".join(write(form(name), CopySource([]), FIELDS))


# An expression of PostgreSQL, its field, and what TABLEDATA and CSV must say.
TEXTS = [
    'a<b>&"c", d\n]]>',
    "tab\tback\\slash \\N \r\\n",
    "",
    "\x01\x02\x0b",
    "Infinity",
    "Größe ★ 𝄞",
    "\\N",
    "x\ufffe",
]
VALUES: list[tuple[str, Field, str | None, str | None]] = [
    ("true", Field("c", Datatype.BOOLEAN), "true", "true"),
    ("NULL::boolean", Field("c", Datatype.BOOLEAN), "", ""),
    ("(-32768)::smallint", Field("c", Datatype.SHORT), "-32768", "-32768"),
    ("1.50::numeric", Field("c", Datatype.DOUBLE), "1.5", "1.5"),
    ("0.1::real", Field("c", Datatype.FLOAT), "0.1", "0.1"),
    ("'NaN'::float8", Field("c", Datatype.DOUBLE), "NaN", "NaN"),
    ("'Infinity'::float8", Field("c", Datatype.DOUBLE), "+Inf", "Infinity"),
    ("'-Infinity'::real", Field("c", Datatype.FLOAT), "-Inf", "-Infinity"),
    ("count(*)", Field("c", Datatype.LONG), "1", "1"),
    ("ARRAY[1.5, NULL, 'NaN', '-Infinity', 'Infinity']::float8[]", Field("c", Datatype.DOUBLE, "*"), None, None),
    ("ARRAY[[1, 2], [3, 4]]", Field("c", Datatype.INT, "2x*"), "1 2 3 4", "1 2 3 4"),
    ("ARRAY[true, NULL, false]", Field("c", Datatype.BOOLEAN, "*"), None, None),
    (
        "timestamp '2014-08-01 03:04:05.6789'",
        Field("c", Datatype.CHAR, "*", xtype="timestamp"),
        "2014-08-01T03:04:05.6789",
        "2014-08-01T03:04:05.6789",
    ),
    (
        "timestamptz '2014-08-01 05:00+02'",
        Field("c", Datatype.CHAR, "*", xtype="timestamp"),
        "2014-08-01T03:00:00",
        "2014-08-01T03:00:00",
    ),
    ("date '2014-08-01'", Field("c", Datatype.CHAR, "*", xtype="timestamp"), "2014-08-01", "2014-08-01"),
    ("ARRAY['a', 'b']", NAME, "{a,b}", "{a,b}"),
    ("'{\"a\": 1}'::jsonb", NAME, '{"a": 1}', '{"a": 1}'),
    (
        "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid",
        NAME,
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    ),
]


@pytest.fixture(scope="module")
def cursor(database_server: str) -> Iterator[Any]:
    connection = psycopg2.connect(database_server)
    with connection.cursor() as cursor:
        cursor.execute("SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO'")
        yield cursor
    connection.close()


def copied(cursor: Any, sql: str, door: Door) -> bytes:
    out = io.BytesIO()
    cursor.copy_expert(f"COPY ({sql}) TO STDOUT ({door.copy_options})", out)
    return out.getvalue()


@pytest.mark.parametrize("has_text", [True, False])
@pytest.mark.parametrize(("sql", "field", "xml", "line"), VALUES)
def test_values_of_the_database(
    cursor: Any, sql: str, field: Field, xml: str | None, line: str | None, has_text: bool
) -> None:
    fields = (field, NAME) if has_text else (field,)
    other = ", 'Infinity'" if has_text else ""
    data = copied(cursor, f"SELECT {copy_expression(field, sql, Door.TEXT)}{other}", Door.TEXT)
    document = b"".join(write(form("votable/td"), CopySource([data]), fields)).decode()
    cells = document.partition("<TR>")[2].partition("</TR>")[0].removeprefix("<TD>").replace("<TD/>", "<TD></TD>")
    if xml is not None:
        assert cells.partition("</TD>")[0].removeprefix("<TD>") == xml
    assert not has_text or cells.endswith("<TD>Infinity</TD>")
    data = copied(cursor, f"SELECT {copy_expression(field, sql, Door.CSV)}{other}", Door.CSV)
    text = b"".join(write(form("csv"), CopySource([data], None, Door.CSV), fields)).decode()
    if line is not None:
        read = list(csv.reader(io.StringIO(text, newline="")))
        assert line == (read[1][0] if len(read[1]) else "")


def test_arrays_of_the_database(cursor: Any) -> None:
    fields = tuple(field for _, field, xml, _ in VALUES if xml is None)
    columns = ", ".join(copy_expression(field, sql, Door.TEXT) for sql, field, xml, _ in VALUES if xml is None)
    document = b"".join(write(form("votable/td"), CopySource([copied(cursor, f"SELECT {columns}", Door.TEXT)]), fields))
    assert b"<TR><TD>1.5 NaN NaN -Inf +Inf</TD><TD>t ? f</TD></TR>" in document


def test_texts_of_the_database(cursor: Any) -> None:
    rows = ",".join(cursor.mogrify("(%s::text)", (text,)).decode() for text in TEXTS)
    data = copied(cursor, f"VALUES {rows}, (NULL)", Door.TEXT)
    document = b"".join(write(form("votable/td"), CopySource(cut(data, 9)), (NAME,)))
    read = parse_single_table(io.BytesIO(document)).array["name"]
    expected = [*TEXTS, ""]
    expected[3], expected[7] = "\ufffd" * 3, "x\ufffd"
    assert [str(text) for text in read.data] == expected
    data = copied(cursor, f"VALUES {rows}", Door.TSV)
    document = b"".join(write(form("tsv"), CopySource(cut(data, 9), None, Door.TSV), (NAME,)))
    lines = csv.reader(io.StringIO(document.decode(), newline=""), delimiter="\t")
    assert [line[0] for line in lines] == ["name", *TEXTS]


def test_batches_and_copy_give_the_same(cursor: Any) -> None:
    times = Field("t", Datatype.CHAR, "*", xtype="timestamp")
    fields = (Field("n", Datatype.LONG), NAME, Field("x", Datatype.DOUBLE), Field("b", Datatype.BOOLEAN), times)
    rows = "(1, 'a<b', 0.1::float8, true, now()), (2, NULL, 'NaN', NULL, NULL), (NULL, '', '-Infinity', false, 'epoch')"
    for name in ("votable/td", "csv", "tsv"):
        door = form(name).door
        columns = ", ".join(copy_expression(field, field.name, door) for field in fields)
        data = copied(cursor, f"SELECT {columns} FROM (VALUES {rows}) v(n, name, x, b, t)", door)
        by_copy = b"".join(write(form(name), CopySource([data], None, door), fields))
        cursor.execute(f"SELECT * FROM (VALUES {rows}) v(n, name, x, b, t)")
        by_batch = b"".join(write(form(name), BatchSource(batches_of([cursor.fetchall()], fields), fields), fields))
        assert by_batch.replace(b"<TD></TD>", b"<TD/>") == by_copy.replace(b"<TD></TD>", b"<TD/>")


def test_values_of_the_database_as_batches(database_server: str) -> None:
    columns = [copy_expression(field, sql, Door.BATCHES) for sql, field, _, _ in VALUES]
    fields = [replace(field, name=f"c{number}") for number, (_, field, _, _) in enumerate(VALUES)]
    select = ", ".join(f"{column} AS {field.name}" for column, field in zip(columns, fields, strict=True))
    with dbapi.connect(database_server) as connection, connection.cursor() as cursor:
        cursor.execute("SET TimeZone TO 'UTC'")
        cursor.execute(f"SELECT {select}")
        batches = list(fetched_ahead(cursor.fetch_record_batch()))
    by_batch = b"".join(write(form("votable/td"), BatchSource(batches, fields), fields)).decode()
    cells = by_batch.partition("<TR><TD>")[2].partition("</TD></TR>")[0].split("</TD><TD>")
    for cell, (sql, _, xml, _) in zip(cells, VALUES, strict=True):
        assert xml is None or cell == xml, sql
    for name in ("votable", "votable/b", "fits", "parquet", "json", "csv", "html", "text"):
        assert b"".join(write(form(name), BatchSource(batches, fields), fields))
