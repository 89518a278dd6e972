"""Each function of ADQL runs as the role of queries, from which so much was taken."""

import pytest

from archive.db.session import Database
from archive.db.tap.tapschema import TAP_SCHEMA
from tests.support.taprole import told
from vo.adql import Extension, Function, Parameter, TableMap, parse, translate
from vo.adql.functions import STANDARD
from vo.adql.udfs import UDFS

ARGUMENTS = {
    Parameter.DOUBLE: "0.5",
    Parameter.INTEGER: "2",
    Parameter.BIGINT: "7",
    Parameter.TEXT: "'01 02 03'",
    Parameter.TIMESTAMP: "CAST('2014-08-01T00:00:00' AS TIMESTAMP)",
    Parameter.SHAPE: "CIRCLE(10, 20, 1)",
    Parameter.POINT: "POINT(10, 20)",
    Parameter.NUMBER: "0.5",
    Parameter.ANY: "1",
}
WRITTEN = [
    "SELECT AREA(POLYGON(10, 10, 12, 10, 11, 12)), CENTROID(CIRCLE(1, 2, 3)), COORD1(POINT(1, 2))",
    "SELECT DISTANCE(POINT(1, 2), POINT(2, 3)), CONTAINS(POINT(1, 2), BOX(1, 2, 3, 3))",
    "SELECT INTERSECTS(CIRCLE(1, 2, 3), REGION('CIRCLE ICRS 2 3 1'))",
    (
        "SELECT TOP 1 a.table_index FROM tap_schema.tables a JOIN tap_schema.tables b"
        " ON DISTANCE(POINT(a.table_index, a.table_index), POINT(b.table_index, b.table_index)) < 0.1"
    ),
    "SELECT ivo_geom_transform('FK4', 'ICRS', POINT(1, 2))",
    "SELECT CAST('1' AS INTEGER), UPPER('a'), COALESCE(NULL, 1), 5 % 3",
]


@pytest.mark.parametrize(
    "function",
    [
        each
        for each in (*STANDARD.values(), *UDFS)
        if each.name != "ivo_geom_transform" and set(each.parameters) <= set(ARGUMENTS)
    ],
    ids=lambda function: f"{function.name}-{len(function.parameters)}",
)
def test_function_runs(database: Database, function: Function) -> None:
    arguments = ", ".join(ARGUMENTS[kind] for kind in function.parameters)
    assert len(ran(database, f"SELECT TOP 1 {function.name}({arguments}) AS x")) == 1


@pytest.mark.parametrize("adql", WRITTEN)
def test_geometry_runs(database: Database, adql: str) -> None:
    assert len(ran(database, adql)) == 1


def test_the_cells_of_a_wide_circle_are_all(database: Database) -> None:
    assert told(database, "SELECT cardinality(adql_cells_near(0, 10, 20, 10, 1))") == [(48,)]


def ran(database: Database, adql: str) -> list[tuple[object, ...]]:
    adql = adql if " FROM " in adql else f"{adql} FROM tap_schema.tables WHERE table_name = 'ivoa.obscore'"
    tree = parse(adql, extensions=tuple(Extension))
    return told(database, translate(tree, TableMap(TAP_SCHEMA), limit=2).sql)
