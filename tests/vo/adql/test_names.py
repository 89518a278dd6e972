"""Names: what a query may name, what it means by it, and what is told where it means nothing."""

import pytest

from tests.vo.adql.stars import TABLES, sql_of, translated
from vo.adql import ADQLError, Column, Extension, Table, TableMap, parse, translate
from vo.tables import Datatype, Field


def refused(query: str) -> ADQLError:
    with pytest.raises(ADQLError) as caught:
        translate(query, TABLES)
    return caught.value


@pytest.mark.parametrize(
    ("query", "sql"),
    [
        ("SELECT ra FROM sky.stars", "SELECT t1.ra AS c1 FROM sky.stars AS t1"),
        ("SELECT RA FROM SKY.Stars", "SELECT t1.ra AS c1 FROM sky.stars AS t1"),
        ('SELECT "ra" FROM "sky"."stars"', "SELECT t1.ra AS c1 FROM sky.stars AS t1"),
        ("SELECT ra FROM stars", "SELECT t1.ra AS c1 FROM sky.stars AS t1"),
        ("SELECT sky.stars.ra FROM sky.stars", "SELECT t1.ra AS c1 FROM sky.stars AS t1"),
        ("SELECT cat.sky.stars.ra FROM cat.sky.stars", "SELECT t1.ra AS c1 FROM sky.stars AS t1"),
        ('SELECT flux, "Flux" FROM stars', 'SELECT t1."Flux" AS c1, t1."Flux" AS c2 FROM sky.stars AS t1'),
        ('SELECT s.ra AS "x;y" FROM stars s', "SELECT t1.ra AS c1 FROM sky.stars AS t1"),
        ("SELECT id FROM TAP_UPLOAD.mine", "SELECT t1.id AS c1 FROM up.t1 AS t1"),
        ("SELECT ra AS b FROM stars ORDER BY b DESC", "SELECT t1.ra AS c1 FROM sky.stars AS t1 ORDER BY c1 DESC"),
        ("SELECT ra FROM stars ORDER BY 1", "SELECT t1.ra AS c1 FROM sky.stars AS t1 ORDER BY c1"),
        ("SELECT ra FROM stars ORDER BY -dec", "SELECT t1.ra AS c1 FROM sky.stars AS t1 ORDER BY (- t1.dec)"),
        (
            "SELECT q.r FROM (SELECT ra AS r FROM stars) AS q",
            "SELECT t2.c1 AS c1 FROM (SELECT t1.ra AS c1 FROM sky.stars AS t1) AS t2",
        ),
        (
            "WITH w AS (SELECT id FROM stars) SELECT a.id FROM w AS a, w AS b",
            "WITH w1 AS (SELECT t2.id AS c1 FROM sky.stars AS t2) SELECT t3.c1 AS c1 FROM w1 AS t3, w1 AS t4",
        ),
        (
            "SELECT id FROM stars s WHERE EXISTS (SELECT id FROM galaxies g WHERE g.id = s.id)",
            (
                "SELECT t1.id AS c1 FROM sky.stars AS t1 WHERE EXISTS "
                "(SELECT t2.id AS c1 FROM sky.galaxies AS t2 WHERE (t2.id = t1.id))"
            ),
        ),
        (
            "SELECT mag, COUNT(*) AS n FROM stars GROUP BY mag HAVING COUNT(*) > 2",
            "SELECT t1.mag AS c1, count(*) AS c2 FROM sky.stars AS t1 GROUP BY t1.mag HAVING (count(*) > 2)",
        ),
        (
            "SELECT FLOOR(mag) AS bin, COUNT(*) AS n FROM stars GROUP BY bin",
            "SELECT floor(t1.mag::float8) AS c1, count(*) AS c2 FROM sky.stars AS t1 GROUP BY floor(t1.mag::float8)",
        ),
        (
            "SELECT TOP 5 id FROM stars ORDER BY id OFFSET 10",
            "SELECT t1.id AS c1 FROM sky.stars AS t1 ORDER BY c1 LIMIT 5 OFFSET 10",
        ),
        (
            "SELECT id FROM stars UNION ALL SELECT id FROM galaxies ORDER BY id",
            (
                "SELECT * FROM ((SELECT t1.id AS c1 FROM sky.stars AS t1) UNION ALL (SELECT t2.id AS c1"
                " FROM sky.galaxies AS t2)) AS t3 ORDER BY t3.c1"
            ),
        ),
    ],
)
def test_names_are_found(query: str, sql: str) -> None:
    assert sql_of(query) == sql


