"""Tables as readers of the field get them back."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from astropy.io.votable import parse, parse_single_table, validate
from pyvo.dal import DALOverflowWarning, DALResults

from vo.tables import Datatype, Field, TableRows, write_csv, write_error, write_votable

FIELDS = (
    Field("name", Datatype.UNICODE_CHAR, "*", ucd="meta.id", description="A <name> & more."),
    Field("size", Datatype.LONG, unit="byte"),
    Field("ra", Datatype.DOUBLE, unit="deg", ucd="pos.eq.ra", utype="obscore:Char.x"),
    Field("held", Datatype.BOOLEAN),
    Field("release", Datatype.CHAR, "*", xtype="timestamp"),
    Field("t_min", Datatype.DOUBLE, unit="d", xtype="mjd"),
)
ROWS: list[tuple[object, ...]] = [
    ('a<b>&"c", d\n]]>', 2**62, 10.1, True, datetime(2014, 8, 1, 3, 4, 5, 678900, UTC), 56870.1),
    ("Größe ★ 𝄞", 0, -0.0, False, date(2014, 8, 1), 1e-300),
    (None, None, None, None, None, None),
    ("control\x01\x0b", -1, float("nan"), True, datetime(2014, 8, 1, 5, tzinfo=timezone(timedelta(hours=2))), 0.1),
]


def whole(pieces: Iterator[bytes]) -> bytes:
    return b"".join(pieces)


def table(document: bytes) -> Any:
    return parse_single_table(io.BytesIO(document))


def test_votable_comes_back() -> None:
    document = whole(write_votable(TableRows([ROWS[:2], ROWS[2:]]), FIELDS, {"TOTAL": "4"}))
    read = table(document)
    assert [field.name for field in read.fields] == [field.name for field in FIELDS]
    assert (read.fields[2].unit, read.fields[2].ucd) == ("deg", "pos.eq.ra")
    assert read.fields[4].xtype == "timestamp"
    assert read.fields[0].description == "A <name> & more."
    rows = read.array
    assert list(rows["name"][:2]) == ['a<b>&"c", d\n]]>', "Größe ★ 𝄞"]
    assert rows["size"][0] == 2**62
    assert rows["ra"][0] == 10.1
    assert list(rows["release"][:2]) == ["2014-08-01T03:04:05.678900", "2014-08-01"]
    assert rows["release"][3] == "2014-08-01T03:00:00"
    assert all(rows.mask[2][name] for name in ("size", "ra", "held", "t_min"))


def test_votable_is_valid() -> None:
    document = whole(write_votable(TableRows([ROWS]), FIELDS))
    report = io.StringIO()
    assert validate(io.BytesIO(document), output=report), report.getvalue()


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_truncation_is_told(limit: int) -> None:
    rows = TableRows([ROWS[:2], ROWS[2:]], limit=limit)
    document = whole(write_votable(rows, FIELDS))
    assert len(table(document).array) == limit
    assert b'value="OVERFLOW"' in document


def test_pyvo_tells_its_user_of_the_truncation() -> None:
    document = whole(write_votable(TableRows([ROWS], limit=2), FIELDS))
    with pytest.warns(DALOverflowWarning):
        results = DALResults(parse(io.BytesIO(document)))
    assert len(results) == 2
    assert results.getcolumn("ra")[0] == 10.1


def test_limit_that_is_just_met_is_no_truncation() -> None:
    assert b"OVERFLOW" not in whole(write_votable(TableRows([ROWS], limit=4), FIELDS))


def test_error_midway_closes_the_document_and_passes_through() -> None:
    def broken() -> Iterator[list[tuple[object, ...]]]:
        yield ROWS[:1]
        raise RuntimeError("secret of the database")

    got: list[bytes] = []
    with pytest.raises(RuntimeError):
        got.extend(write_votable(TableRows(broken()), FIELDS))
    document = b"".join(got)
    assert len(table(document).array) == 1
    assert b'value="ERROR"' in document
    assert b"secret" not in document


def test_csv_comes_back() -> None:
    document = whole(write_csv(TableRows([ROWS[:2], ROWS[2:]]), FIELDS))
    read = list(csv.DictReader(io.StringIO(document.decode("utf-8"), newline="")))
    assert read[0]["name"] == 'a<b>&"c", d\n]]>'
    assert float(read[0]["t_min"]) == 56870.1
    assert read[0]["held"] == "true"
    assert set(read[2].values()) == {""}
    assert len(read) == 4


def test_no_rows_is_a_table_too() -> None:
    assert len(table(whole(write_votable(TableRows([]), FIELDS))).array) == 0
    assert whole(write_csv(TableRows([]), FIELDS)) == b"name,size,ra,held,release,t_min\r\n"


def test_error_document() -> None:
    document = write_error('<b>"no"</b>')
    assert b'<INFO name="QUERY_STATUS" value="ERROR">&lt;b&gt;"no"&lt;/b&gt;</INFO>' in document
