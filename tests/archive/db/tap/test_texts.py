"""What is written beside tests of text changes nothing but the plan, whatever the letters."""

from dataclasses import replace

import pytest

from archive.db.session import Database
from tests.support.taprole import told
from vo.adql import Column, Lookup, Table, TableMap, translate
from vo.tables import Datatype, Field

TEXTS = (
    *("Orion", "ORION", "orion", "or\u0131on", "Or\u0130on", "M31", "m31", "MESSIER", "me\u017f\u017fier", "messier"),
    *("stra\u00dfe", "STRASSE", "\ufb01sh", "FISH", "\u00c9toile", "\u00e9toile", "\u00b5 Cep", "\u039c cep"),
    *(
        "\u212aelvin",
        "kelvin",
        "a_b",
        "axb",
        "a%b",
        "a\\b",
        "",
        " ",
        "\U0010ffffx",
        "\u03a3\u03a3",
        "\u03c3\u03c2",
        "i",
        "I",
    ),
)
PATTERNS = (*TEXTS, "or%", "OR%", "%ion", "m_1", "a\\_b", "a\\%%", "a\\\\b", "s%", "MES%", "k%", "F%", "\u00e9%", "_%")
TESTS = (
    *("a = {0}", "{0} = a", "LOWER(a) = {0}", "UPPER(a) = {0}", "a IN ({0}, 'Orion')", "UPPER(a) IN ({0}, 'M31')"),
    *(
        "a LIKE {0}",
        "LOWER(a) LIKE {0}",
        "UPPER(a) LIKE {0}",
        "a ILIKE {0}",
        "LOWER(a) ILIKE {0}",
        "UPPER(a) ILIKE {0}",
    ),
    *("1 = ivo_nocasematch(a, {0})", "1 = ivo_hasword(a, {0})", "1 = ivo_hashlist_has(a, {0})"),
    "NOT (a ILIKE {0} AND NOT LOWER(a) = {0})",
)


def table(**marks: object) -> TableMap:
    """Give a table of texts, of which nothing is found by an index, or all that may be."""
    rows = ", ".join(f"({number}, '{text}')" for number, text in enumerate(TEXTS))
    columns = tuple(
        Column(Field(name, datatype, arraysize), name)
        for name, datatype, arraysize in (("n", Datatype.INT, ""), ("a", Datatype.UNICODE_CHAR, "*"))
    )
    rows = f"(SELECT n, a, n AS row_key FROM (VALUES {rows}, (-1, NULL)) AS v(n, a))"
    return TableMap((Table("s", "t", rows, (columns[0], replace(columns[1], **marks))),))  # type: ignore[arg-type]


KEYS = Lookup(table().tables[0].sql, "row_key", "a")
ADORNED = {
    "lowered": table(is_lowered=True),
    "indexed": table(is_lowered=True, is_indexed=True),
    "looked up": table(lookup=KEYS),
    "composed": table(composed=lambda text: [(("a", text),)]),
}


@pytest.mark.parametrize("test", TESTS)
def test_rows_are_the_same(database: Database, test: str) -> None:
    queries = [f"SELECT n FROM t WHERE {test} ORDER BY n".format(f"'{pattern}'") for pattern in PATTERNS]

    def rows(tables: TableMap) -> tuple[object, ...]:
        arrays = [f"ARRAY({translate(query, tables).sql})" for query in queries]
        return told(database, f"SELECT {', '.join(arrays)}")[0]

    plain = rows(table())
    assert any(plain)
    for name, tables in ADORNED.items():
        assert rows(tables) == plain, name


def test_something_is_written() -> None:
    query = "SELECT n FROM t WHERE a ILIKE 'Orion%' OR 1 = ivo_nocasematch(a, 'M31') OR UPPER(a) = 'I'"
    sql = translate(query, ADORNED["lowered"]).sql
    for said in ("lower(t1.a) ~>=~ 'orion'", "lower(t1.a) IN (lower('M31'))", "lower('I'), lower('\u0131')"):
        assert said in sql
