"""CSV, TSV, FITS, Parquet, JSON, HTML and text as others read them."""

import csv
import gzip
import io
import json
import math
import subprocess
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import parse_single_table
from astropy.table import Table
from astropy.utils.exceptions import AstropyUserWarning

from tests.support.requirements import program
from tests.support.tables import COLUMNS, FIELDS, NAMES, ROWS, broken, form, sample, written
from vo.tables import BatchSource, Datatype, Field, write


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_delimited_comes_back(name: str, delimiter: str) -> None:
    text = written(name).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert [row["name"] for row in rows] == [value or "" for value in NAMES]
    assert [row["ok"] for row in rows] == ["true", "false", "", "true", "false", ""]
    assert [row["ra"] for row in rows] == ["10.1", "1e-300", "", "NaN", "-Infinity", "-0"]
    assert rows[0]["seen"] == "2014-08-01T03:04:05.6789"
    assert rows[3]["region"] == "NaN Infinity -1"
    assert rows[0]["long"] == "-9223372036854775807"
    assert len(rows) == ROWS


@pytest.mark.parametrize("name", ["csv", "tsv"])
@pytest.mark.parametrize(("limit", "status"), [(2, "OVERFLOW"), (ROWS, "OK"), (0, "OVERFLOW")])
def test_a_last_line_tells_whether_csv_is_whole(name: str, limit: int, status: str) -> None:
    plain, told = written(name, limit=limit), written(f"{name}/status", limit=limit)
    assert told == plain + f"# QUERY_STATUS={status} ROWS={limit}\n".encode()


def test_csv_tells_an_empty_text_from_null() -> None:
    lines = written("csv").decode().splitlines()
    assert lines[-2].startswith('"",')
    assert any(line.startswith(",") for line in lines)


def test_pandas_like_readers_take_the_csv() -> None:
    told = Table.read(written("csv/status").decode(), format="ascii.csv", comment="#")
    assert len(told) == ROWS
    table = Table.read(written("csv").decode(), format="ascii.csv")
    np.testing.assert_array_equal(table["ra"].filled(math.nan), [10.1, 1e-300, math.nan, math.nan, -math.inf, 0.0])
    assert table["name"][1] == "Größe ★ 𝄞"


def test_ecsv_comes_back() -> None:
    body = written("ecsv").decode()
    table = Table.read(body, format="ascii.ecsv")
    assert [table[name].dtype.name for name in ("ok", "octet", "short", "int", "long", "mag", "ra")] == [
        *("bool", "uint8", "int16", "int32", "int64", "float32", "float64"),
    ]
    assert (str(table["ra"].unit), table["name"].description) == ("deg", 'A <name> & "more".')
    assert table.meta["standardID"] == "ivo://x"
    assert table["ok"].tolist() == [True, False, None, True, False, None]
    assert table["long"].tolist() == [-(2**63) + 1, 2**63 - 1, None, 0, 1, -1]
    np.testing.assert_array_equal(table["ra"].filled(0.5), [10.1, 1e-300, 0.5, math.nan, -math.inf, 0.0])
    assert table["name"][1] == "Größe ★ 𝄞"
    assert [str(each) for each in table["name"][[0, 3, 5]]] == [NAMES[0], NAMES[3], NAMES[5]]
    np.testing.assert_array_equal(table["region"][0], [1.5, 2.5, 3.5])
    np.testing.assert_array_equal(table["region"][3], [math.nan, math.inf, -1.0])
    assert table["pair"][4].tolist() == [-7, 8]


def test_fits_comes_back() -> None:
    with fits.open(io.BytesIO(written("fits")), logical_as_bytes=True) as hdus:
        hdus.verify("exception")
        header, rows = hdus[1].header, hdus[1].data
        assert len(rows) == ROWS
        assert rows["name"][0] == 'a<b>&"c", d?]]>'
        assert rows["name"][1] == "Gr??e ? ?"
        assert rows["octet"].tolist()[:2] == [0, 255]
        assert rows["long"].tolist()[:2] == [-(2**63) + 1, 2**63 - 1]
        assert rows["long"][2] == header["TNULL6"]
        assert header["TNULL4"] not in [-32768, 32767, 0, 1, -1] or rows["short"][2] == header["TNULL4"]
        np.testing.assert_array_equal(rows["ra"], [10.1, 1e-300, math.nan, math.nan, -math.inf, -0.0])
        assert rows["ok"].tolist()[:3] == [b"T", b"F", b""]
        assert rows["seen"][0] == "2014-08-01T03:04:05.6789"
        np.testing.assert_array_equal(rows["region"][3], [math.nan, math.inf, -1.0])
        assert len(rows["region"][1]) == 0
        assert rows["pair"].tolist()[4] == [-7, 8]
        assert (header["TUNIT8"], header["TUCD8"], header["TUTYP8"]) == (
            "deg",
            "pos.eq.ra;meta.main",
            "obscore:Char.x",
        )
        assert header["TCOMM1"] == 'A <name> & "more".'
    with pytest.warns(AstropyUserWarning, match="NULL"):
        table = Table.read(io.BytesIO(written("fits")), format="fits")
    assert table["long"].mask.tolist() == [False, False, True, False, False, False]


