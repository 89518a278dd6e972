"""Formats are found by the names that clients use."""

import pytest

from vo.tables import FORMATS, Door, accepted_format, find_format


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("votable", "votable"),
        ("VOTable", "votable"),
        ("votable/td", "votable/td"),
        ("votable/b2", "votable"),
        ("application/x-votable+xml", "votable"),
        ("application/x-votable+xml;serialization=TABLEDATA", "votable/td"),
        ("application/x-votable+xml; serialization=binary2", "votable"),
        ("application/x-votable+xml; serialization=binary", "votable/b"),
        ("application/x-votable+xml;content=datalink", "votable"),
        ("text/xml", "votable"),
        ("votable_gzip", "votable_gzip"),
        ("csv", "csv"),
        ("text/csv; header=present", "csv"),
        ("text/csv;header=absent", "csv"),
        ("tsv", "tsv"),
        ("fits", "fits"),
        ("application/fits", "fits"),
        ("parquet", "parquet"),
        ("application/vnd.apache.parquet", "parquet"),
        ("json", "json"),
        ("html", "html"),
        ("text", "text"),
        ("text/plain", "text"),
        ("ecsv", "ecsv"),
        ("docx", None),
        ("", None),
        ("votable/", None),
    ],
)
def test_names(words: str, name: str | None) -> None:
    found = find_format(words)
    assert (found.name if found else None) == name


def test_each_format_is_found_by_all_its_words() -> None:
    for form in FORMATS.values():
        assert find_format(form.name) is form
        assert find_format(form.media_type) is form


def test_answer_to_text_xml_is_text_xml() -> None:
    found = find_format("text/xml")
    assert found is not None
    assert found.media_type == "text/xml"


def test_doors() -> None:
    assert FORMATS["votable/td"].door is Door.TEXT
    assert FORMATS["csv"].door is Door.CSV
    assert FORMATS["fits"].door is Door.BATCHES


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "votable"),
        ("*/*", "votable"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/csv", "csv"),
        ("application/x-votable+xml;q=0.5, application/fits;q=0.8", "fits"),
        ("application/x-votable+xml;serialization=tabledata;q=0.9", "votable/td"),
        ("image/png", "votable"),
        ("text/csv;q=0, application/json;q=nonsense, text/plain;q=0.1", "text"),
    ],
)
def test_accept(accept: str, name: str) -> None:
    assert accepted_format(accept).name == name
