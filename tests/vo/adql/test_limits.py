"""No text, however large or odd, brings anything but a tree or an ADQLError, and that soon."""

import math
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vo.adql.stars import TABLES
from vo.adql import ADQLError, ErrorCode, Extension, parse, to_adql, translate
from vo.adql.words import reserved_words

MANY = 400_000


@pytest.mark.parametrize(
    "query",
    [
        "(" * 1_000_000,
        "SELECT " + "(" * MANY,
        "SELECT a FROM t WHERE " + "(" * 5_000 + "a = 1" + ")" * 5_000,
        "SELECT " + "ABS(" * 5_000 + "a" + ")" * 5_000 + " FROM t",
        "SELECT " + " + ".join(["a"] * 5_000) + " FROM t",
        "SELECT a FROM t WHERE " + "NOT " * 5_000 + "a = 1",
        "SELECT a FROM t WHERE a IN (" + ", ".join(map(str, range(10_000))) + ")",
        "SELECT a FROM t WHERE " + " AND ".join(["a = 1"] * 20_000),
        "SELECT * FROM t AS t0 " + " ".join(f"JOIN t AS t{n} ON t0.a = t{n}.a" for n in range(1, 500)),
        "SELECT * FROM " + ", ".join(f"t AS t{n}" for n in range(500)),
        "SELECT * FROM " + "(" * 500 + "t JOIN u USING (a)" + ")" * 500,
        " UNION ".join(["SELECT a FROM t"] * 500),
        "SELECT * FROM " + "(SELECT * FROM " * 500 + "t" + ") AS x" * 500,
        "SELECT a FROM t WHERE a IN " + "(SELECT a FROM t WHERE a IN " * 500 + "(1)" + ")" * 500,
        "SELECT f(" + ", ".join(["1"] * 100_000) + ") FROM t",
        "SELECT TOP " + "9" * 5_000 + " a FROM t",
        "SELECT POLYGON(" + ", ".join(["1"] * 50_000) + ") FROM t",
        "SELECT " + "'" * 100_001 + " FROM t",
        "SELECT " + "-" * MANY,
    ],
    ids=lambda query: f"{query[:30]}... {len(query)}",
)
def test_huge_queries_are_refused_soon(query: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(ADQLError) as caught:
        parse(query)
    assert time.perf_counter() - begin < 5
    assert len(str(caught.value)) < 1_000


def test_limit_is_named() -> None:
    with pytest.raises(ADQLError, match="at most 5000 values; upload longer lists") as caught:
        parse("SELECT a FROM t WHERE a IN (" + ", ".join(map(str, range(10_000))) + ")")
    assert caught.value.code is ErrorCode.LIMIT


def test_sizes_in_use_are_read() -> None:
    parse("SELECT a FROM t WHERE " + "(" * 200 + "a = 1" + ")" * 200)
    parse("SELECT a FROM t WHERE a IN (" + ", ".join(map(str, range(4_000))) + ")")
    parse("SELECT a FROM t WHERE " + " OR ".join(f"a = {n}" for n in range(1_000)))
    parse("SELECT " + " + ".join(["a"] * 90) + " FROM t")
    parse(" UNION ".join(["SELECT a FROM t"] * 30))


WORDS = st.sampled_from(
    [
        *sorted(reserved_words("2.1")),
        *"()(),.;=<>+-*/|'\"",
        "||",
        "<>",
        "a",
        "t",
        "b.c",
        '"Q"',
        "1",
        "1.5e3",
        "'s'",
        "\n",
    ]
)


@settings(max_examples=1_500, deadline=None)
@given(st.lists(WORDS, max_size=40), st.sampled_from(["2.0", "2.1"]), st.booleans())
def test_heaps_of_words_end_well(words: list[str], version: str, is_open: bool) -> None:
    end_well("SELECT a FROM t WHERE " + " ".join(words), version, is_open=is_open)
    end_well(" ".join(words), version, is_open=is_open)


@settings(max_examples=700, deadline=None)
@given(st.text(max_size=60))
def test_any_text_ends_well(text: str) -> None:
    end_well(text, "2.1", is_open=True)
    end_well(f"SELECT {text} FROM t", "2.1", is_open=True)


def end_well(text: str, version: str, *, is_open: bool) -> None:
    extensions = tuple(Extension) if is_open else ()
    read = None
    with suppress(ADQLError):
        read = parse(text, version, extensions)
    if read is not None:
        assert parse(to_adql(read), version, extensions) == read


CONE = "1 = CONTAINS(POINT(ra, dec), CIRCLE({}, 10, 0.1))"
POLYGON = "1 = CONTAINS(POINT(ra, dec), POLYGON({}))"
CORNERS = ", ".join(f"{10 + 5 * math.cos(k / 80):.4f}, {10 + 5 * math.sin(k / 80):.4f}" for k in range(500))


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("SELECT " + ", ".join(["ra"] * 10_000) + " FROM stars", "at most 1600 columns"),
        ("SELECT " + ", ".join(["*"] * 10_000) + " FROM stars", "at most 1600 columns"),
        ("SELECT id FROM stars WHERE " + " OR ".join(CONE.format(k / 10) for k in range(2_100)), "2000 corners"),
        ("SELECT id FROM stars WHERE " + " OR ".join([POLYGON.format(CORNERS)] * 5), "2000 corners"),
        ("WITH a0 AS (SELECT * FROM stars) " + "".join(
            f", a{k} AS (SELECT * FROM a{k - 1} AS x, a{k - 1} AS y)" for k in range(1, 15)
        ) + " SELECT * FROM a14", "1600 columns"),
        # PostgreSQL would write 20 to the power of 8 names.
        ("WITH a0 AS (SELECT name AS s FROM stars)" + "".join(
            f", a{k} AS (SELECT {'||'.join(['s'] * 20)} AS s FROM a{k - 1})" for k in range(1, 9)
        ) + " SELECT s FROM a8", "made of one another too often"),
        ("SELECT q FROM " + "(SELECT q + q AS q FROM " * 20 + "(SELECT ra AS q FROM stars) AS x" + ") AS x" * 20,
            "made of one another too often"),
        ("SELECT q FROM (" + " UNION ALL ".join(["SELECT " + " + ".join(["ra"] * 90) + " AS q FROM stars"] * 40)
            + ") AS x WHERE " + " + ".join(["q"] * 9) + " > 1", "made of one another too often"),
        # Both arguments are named more than once in SQL.
        ("SELECT " + "DISTANCE(POINT('GALACTIC', " * 30 + "ra" + ", dec), POINT(ra, dec))" * 30 + " FROM stars",
            "too long for the database"),
        ("SELECT " + "CAST(ivo_hasword(" * 30 + "name" + ", 'x') AS VARCHAR)" * 30 + " FROM stars",
            "too long for the database"),
        ("SELECT nothing FROM stars WHERE " + "a" * 100_000 + " = 1", "no column"),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_what_is_much_to_write_is_refused_soon(query: str, part: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(ADQLError) as caught:
        translate(query, TABLES)
    assert time.perf_counter() - begin < 5
    assert part in str(caught.value)
    assert len(str(caught.value)) < 1_000


def test_names_that_repeat_are_told_apart() -> None:
    found = translate("SELECT ra, ra, ra AS ra_2, ra FROM stars", TABLES)
    assert [field.name for field in found.fields] == ["ra", "ra_3", "ra_2", "ra_4"]


def test_subqueries_of_a_usual_kind_are_written() -> None:
    inner = "SELECT id, ra, dec, mag, ra - dec AS d, mag * mag + ra * ra AS e FROM stars"
    for _ in range(10):
        inner = f"SELECT id, ra, dec, mag, d, e FROM ({inner}) AS x WHERE ra > 1 AND e > d"
    translate(f"WITH a AS ({inner}) SELECT x.id, y.e FROM a AS x JOIN a AS y ON x.id = y.id", TABLES)
