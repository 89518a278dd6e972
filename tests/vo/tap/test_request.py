import pytest

from tests.support.tap import LIMITS
from vo.dali import Parameters, UsageError
from vo.tap import TapRequest, read_request

QUERY = "SELECT TOP 1 * FROM t"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"


def read(*pairs: tuple[str, str], accept: str = "") -> TapRequest:
    return read_request(Parameters([("Query", QUERY), *pairs]), LIMITS, accept=accept)


@pytest.mark.parametrize(
    ("pairs", "version"),
    [
        ([], "2.1"),
        ([("LANG", "ADQL"), ("REQUEST", "doQuery")], "2.1"),
        ([("lang", "adql-2.0"), ("request", "DOQUERY")], "2.0"),
        ([("Lang", "ADQL-2.1"), ("VERSION", "1.0"), ("PHASE", "RUN"), ("whatever", "x")], "2.1"),
    ],
)
def test_what_is_asked(pairs: list[tuple[str, str]], version: str) -> None:
    found = read(*pairs)
    assert (found.query, found.version, found.limit, found.form.name) == (QUERY, version, 100, "votable")


@pytest.mark.parametrize(
    ("pairs", "accept", "form"),
    [
        ([("FORMAT", "votable"), ("format", "votable")], "text/plain", "votable"),
        ([("RESPONSEFORMAT", "application/x-votable xml;serialization=TABLEDATA")], "", "votable/td"),
        ([("RESPONSEFORMAT", "text/csv")], FIREFOX, "csv"),
        ([("FORMAT", "votable_gzip")], "", "votable_gzip"),
        ([], FIREFOX, "html"),
        ([], JAVA, "votable"),
        ([], "text/plain", "votable"),
        ([], "text/csv", "csv"),
        ([], "*/*", "votable"),
        ([], "application/json", "json"),
    ],
)
def test_the_form_of_the_answer(pairs: list[tuple[str, str]], accept: str, form: str) -> None:
    assert read(*pairs, accept=accept).form.name == form


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("QUERY", "other")], "QUERY can have one value only"),
        ([("LANG", "PQL")], "LANG 'PQL' is not known here; there are ADQL, ADQL-2.0, ADQL-2.1"),
        ([("REQUEST", "getMoney")], "REQUEST can be doQuery only"),
        ([("FORMAT", "docx")], "The format 'docx' is not known here; there are votable"),
        ([("MAXREC", "-1")], "MAXREC must be a whole number"),
        ([("MAXREC", "1"), ("maxrec", "2")], "MAXREC can have one value only"),
    ],
)
def test_what_cannot_be_read_is_refused(pairs: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(*pairs)


@pytest.mark.parametrize("query", [None, "", "  \n"])
def test_a_query_there_must_be(query: str | None) -> None:
    with pytest.raises(UsageError, match="QUERY is missing"):
        read_request(Parameters([] if query is None else [("QUERY", query)]), LIMITS)
