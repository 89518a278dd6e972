"""VOTables as readers of the field get them back."""

import base64
import io
import math
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from astropy.io.votable import parse, parse_single_table, validate
from pyvo.dal import DALOverflowWarning, DALResults

from tests.support.requirements import program
from tests.support.tables import FIELDS, NAMES, ROWS, broken, form, sample, written
from vo.tables import BatchSource, Datatype, Field, SkyFrame, TimeFrame, write, write_error

KINDS = ["votable/td", "votable/b", "votable/b2"]
# What a table of XML or without flags has for NULL.
TEXTS = {kind: [name or "" for name in NAMES] for kind in KINDS}


def table(document: bytes) -> Any:
    return parse_single_table(io.BytesIO(document))


@pytest.mark.parametrize("kind", KINDS)
def test_fields_come_back(kind: str) -> None:
    read = table(written(kind))
    for got, field in zip(read.fields, FIELDS, strict=True):
        assert (got.name, got.datatype, got.arraysize or "") == (field.name, field.datatype, field.arraysize)
        assert (str(got.unit or ""), got.ucd or "", got.utype or "") == (field.unit, field.ucd, field.utype)
        assert (got.xtype or "", got.description or "") == (field.xtype, field.description)
    assert read.fields[4].ID == "col_int"


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_declared_once_and_referred_to(kind: str) -> None:
    [resource] = parse(io.BytesIO(written(kind))).resources
    [sky] = resource.coordinate_systems
    [clock] = resource.time_systems
    assert (sky.system, sky.epoch, sky.equinox) == ("ICRS", "J2015.5", None)
    assert (clock.timescale, clock.refposition, clock.timeorigin) == ("UTC", "TOPOCENTER", None)
    refs = {field.name: field.ref for field in resource.tables[0].fields if field.ref}
    assert refs == {"ra": sky.ID, "region": sky.ID, "seen": clock.ID}


def test_frames_have_ids_of_their_own() -> None:
    fields = [
        Field("a", Datatype.DOUBLE, id="frame1"),
        Field("b", Datatype.DOUBLE, frame=TimeFrame("TDB", "BARYCENTER", "MJD-origin")),
        Field("c", Datatype.DOUBLE, frame=SkyFrame("eq_FK5", "J2000")),
    ]
    document = b"".join(write(form("votable"), BatchSource([], fields), fields))
    assert b'<TIMESYS ID="frame2" timescale="TDB" refposition="BARYCENTER" timeorigin="MJD-origin"/>' in document
    assert b'<COOSYS ID="frame3" system="eq_FK5" equinox="J2000"/>' in document


@pytest.mark.parametrize("kind", KINDS)
def test_values_come_back(kind: str) -> None:
    rows = table(written(kind)).array
    assert len(rows) == ROWS
    assert [str(name) for name in rows["name"].data] == TEXTS[kind]
    assert rows["ok"].tolist() == [True, False, None, True, False, None]
    assert rows["octet"].tolist() == ([0, None, None, 1, 2, 3] if kind == "votable/b" else [0, 255, None, 1, 2, 3])
    assert rows["short"].tolist()[1:] == [32767, None, 0, 1, -1]
    assert rows["int"].tolist()[1:] == [2**31 - 1, None, 0, 1, -1]
    assert rows["long"].tolist() == [-(2**63) + 1, 2**63 - 1, None, 0, 1, -1]
    np.testing.assert_array_equal(
        rows["mag"].data, np.array([0.1, -1e30, math.nan, math.nan, math.inf, -math.inf], "f4")
    )
    np.testing.assert_array_equal(rows["ra"].data, [10.1, 1e-300, math.nan, math.nan, -math.inf, -0.0])
    assert [str(moment) for moment in rows["seen"].data][:3] == ["2014-08-01T03:04:05.6789", "2014-08-01T00:00:00", ""]
    np.testing.assert_array_equal(rows["region"][0], [1.5, 2.5, 3.5])
    np.testing.assert_array_equal(rows["region"][3], [math.nan, math.inf, -1.0])
    assert len(rows["region"][1]) == 0
    assert rows["pair"].data.tolist()[:2] == [[1, 2], [3, 4]]
    assert rows["pair"].data.tolist()[4] == [-7, 8]
    assert [str(code) for code in rows["code"].data][:2] == ["abcd", "ab"]


