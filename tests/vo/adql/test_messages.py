"""What is told of a mistake: what is wrong, where, and what to write."""

import pytest

from vo.adql import ADQLError, ErrorCode, caret, parse


def refused(query: str, version: str = "2.1") -> ADQLError:
    with pytest.raises(ADQLError) as caught:
        parse(query, version)
    return caught.value


@pytest.mark.parametrize(
    ("query", "column", "code", "part", "suggestion"),
    [
        ("SELECT size FROM t", 8, "reserved-word", "reserved word", '"size"'),
        ("SELECT a AS distance FROM t", 13, "reserved-word", "reserved word", '"distance"'),
        ("SELECT a FROM public.t", 15, "reserved-word", "reserved word", '"public"'),
        ("SELECT a FROM t LIMIT 10", 17, "syntax", "SELECT TOP 10", "TOP 10"),
        ("SELECT a FROM t WHERE b = 1 LIMIT 5", 29, "syntax", "SELECT TOP 5", "TOP 5"),
        ("SELECT a FROM t OFFSET 5 TOP 3", 26, "syntax", "right after SELECT", ""),
        ("SELECT a FROM t WHERE a == 1", 25, "syntax", "one =", "="),
        ("SELECT a FROM t WHERE a = “x”", 27, "character", "printer's quote", '"'),
        ("SELECT a FROM t WHERE a = ‘x’", 27, "character", "printer's quote", "'"),
        ("SELECT `a` FROM t", 8, "character", 'quoted with "', '"'),
        ("SELECT 2mass FROM t", 8, "character", "begin with a letter", '"2mass"'),
        ("SELECT grégory FROM t", 8, "character", "letters from A to Z", '"grégory"'),
        ("SELECT a\u00a0FROM t", 9, "character", "ordinary one", " "),
        ("SELECT /* c */ a FROM t", 8, "character", "begin with --", "--"),
        ("SELECT a::int FROM t", 9, "character", "CAST(value AS type)", "CAST(… AS …)"),
        ("SELECT * FORM t", 10, "syntax", "is it FROM?", "FROM"),
        ("SELEC a FROM t", 1, "syntax", "is it SELECT?", "SELECT"),
        ("SELECT a FROM t WHERE (a = 1 AND (b = 2)", 23, "syntax", "not closed", ""),
        ("SELECT a FROM t WHERE a = 1)", 28, "syntax", "closes none", ""),
        ("SELECT a FROM t; SELECT b FROM t", 18, "syntax", "Only one query", ""),
        ("DROP TABLE t", 1, "syntax", "only reads", ""),
        ("", 1, "syntax", "empty", ""),
        ("SELECT 'abc FROM t", 8, "character", "not closed", ""),
        ("SELECT CASE WHEN a = 1 THEN 2 END FROM t", 8, "extension", "CASE", ""),
        ("SELECT * FROM a CROSS JOIN b", 17, "extension", "FROM a, b", ""),
        ("SELECT a % 2 FROM t", 10, "extension", "MOD(x, y)", ""),
        ("SELECT a | b FROM t", 10, "extension", "||", ""),
        ("SELECT * FROM (SELECT a FROM t)", 16, "syntax", "needs a name", ""),
        ("SELECT * FROM f(1) AS g", 15, "unknown-table", "not functions", ""),
        ("SELECT a FROM t WHERE a", 23, "type", "condition", ""),
        ("SELECT a FROM t WHERE b = (SELECT c FROM u)", 28, "syntax", "after IN and EXISTS", ""),
        ("SELECT ABS(1, 2) FROM t", 8, "arguments", "ABS(x)", ""),
        ("SELECT CAST(a AS intger) FROM t", 18, "type", "CAST knows no", "INTEGER"),
        ("SELECT POINT('QUARK', 1, 2) FROM t", 14, "arguments", "coordinate system", "'ICRS'"),
        ("SELECT a FROM t WHERE a = '\x00'", 28, "character", "U+0000", ""),
    ],
)
def test_mistake_is_explained(query: str, column: int, code: str, part: str, suggestion: str) -> None:
    error = refused(query)
    assert (error.line, error.column, error.code, error.suggestion) == (1, column, code, suggestion)
    assert part in error.message
    assert str(error).startswith(f"line 1, column {column}: ")


def test_bare_contains_is_shown_with_its_comparison() -> None:
    error = refused("SELECT a FROM t WHERE CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3)) AND b = 1")
    assert error.suggestion == "1 = CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3))"
    assert error.code is ErrorCode.TYPE


def test_place_is_told_by_line_and_mark() -> None:
    query = "SELECT a,\n  size\nFROM t"
    error = refused(query)
    assert (error.line, error.column, error.length) == (2, 3, 4)
    assert caret(query, error) == "  size\n  ^^^^"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT POINT(1, 2) FROM t",
        "SELECT LOWER(a) FROM t",
        "SELECT CAST(a AS INTEGER) FROM t",
        "SELECT a FROM t WHERE a ILIKE 'x'",
        "SELECT a FROM t UNION SELECT a FROM u",
        "WITH w AS (SELECT a FROM t) SELECT a FROM w",
    ],
)
def test_new_features_are_named_in_2_0(query: str) -> None:
    parse(query)
    error = refused(query, "2.0")
    assert error.code is ErrorCode.VERSION or "ilike" in query.lower()


def test_words_of_2_1_are_names_in_2_0() -> None:
    parse("SELECT offset, ilike, bigint FROM t", "2.0")
    assert refused("SELECT offset FROM t").suggestion == '"offset"'


def test_unknown_version_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match=r"2\.0 and 2\.1"):
        parse("SELECT a FROM t", "3.0")