def test_fits_keeps_long_texts_apart_from_short_ones() -> None:
    fields = [Field("text", Datatype.UNICODE_CHAR, "*"), Field("n", Datatype.INT)]
    texts = ["x" * 50_000, *("y" for _ in range(1000))]
    batch = pa.RecordBatch.from_arrays([pa.array(texts), pa.array(range(1001), pa.int32())], names=["text", "n"])
    document = b"".join(write(form("fits"), BatchSource([batch.slice(0, 7), batch.slice(7)], fields), fields))
    assert len(document) < 100_000
    with fits.open(io.BytesIO(document)) as hdus:
        assert ["".join(text) for text in hdus[1].data["text"]] == texts
        assert hdus[1].data["n"].tolist() == list(range(1001))


def test_fits_without_rows() -> None:
    with fits.open(io.BytesIO(written("fits", batches=[]))) as hdus:
        hdus.verify("exception")
        assert len(hdus[1].data) == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("json", b'"overflow": true'),
        ("html", b"there are more"),
        ("text", b"There are more"),
        ("csv/status", b"OVERFLOW"),
    ],
)
@pytest.mark.parametrize("limit", [0, 2, ROWS - 1, ROWS])
def test_truncation_is_told_at_the_end(name: str, words: bytes, limit: int) -> None:
    assert (words in written(name, limit=limit)[-100:]) is (limit < ROWS)


@pytest.mark.parametrize("name", ["fits", "parquet"])
@pytest.mark.parametrize("limit", [0, 2, ROWS - 1, ROWS])
def test_truncation_is_told_in_the_metadata(name: str, limit: int) -> None:
    document = written(name, limit=limit)
    if name == "fits":
        with fits.open(io.BytesIO(document)) as hdus:
            assert len(hdus[1].data) == limit
            assert hdus[1].header.get("OVERFLOW", False) is (limit < ROWS)
        return
    file = pq.ParquetFile(io.BytesIO(document))
    assert file.metadata.num_rows == limit
    assert (b'value="OVERFLOW"' in file.metadata.metadata[b"IVOA.VOTable-Parquet.content"]) is (limit < ROWS)


@pytest.mark.parametrize("name", ["fits", "parquet", "csv", "csv/status", "ecsv", "json"])
def test_source_that_breaks_leaves_no_whole_document(name: str) -> None:
    got: list[bytes] = []
    with pytest.raises(RuntimeError):
        got.extend(write(form(name), BatchSource(broken(), FIELDS), FIELDS))
    document = b"".join(got)
    if name == "fits":
        assert document == b""
    elif name == "parquet":
        with pytest.raises(pa.ArrowInvalid):
            pq.ParquetFile(io.BytesIO(document))
    elif name == "json":
        with pytest.raises(json.JSONDecodeError):
            json.loads(document)
    else:
        assert b"QUERY_STATUS" not in document


def test_parquet_comes_back() -> None:
    document = written("parquet")
    read = pq.read_table(io.BytesIO(document))
    assert read.column_names == [field.name for field in FIELDS]
    for got, expected in zip(read.columns, COLUMNS, strict=True):
        if pa.types.is_timestamp(expected.type):
            assert got.type == pa.timestamp("us")
            assert str(got[0].as_py()) == "2014-08-01 03:04:05.678900"
            continue
        assert repr(got.to_pylist()) == repr(expected.to_pylist())


def test_parquet_begins_with_the_first_batch_and_then_gathers() -> None:
    asked = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(sample(2, 1, 1, 2)):
            asked.append(number)
            yield batch

    pieces = write(form("parquet"), BatchSource(batches(), FIELDS), FIELDS)
    first = next(pieces)
    assert first.startswith(b"PAR1")
    assert asked == [0]
    file = pq.ParquetFile(io.BytesIO(first + b"".join(pieces)))
    groups = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert groups == [2, ROWS - 2]


def test_parquet_carries_a_votable() -> None:
    metadata = pq.ParquetFile(io.BytesIO(written("parquet"))).metadata.metadata
    assert metadata[b"IVOA.VOTable-Parquet.version"] == b"1.0"
    head = parse_single_table(io.BytesIO(metadata[b"IVOA.VOTable-Parquet.content"]))
    assert [field.name for field in head.fields] == [field.name for field in FIELDS]
    assert head.fields[7].ucd == "pos.eq.ra;meta.main"


