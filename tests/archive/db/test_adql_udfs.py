"""The service's functions, as the catalogue of user defined functions shows them, run in PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import psycopg2
import psycopg2.extensions
import pytest

from vo.adql import UDFS, ADQLError, Column, Parameter, Table, TableMap, simbadpoint, translate
from vo.tables import Datatype, Field

Cursor = psycopg2.extensions.cursor
TEXT = {"datatype": Datatype.UNICODE_CHAR, "arraysize": "*"}
FIELDS = (
    Field("n", Datatype.INT),
    Field("words", **TEXT),  # type: ignore[arg-type]
    Field("seen", Datatype.CHAR, arraysize="*", xtype="timestamp"),
    Field("ra", Datatype.DOUBLE),
    Field("dec", Datatype.DOUBLE),
)
ROWS = "VALUES (1, 'one'::text, timestamp '2000-01-02T12:00:00', 10::float8, 20::float8), (2, 'two', NULL, 30, -40)"
TABLES = TableMap([Table("", "t", "t", tuple(Column(field, field.name) for field in FIELDS))])
FUNCTIONS = (*UDFS, simbadpoint({"M31": (10.684, 41.269)}.get))


@pytest.fixture(scope="module")
def cursor(database_url: str) -> Iterator[Cursor]:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as opened:
        opened.execute(f'CREATE TEMP TABLE t AS SELECT * FROM ({ROWS}) AS v (n, words, seen, ra, "dec")')
        yield opened
        connection.rollback()


def ask(cursor: Cursor, query: str) -> list[tuple[object, ...]]:
    cursor.execute(translate(query, TABLES, functions=FUNCTIONS).sql)
    return cursor.fetchall()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("ivo_healpix_index(0, 1, 1)", 4),
        ("ivo_healpix_index(17, 1, 1)", 81609757711),
        ("ivo_healpix_index(17, 359, -1)", 73009064944),
        ("ivo_healpix_index(0, POINT(1, 1))", 4),
        ("ivo_healpix_index(17, POINT('ICRS', 1, 1))", 81609757711),
        ("ivo_healpix_index(17, CENTROID(CIRCLE(359, -1, 3)))", 73009064944),
        ("ivo_healpix_center(0, 6)", [180, 0]),
        ("ivo_healpix_center(17, ivo_healpix_index(17, 23.4, 56.7))", [23.399843462947466, 56.70016214363192]),
        ("ivo_epoch_prop_pos(7.606083572, 11.79044105, 125, 300, -428.8, 52.51, 2016.0, 1992.25)",
         [7.604061404627978, 11.7932703828279]),
        ("ivo_epoch_prop_pos(7.606083572, 11.79044105, 125, 300, -428.8, NULL, 2016.0, 1875.0)",
         [7.594079587029898, 11.807235464326332]),
        ("ivo_geom_transform('ICRS', 'GALACTIC', POINT(120, -23))", [241.121831182, 3.62785788087]),
        ("ivo_geom_transform('FK4', 'GALACTIC', CIRCLE(189.70303055, 22.96240006, 3))", [275.00025405, 84.99996154, 3]),
        ("ivo_geom_transform('GALACTIC', 'FK5', POLYGON(5, 3, 4, 4, 4.5, 2))",
         [266.44721, -23.107310, 264.95088, -23.434037, 267.09936, -24.051919]),
        ("ivo_to_jd(CAST('2000-01-02T12:00:00' AS TIMESTAMP))", 2451546.0),
        ("ivo_to_jd('1910-12-31T06:00:00')", 2419036.75),
        ("ivo_to_jd(NULL)", None),
        ("ivo_to_mjd(seen)", 51545.5),
        ("ivo_nocasematch('ABcabc', 'ab__bc')", 1),
        ("ivo_nocasematch('abcabc', '%BC')", 1),
        ("ivo_nocasematch('abcabc', 'abcab')", 0),
        ("ivo_hasword('Miller and Urey have', 'miller')", 1),
        ("ivo_hasword('shown that a primordial', 'soup')", 0),
        ("ivo_hasword('shown that a primordial', 'shown primordial')", 1),
        ("ivo_hasword('shown that a primordial', 'shown soup')", 0),
        ("ivo_hashlist_has('Red#green#blue', 'red')", 1),
        ("ivo_hashlist_has('red#green#blue', 're')", 0),
        ("ivo_hashlist_has('red#green#blue', 'red#green')", 0),
        ("ivo_interval_overlaps(1, 2, 2, 3)", 1),
        ("ivo_interval_overlaps(1, 2, 3, 4)", 0),
        ("ivo_hms_to_degrees('3:34:45.4')", 53.6891667),
        ("ivo_dms_to_degrees('-00:15:00')", -0.25),
        ("ivo_simbadpoint('M31')", [10.684, 41.269]),
        ("COORD1(ivo_simbadpoint('M31'))", 10.684),
    ],
)  # fmt: skip
def test_examples_of_the_catalogue(cursor: Cursor, value: str, wanted: object) -> None:
    found = ask(cursor, f"SELECT TOP 1 {value} AS res FROM t ORDER BY n")[0][0]
    # The catalogue's numbers are rounded, and FK4 is turned without its terms of aberration.
    tolerance = 2e-4 if "transform" in value else 1e-7
    assert found == (None if wanted is None else pytest.approx(wanted, abs=tolerance))


def test_aggregates(cursor: Cursor) -> None:
    assert ask(cursor, "SELECT ivo_histogram(n, 1, 3, 2) FROM t") == [([0, 1, 1, 0],)]
    assert ask(cursor, "SELECT ivo_histogram(ra, 15, 25, 2) FROM t") == [([1, 0, 0, 1],)]
    joined = ask(cursor, "SELECT ivo_string_agg(words, '+') FROM t")[0][0]
    assert joined in {"one+two", "two+one"}
    assert ask(cursor, "SELECT ivo_string_agg(n, '+') FROM t WHERE n > 1") == [("2",)]
    value = ask(cursor, "SELECT TOP 1 ivo_normal_random(100, 1) FROM t")[0][0]
    assert isinstance(value, float)
    assert 80 < value < 120


def test_position_of_a_name_finds_its_index(cursor: Cursor) -> None:
    query = "SELECT n FROM t WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(ivo_simbadpoint('M31'), 30))"
    assert ask(cursor, query) == [(1,)]


def test_constant_turned_is_a_constant() -> None:
    query = (
        "SELECT n FROM t WHERE 1 = CONTAINS(POINT(ra, dec), ivo_geom_transform('GALACTIC', 'ICRS', CIRCLE(0, 0, 1)))"
    )
    assert "adql_turned" not in translate(query, TABLES).sql


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("ivo_simbadpoint('soup')", "Nothing is known under the name soup"),
        ("ivo_simbadpoint(words)", "written out"),
        ("ivo_geom_transform('ICRS', 'galactic', POINT(1, 2))", "no reference frame"),
        ("ivo_healpix_index(1)", "ivo_healpix_index(hpxOrder INTEGER"),
        ("ivo_healpix_indx(1, 2, 3)", "is it ivo_healpix_index"),
        ("ivo_healpix_index('a', 2, 3)", "needs a number"),
        ("ivo_string_agg(ivo_string_agg(words, ','), ',')", "another such function"),
        ("pg_sleep(1)", "no function pg_sleep"),
    ],
)
def test_wrong_calls_are_explained(value: str, part: str) -> None:
    with pytest.raises(ADQLError) as caught:
        translate(f"SELECT {value} FROM t", TABLES, functions=FUNCTIONS)
    assert part in caught.value.message


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: f"{row.name}{len(row.parameters)}")
def test_every_function_is_declared_and_runs(cursor: Cursor, row: object) -> None:
    function = next(one for one in FUNCTIONS if one is row)
    assert function.signature.startswith(f"{function.name}(")
    assert " -> " in function.signature
    assert function.description.endswith(".")
    if function.fold is not None:
        return
    samples = {
        Parameter.DOUBLE: "ra", Parameter.INTEGER: "n", Parameter.BIGINT: "n", Parameter.TEXT: "words",
        Parameter.TIMESTAMP: "seen", Parameter.POINT: "POINT(ra, dec)", Parameter.SHAPE: "POINT(ra, dec)",
        Parameter.ARRAY: "CIRCLE(ra, dec, 1)",
    }  # fmt: skip
    given = [samples[kind] for kind in function.parameters]
    if function.name == "ivo_geom_transform":
        given[:2] = ["'ICRS'", "'GALACTIC'"]
    if function.name == "ivo_interval_has":
        return
    translation = translate(f"SELECT {function.name}({', '.join(given)}) FROM t", TABLES, functions=FUNCTIONS)
    cursor.execute(translation.sql)
    (described,) = cursor.description or ()
    kinds = {float: 701, list: 1022, str: 25, datetime: 1114}
    assert described.type_code in {*kinds.values(), 20, 23, 1016}


def test_times_of_text_are_times(cursor: Cursor) -> None:
    assert ask(cursor, "SELECT n FROM t WHERE seen > '1999-12-31T00:00:00'") == [(1,)]
    assert ask(cursor, "SELECT n FROM t WHERE seen BETWEEN '1999-12-31' AND '2001-01-01'") == [(1,)]