@pytest.mark.parametrize("kind", ["votable/td", "votable/b2"])
def test_least_numbers_are_no_nulls(kind: str) -> None:
    rows = table(written(kind)).array
    assert rows["short"].tolist()[0] == -32768
    assert rows["int"].tolist()[0] == -(2**31)


def test_flags_tell_null_from_not_a_number() -> None:
    # astropy masks both, so the octets must tell.
    ra = Field("ra", Datatype.DOUBLE)
    batch = pa.RecordBatch.from_arrays([pa.array([None, math.nan])], names=["ra"])
    document = b"".join(write(form("votable"), BatchSource([batch], [ra]), [ra]))
    stream = document.partition(b'<STREAM encoding="base64">')[2].partition(b"</STREAM>")[0]
    octets = base64.b64decode(stream)
    assert (octets[0], octets[9]) == (0x80, 0)
    assert octets[10:] == struct.pack(">d", math.nan)


def test_null_numbers_of_binary_lie_within_their_type() -> None:
    document = written("votable/b")
    assert b'<VALUES null="-32768"/>' in document
    assert b'<VALUES null="255"/>' in document
    assert b"<VALUES" not in written("votable/b2")


@pytest.mark.parametrize("kind", KINDS)
def test_document_is_valid(kind: str) -> None:
    report = io.StringIO()
    assert validate(io.BytesIO(written(kind)), output=report), report.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_stilts_finds_no_fault(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "table.vot"
    path.write_bytes(written(kind))
    done = subprocess.run([program("stilts"), "votlint", str(path)], capture_output=True, text=True, check=False)
    # An empty cell is NULL for each type since VOTable 1.3; version 3.4 counts its elements all the same.
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if "(0 found, 2 expected)" not in line]
    assert complaints == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("limit", [0, 1, 2, 3, 5])
def test_truncation_is_told(kind: str, limit: int) -> None:
    document = written(kind, limit=limit)
    assert len(table(document).array) == limit
    assert document.index(b'value="OVERFLOW"') > document.index(b"</TABLE>")


@pytest.mark.parametrize("kind", KINDS)
def test_limit_that_is_just_met_is_no_truncation(kind: str) -> None:
    assert b"OVERFLOW" not in written(kind, limit=ROWS)


def test_pyvo_tells_its_user_of_the_truncation() -> None:
    with pytest.warns(DALOverflowWarning):
        results = DALResults(parse(io.BytesIO(written("votable", limit=2))))
    assert len(results) == 2
    assert results.getcolumn("ra")[0] == 10.1


@pytest.mark.parametrize("kind", KINDS)
def test_error_midway_closes_the_document_and_passes_through(kind: str) -> None:
    got: list[bytes] = []
    with pytest.raises(RuntimeError):
        got.extend(write(form(kind), BatchSource(broken(), FIELDS), FIELDS))
    document = b"".join(got)
    assert len(table(document).array) == 2
    assert b'value="ERROR"' in document
    assert b"secret" not in document


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows_is_a_table_too(kind: str) -> None:
    assert len(table(written(kind, batches=[])).array) == 0
    assert len(table(written(kind, batches=sample(0))).array) == 0


def test_error_document() -> None:
    document = write_error('<b>"no"</b>', {"request": "x"})
    assert b'<INFO name="QUERY_STATUS" value="ERROR">&lt;b&gt;"no"&lt;/b&gt;</INFO>' in document
    assert b'<INFO name="request" value="x">' in document