def test_json_comes_back() -> None:
    document = json.loads(written("json", limit=5))
    assert [column["name"] for column in document["metadata"]] == [field.name for field in FIELDS]
    assert document["metadata"][7]["unit"] == "deg"
    rows = document["data"]
    assert [row[0] for row in rows] == NAMES[:5]
    assert [row[1] for row in rows] == [True, False, None, True, False]
    assert [row[7] for row in rows] == [10.1, 1e-300, None, None, None]
    assert [row[5] for row in rows] == [-(2**63) + 1, 2**63 - 1, None, 0, 1]
    assert [row[9] for row in rows] == [[1.5, 2.5, 3.5], [], None, [None, None, -1.0], [0.1]]
    assert rows[0][8] == "2014-08-01T03:04:05.6789"
    assert document["overflow"] is True
    assert json.loads(written("json", batches=[]))["data"] == []


def test_json_of_odd_characters() -> None:
    field = Field("t", Datatype.UNICODE_CHAR, "*")
    odd = "".join(map(chr, range(33))) + '\\"\u2028\x7f'
    batch = pa.RecordBatch.from_arrays([pa.array([odd])], names=["t"])
    document = b"".join(write(form("json"), BatchSource([batch], [field]), [field]))
    assert json.loads(document)["data"] == [[odd]]


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "td":
            self.texts.append("")
        self.links += [value for name, value in attrs if tag == "a" and name == "href"]

    def handle_data(self, data: str) -> None:
        if self.texts and data.strip():
            self.texts[-1] += data


def test_html_shows_what_is_there_and_runs_nothing() -> None:
    fields = [Field("url", Datatype.CHAR, "*", ucd="meta.ref.url"), Field("<x>", Datatype.UNICODE_CHAR, "*")]
    urls = ["https://a/?b=1&c=2", "javascript:alert(1)", '"><script>', None]
    texts = ["<script>alert(1)</script>", "a & b", None, "Größe"]
    batch = pa.RecordBatch.from_arrays([pa.array(urls), pa.array(texts)], names=["url", "<x>"])
    page = Cells()
    page.feed(b"".join(write(form("html"), BatchSource([batch], fields, 3), fields)).decode())
    assert page.texts[:5] == [urls[0], texts[0], urls[1], texts[1], urls[2]]
    assert page.links == ["https://a/?b=1&c=2"]
    assert "more than the limit" in page.texts[-1]
    assert b"<script" not in written("html")


def test_text_is_aligned() -> None:
    fields = [Field("name", Datatype.UNICODE_CHAR, "*"), Field("ra", Datatype.DOUBLE, unit="deg")]
    batch = pa.RecordBatch.from_arrays(
        [pa.array(["a\nb", "Größe", None]), pa.array([1.5, 100.25, None])], ["name", "ra"]
    )
    text = b"".join(write(form("text"), BatchSource([batch], fields, 2), fields)).decode()
    assert text.splitlines() == [
        "name       ra",
        "          deg",
        "-----  ------",
        "a b       1.5",
        "Größe  100.25",
        "There are more rows than these 2.",
    ]


def test_gzip_comes_back() -> None:
    assert gzip.decompress(written("votable_gzip")) == written("votable")


def test_gzip_that_breaks_gives_what_it_has() -> None:
    got: list[bytes] = []
    with pytest.raises(RuntimeError):
        got.extend(write(form("votable_gzip"), BatchSource(broken(), FIELDS), FIELDS))
    reader = zlib.decompressobj(31)
    assert b'value="ERROR"' in reader.decompress(b"".join(got))
    assert not reader.eof


@pytest.mark.parametrize("name", ["fits", "votable", "votable/td", "votable/b", "csv"])
def test_stilts_reads_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"table{form(name).extension}"
    path.write_bytes(written(name))
    kind = name.partition("/")[0]
    command = [
        program("stilts"),
        "tpipe",
        f"in={path}",
        f"ifmt={kind}",
        "cmd=keepcols 'long ra pair'",
        "ofmt=csv",
        "out=-",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["long"] for row in rows] == ["-9223372036854775807", "9223372036854775807", "", "0", "1", "-1"]
    assert [row["ra"] for row in rows][:2] == ["10.1", "1.0E-300"]


def test_columns_beyond_what_fits_has() -> None:
    fields = [Field(f"c{number}", Datatype.INT) for number in range(1000)]
    with pytest.raises(ValueError, match="999"):
        b"".join(write(form("fits"), BatchSource([], fields), fields))
    assert list(sample())