def test_joins_merge_columns_once() -> None:
    query = "SELECT * FROM sky.galaxies AS g JOIN TAP_UPLOAD.mine AS m USING (id, hpx29)"
    names = [field.name for field in translated(query).fields]
    assert names == ["id", "hpx29", "ra", "dec", "name", "ra_2", "dec_2"]
    natural = translated("SELECT * FROM sky.galaxies NATURAL JOIN TAP_UPLOAD.mine")
    assert [field.name for field in natural.fields] == ["id", "ra", "dec", "hpx29", "name"]
    assert "ON t1.id = t2.id AND t1.ra = t2.ra AND t1.dec = t2.dec AND t1.hpx29 = t2.hpx29" in natural.sql
    assert "coalesce(t1.id, t2.id)" in sql_of("SELECT id FROM galaxies g FULL JOIN stars s USING (id)")
    assert sql_of("SELECT id FROM galaxies g RIGHT JOIN stars s USING (id)").startswith("SELECT t2.id")
    assert sql_of("SELECT id, s.id, g.id FROM galaxies g LEFT JOIN stars s USING (id)").startswith(
        "SELECT t1.id AS c1, t2.id AS c2, t1.id AS c3"
    )


def test_what_was_used_is_told() -> None:
    found = translated("SELECT s.ra FROM stars s JOIN galaxies g ON s.id = g.id WHERE s.mag < 5")
    assert found.tables_used == ("sky.stars", "sky.galaxies")
    assert set(found.columns_used) == {
        ("sky.stars", "ra"), ("sky.stars", "id"), ("sky.galaxies", "id"), ("sky.stars", "mag")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "column", "code", "part", "suggestion"),
    [
        ("SELECT ra FROM sky.starz", 16, "unknown-table", "is it sky.stars", "sky.stars"),
        ("SELECT ra FROM starss", 16, "unknown-table", "is it sky.stars", "sky.stars"),
        ("SELECT ra FROM pg_class", 16, "unknown-table", "no table pg_class", ""),
        ("SELECT ra FROM other.sky.stars", 16, "unknown-table", "no table other.sky.stars", None),
        ('SELECT ra FROM "Sky".stars', 16, "unknown-table", "no table", None),
        ("SELECT rra FROM stars", 8, "unknown-column", "is it ra", "ra"),
        ("SELECT ctid FROM stars", 8, "unknown-column", "no column ctid", ""),
        ("SELECT stars FROM stars", 8, "unknown-column", "that is a table", ""),
        ('SELECT id FROM stars WHERE name = "M31"', 35, "unknown-column", "single quotes", "'M31'"),
        ('SELECT "RA" FROM stars', 8, "unknown-column", "letter by letter", "ra"),
        ("SELECT id FROM stars, galaxies", 8, "ambiguous", "stars.id or galaxies.id", "stars.id"),
        ("SELECT stars.ra FROM stars AS s", 8, "unknown-table", "called s here", "s"),
        ("SELECT x.ra FROM stars AS s", 8, "unknown-table", "no table of this FROM", None),
        ("SELECT x.* FROM stars AS s", 8, "unknown-table", "no table of this FROM", None),
        ("SELECT ra AS b FROM stars WHERE b > 1", 33, "unknown-column", "no column b", None),
        ("SELECT s.ra FROM stars s, stars s", 33, "ambiguous", "stands twice", ""),
        ("SELECT pg_sleep(10) FROM stars", 8, "unknown-function", "no function pg_sleep", ""),
        ("SELECT ra, COUNT(*) FROM stars", 8, "grouping", "no GROUP BY", ""),
        ("SELECT ra, mag FROM stars GROUP BY mag", 8, "grouping", "not in GROUP BY", ""),
        ("SELECT mag FROM stars GROUP BY mag HAVING ra > 2", 43, "grouping", "not in GROUP BY", ""),
        ("SELECT mag FROM stars WHERE COUNT(*) > 2", 29, "grouping", "HAVING", ""),
        ("SELECT MAX(COUNT(*)) FROM stars", 8, "grouping", "another", ""),
        ("SELECT id FROM stars ORDER BY 3", 31, "type", "has 1", ""),
        ("SELECT id FROM stars WHERE name = 5", 35, "type", "'5'", "'5'"),
        ("SELECT id FROM stars WHERE ra > 'abc'", 33, "type", "is a number", ""),
        ("SELECT id FROM stars WHERE ra + name > 2", 33, "type", "needs a number", ""),
        ("SELECT id FROM stars WHERE id IN (SELECT id, ra FROM stars)", 35, "arguments", "one column", ""),
        ("SELECT id FROM stars UNION SELECT id, ra FROM stars", 28, "arguments", "1 and 2", ""),
        ("SELECT id FROM stars UNION SELECT name FROM stars", 28, "type", "a number and text", ""),
        ("SELECT s.id FROM stars s JOIN galaxies g USING (mag)", 49, "unknown-column", "no column mag in g", None),
        ("SELECT q.id FROM stars s, (SELECT id FROM galaxies WHERE id = s.id) AS q", 63, "unknown-table", "", None),
        ("SELECT IN_UNIT(mag, 'deg') FROM stars", 21, "unit", "mag cannot be converted to deg", ""),
        ("SELECT IN_UNIT(ra, 'furlongs') FROM stars", 20, "unit", "no unit", ""),
        ("SELECT IN_UNIT(id, 'deg') FROM stars", 16, "unit", "whose unit is known", ""),
    ],
)
def test_mistakes_are_explained(query: str, column: int, code: str, part: str, suggestion: str | None) -> None:
    error = refused(query)
    assert (error.line, error.column, error.code) == (1, column, code), error
    assert part in error.message
    assert suggestion is None or error.suggestion == suggestion


