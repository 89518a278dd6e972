"""Queries made at random: whatever comes of them, it is an ADQLError or one SELECT of what was allowed."""

from contextlib import suppress
from pathlib import Path

import pglast
import pglast.visitors
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vo.adql.corpus import labelled
from tests.vo.adql.stars import TABLES
from vo.adql import UDFS, ADQLError, Extension, Translation, parse, to_adql, translate
from vo.adql.signatures import FUNCTIONS

# What SQL may call: functions of PostgreSQL that reckon with their arguments alone, and our own.
ALLOWED = {
    *[
        "abs",
        "acos",
        "asin",
        "atan",
        "atan2",
        "ceil",
        "coalesce",
        "cos",
        "cot",
        "count",
        "degrees",
        "exp",
        "extract",
        "floor",
        "ln",
        "log",
        "lower",
        "max",
        "min",
        "pi",
        "plainto_tsquery",
        "power",
        "radians",
        "random",
        "sin",
        "sqrt",
        "string_agg",
        "sum",
        "avg",
        "tan",
        "to_tsvector",
        "unnest",
        "upper",
    ],
    *(
        "adql_" + name
        for name in [
            "area",
            "array",
            "box",
            "cells_near",
            "centroid",
            "contains",
            "cover",
            "distance",
            "epoch_prop",
            "hashlist_has",
            "healpix",
            "healpix_centre",
            "histogram",
            "hpx29",
            "intersects",
            "mod",
            "normal_random",
            "numbers",
            "order_near",
            "part",
            "region",
            "round",
            "sexagesimal",
            "truncate",
            "turned",
        ]
    ),
    "sky_outline_holds",
    "holding",
    "circle_index",
    "point_index",
    "polygon_index",
    "box_index",
    "moc_index",
    "range_index",  # what the index of pictures is asked
}
RELATIONS = {"sky.stars", "sky.galaxies", "ivoa.pictures", "up.t1", "up.t2"}

COLUMNS = st.sampled_from(
    ["ra", "dec", "mag", "id", "name", "hpx29", "s_region", "place", "outline", "s.ra", "g.dec", '"Flux"']
)
NUMBERS = st.sampled_from(["0", "1", "-1", "2.5", "1e3", "1e308", "9" * 30, "360", "90", "180", "0.001", "NULL", "-0"])
TEXTS = st.sampled_from(
    ["'x'", "'1'", "'ICRS'", "'GALACTIC'", "'deg'", "'CIRCLE 1 2 3'", "'MOC 1/1'", "'it''s'", "'\\'", "''"]
)
NAMES = st.sampled_from([*FUNCTIONS, *(row.name for row in UDFS), "COUNT", "MAX", "SUM", "AVG", "nothing"])
SIGNS = st.sampled_from(["+", "-", "*", "/", "||", "%", "&", "|", "^"])
COMPARED = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
TYPES = st.sampled_from(["INTEGER", "VARCHAR", "CHAR(2)", "DOUBLE PRECISION", "POINT", "TIMESTAMP"])


def values(depth: int) -> st.SearchStrategy[str]:
    plain = st.one_of(COLUMNS, NUMBERS, TEXTS)
    if depth == 0:
        return plain
    inner = values(depth - 1)
    arguments = st.lists(inner, max_size=4).map(", ".join)
    return st.one_of(
        plain,
        st.builds("({} {} {})".format, inner, SIGNS, inner),
        st.builds("{}({})".format, NAMES, arguments),
        st.builds("CIRCLE({}, {}, {})".format, inner, inner, inner),
        st.builds("CONTAINS(POINT({}, {}), {})".format, inner, inner, inner),
        st.builds("CAST({} AS {})".format, inner, TYPES),
        st.builds("IN_UNIT({}, {})".format, inner, TEXTS),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, conditions(depth - 1), inner, inner),
    )


