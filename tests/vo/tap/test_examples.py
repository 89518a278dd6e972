from collections.abc import Iterator
from io import BytesIO

import pytest
import requests
from pyvo.dal import TAPService
from requests.adapters import BaseAdapter

from tests.support.xml import parse_xml
from vo.tap.examples import Example, write_examples

NAMES = {"h": "http://www.w3.org/1999/xhtml"}
EXAMPLES = (
    Example("Stars & <cones>", "SELECT *\nFROM t.stars\nWHERE a < 5", "What is near.", ("t.stars", "t.names")),
    Example("All", "SELECT TOP 5 * FROM t.stars"),
)


class Document(BaseAdapter):
    """Answers each request with the document."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200
        answer.request = request
        answer.raw = BytesIO(write_examples(EXAMPLES, "Examples"))
        return answer

    def close(self) -> None:
        pass


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.mount("http://archive.example", Document())
        yield made


def test_pyvo_reads_the_queries(session: requests.Session) -> None:
    found = TAPService("http://archive.example/tap", session=session).examples
    assert [query["QUERY"] for query in found] == [example.query for example in EXAMPLES]


def test_each_example_says_what_it_is_and_which_tables_it_is_about() -> None:
    root = parse_xml(write_examples(EXAMPLES, "Examples"))
    first, second = root.iterfind(".//h:div[@typeof='example']", NAMES)
    assert (first.get("id"), first.get("resource")) == ("stars-cones", "#stars-cones")
    assert first.findtext("*[@property='name']") == "Stars & <cones>"
    assert [each.text for each in first.iterfind(".//*[@property='table']")] == ["t.stars", "t.names"]
    assert second.get("id") == "all"
    [query] = first.iterfind("*[@property='query']")
    assert (len(query), query.text) == (0, EXAMPLES[0].query)