def test_texts_are_quoted_by_the_caller() -> None:
    found = translate("SELECT 'it''s' FROM stars", TABLES, quote=lambda text: f"<{text}>")
    assert found.sql == "SELECT <it's> AS c1 FROM sky.stars AS t1"


def test_limit_is_the_smaller_of_top_and_the_callers() -> None:
    assert translate("SELECT id FROM stars", TABLES, limit=11).sql.endswith(" LIMIT 11")
    assert translate("SELECT TOP 5 id FROM stars", TABLES, limit=11).sql.endswith(" LIMIT 5")
    assert translate("SELECT TOP 50 id FROM stars", TABLES, limit=11).sql.endswith(" LIMIT 11")
    union = translate("SELECT TOP 5 id FROM stars UNION SELECT id FROM stars", TABLES, limit=11).sql
    assert "LIMIT 5) UNION (" in union
    assert union.endswith(" LIMIT 11")


def test_case_may_be_grouped_by_and_summed() -> None:
    from_stars = "FROM stars GROUP BY {}"
    case = "CASE WHEN mag < 5 THEN 1 ELSE 0 END"
    extensions = tuple(Extension)
    for query in (f"SELECT {case} AS b, COUNT(*) {from_stars.format(case)}", f"SELECT SUM({case}) FROM stars"):
        assert "CASE WHEN (t1.mag < 5)" in translate(parse(query, extensions=extensions), TABLES).sql
    with pytest.raises(ADQLError, match="many values in a group"):
        translate(parse(f"SELECT {case}, COUNT(*) FROM stars", extensions=extensions), TABLES)


def test_extensions_are_written() -> None:
    extensions = tuple(Extension)
    query = "SELECT id % 2, ra % 2, id & 1, id | 2, id ^ 3, ~id FROM stars s CROSS JOIN TAP_UPLOAD.plain AS p"
    with pytest.raises(ADQLError, match="write which"):
        translate(parse(query, extensions=extensions), TABLES)
    query = query.replace("id", "s.id").replace("ra %", "s.ra %")
    assert translate(parse(query, extensions=extensions), TABLES).sql.startswith(
        "SELECT (t1.id % 2) AS c1, adql_mod(t1.ra, 2::float8) AS c2, (t1.id & 1) AS c3, (t1.id | 2) AS c4,"
        " (t1.id # 3) AS c5, (~ t1.id) AS c6 FROM sky.stars AS t1 INNER JOIN up.t2 AS t2 ON true"
    )


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("SELECT id FROM stars WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3))", ["index"]),
        ("SELECT id FROM stars WHERE 0 = CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3))", ["no-index"]),
        ("SELECT id FROM TAP_UPLOAD.plain WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3))", ["no-index"]),
        ("SELECT p.id FROM ivoa.pictures AS p WHERE 1 = INTERSECTS(s_region, CIRCLE(1, 2, 3))", ["index"]),
        ("SELECT s.id FROM stars s, galaxies g WHERE DISTANCE(s.ra, s.dec, g.ra, g.dec) < 0.1", ["index"]),
        ("SELECT s.id FROM stars s, galaxies g WHERE DISTANCE(s.ra, s.dec, g.ra, g.dec) < 50", ["no-index"]),
    ],
)
def test_notes_tell_of_indexes(query: str, codes: list[str]) -> None:
    assert [note.code for note in translated(query).notes] == codes


def test_a_date_is_told_in_the_days_of_its_column() -> None:
    start = Column(Field("t_min", Datatype.DOUBLE, unit="d", ucd="time.start"), "t_min")
    with pytest.raises(ADQLError) as caught:
        translate("SELECT t_min FROM t WHERE t_min > '2016-11-10'", TableMap([Table("", "t", "t", (start,))]))
    assert (caught.value.column, caught.value.suggestion) == (35, "57702")
    assert "modified Julian date" in caught.value.message