def conditions(depth: int) -> st.SearchStrategy[str]:
    value = values(depth)
    simple = st.one_of(
        st.builds("{} {} {}".format, value, COMPARED, value),
        st.builds("{} BETWEEN {} AND {}".format, value, value, value),
        st.builds("{} IN ({}, {})".format, value, value, value),
        st.builds("{} IS NOT NULL".format, value),
        st.builds("{} NOT LIKE {}".format, value, value),
        st.builds("1 = CONTAINS(POINT(s.ra, s.dec), {})".format, value),
        st.builds("DISTANCE(s.ra, s.dec, g.ra, g.dec) < {}".format, value),
        st.builds("1 = INTERSECTS({}, {})".format, value, value),
    )
    if depth == 0:
        return simple
    inner = conditions(depth - 1)
    return st.one_of(
        simple,
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
        st.builds("EXISTS (SELECT id FROM ivoa.pictures AS p WHERE {})".format, inner),
        st.builds("id IN (SELECT id FROM TAP_UPLOAD.mine WHERE {})".format, inner),
    )


TABLE_NAMES = st.sampled_from(
    [
        "sky.stars AS s",
        "sky.galaxies AS g",
        "stars s, galaxies g",
        "ivoa.pictures",
        "TAP_UPLOAD.mine",
        "stars s JOIN galaxies g USING (id)",
        "stars s NATURAL JOIN galaxies g",
        "stars s LEFT JOIN galaxies g ON DISTANCE(s.ra, s.dec, g.ra, g.dec) < 1",
        "(SELECT id, ra, dec FROM stars) AS s",
        "stars s FULL JOIN galaxies g ON s.id = g.id",
        "pg_class",
        "stars s CROSS JOIN galaxies g",
    ]
)
TAILS = st.sampled_from(
    ["", " ORDER BY 1", " ORDER BY ra DESC OFFSET 5", " GROUP BY ra", " GROUP BY 1 HAVING COUNT(*) > 1"]
)
QUERIES = st.builds(
    "SELECT {}{} FROM {} WHERE {}{}".format,
    st.sampled_from(["", "DISTINCT ", "TOP 5 "]),
    st.one_of(st.just("*"), st.lists(values(2), min_size=1, max_size=3).map(", ".join)),
    TABLE_NAMES,
    conditions(2),
    TAILS,
)


class _Looker(pglast.visitors.Visitor):
    """Collects what a statement calls and reads."""

    def __init__(self) -> None:
        self.functions: set[str] = set()
        self.relations: set[str] = set()

    def visit_FuncCall(self, _: object, node: pglast.ast.FuncCall) -> None:  # noqa: N802 -- pglast's own name
        self.functions.add(".".join(part.sval for part in node.funcname or () if part.sval != "pg_catalog"))

    def visit_RangeVar(self, _: object, node: pglast.ast.RangeVar) -> None:  # noqa: N802 -- pglast's own name
        self.relations.add(f"{node.schemaname}.{node.relname}" if node.schemaname else str(node.relname))


def look(translation: Translation) -> _Looker:
    statements = pglast.parse_sql(translation.sql)
    assert [type(one.stmt).__name__ for one in statements] == ["SelectStmt"]
    looker = _Looker()
    looker(statements)
    return looker


def check(query: str) -> bool:
    translation = None
    with suppress(ADQLError):
        tree = parse(query, extensions=tuple(Extension))
        assert parse(to_adql(tree), extensions=tuple(Extension)) == tree
        translation = translate(tree, TABLES, limit=100)
    if translation is None:
        return False
    looker = look(translation)
    assert looker.functions <= ALLOWED, looker.functions - ALLOWED
    assert {name for name in looker.relations if not name.startswith("w")} <= RELATIONS
    assert "\x01" not in translation.sql
    assert len({field.name.lower() for field in translation.fields}) == len(translation.fields)
    return True


@settings(max_examples=600, deadline=None)
@given(QUERIES)
def test_random_queries_end_well(query: str) -> None:
    check(query)


@settings(max_examples=200, deadline=None)
@given(values(1), values(1))
def test_random_values_end_well(one: str, other: str) -> None:
    check(f"SELECT {one}, COUNT(*) FROM sky.stars AS s GROUP BY {other}")
    check(f"SELECT {one} FROM sky.stars AS s UNION SELECT {other} FROM sky.galaxies AS g ORDER BY 1")
    check(f"WITH w AS (SELECT {one} AS ra, {other} AS dec FROM sky.stars AS s) SELECT ra FROM w WHERE dec = {other}")


def test_some_random_queries_mean_something() -> None:
    assert check("SELECT ra, 1 FROM stars s WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3)) ORDER BY ra")


def test_labelled_queries_never_end_otherwise(shared: Path) -> None:
    for entry in labelled(shared):
        check(entry.query)
