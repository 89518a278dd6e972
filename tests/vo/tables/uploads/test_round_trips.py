"""What our writers and those of others write comes back: values, types, units, UCDs, xtypes."""

import gzip
import io
import math
import warnings
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.table import MaskedColumn, Table

from tests.support.tables import FIELDS, NAMES, ROWS, written
from vo.tables import Datatype, Field
from vo.tables.uploads import UploadLimits, read_table

LIMITS = UploadLimits(rows=100_000, octets=2**26, columns=100)


def read(octets: bytes) -> tuple[tuple[Field, ...], dict[str, list[Any]]]:
    table = read_table(io.BytesIO(octets), LIMITS)
    whole = pa.Table.from_batches(list(table.batches), None) if table.fields else None
    assert whole is not None
    assert whole.column_names == [field.name for field in table.fields]
    return table.fields, whole.to_pydict()


@pytest.mark.parametrize("kind", ["votable/td", "votable/b", "votable/b2", "votable_gzip", "parquet"])
def test_fields_survive(kind: str) -> None:
    fields, _ = read(written(kind))
    for got, field in zip(fields, FIELDS, strict=True):
        if kind == "parquet" and field.name in {"code", "pair"}:
            continue
        # The XML ID counts within its document, and the number for NULL within its form.
        assert replace(got, id="", null=None) == replace(field, id="")


@pytest.mark.parametrize("kind", ["votable/td", "votable/b", "votable/b2", "votable_gzip", "parquet", "fits"])
def test_values_survive(kind: str) -> None:
    _, rows = read(written(kind))
    tells_empty = kind in {"votable/b2", "votable_gzip", "parquet"}
    if kind != "fits":
        assert rows["name"] == [name if name or tells_empty else None for name in NAMES]
    assert rows["ok"] == [True, False, None, True, False, None]
    if kind not in {"votable/b", "fits"}:
        assert rows["octet"] == [0, 255, None, 1, 2, 3]
        assert rows["short"] == [-32768, 32767, None, 0, 1, -1]
        assert rows["int"] == [-(2**31), 2**31 - 1, None, 0, 1, -1]
    assert rows["long"] == [-(2**63) + 1, 2**63 - 1, None, 0, 1, -1]
    has_nan = kind not in {"votable/b", "fits"}
    assert repr(rows["ra"]) == repr([10.1, 1e-300, None, math.nan if has_nan else None, -math.inf, -0.0])
    assert [str(moment) for moment in rows["seen"][:3]] == ["2014-08-01 03:04:05.678900", "2014-08-01 00:00:00", "None"]
    empty: list[float] | None = [] if tells_empty or kind == "fits" else None
    assert repr(rows["region"][:5]) == repr(
        [[1.5, 2.5, 3.5], empty, [] if kind == "fits" else None, [math.nan, math.inf, -1.0], [0.1]]
    )
    assert rows["pair"][:2] == [[1, 2], [3, 4]]
    assert rows["pair"][4] == [-7, 8]
    assert rows["code"][:2] == ["abcd", "ab"]
    assert len(rows["code"]) == ROWS


def test_fits_of_ours_keeps_what_is_said() -> None:
    fields, _ = read(written("fits"))
    ra = fields[7]
    assert (ra.name, ra.datatype, ra.unit, ra.ucd, ra.utype) == (
        "ra",
        Datatype.DOUBLE,
        "deg",
        "pos.eq.ra;meta.main",
        "obscore:Char.x",
    )
    assert [field.datatype for field in fields[2:7]] == [
        Datatype.UNSIGNED_BYTE,
        Datatype.SHORT,
        Datatype.INT,
        Datatype.LONG,
        Datatype.FLOAT,
    ]
    assert fields[8].is_timestamp


def test_csv_of_ours() -> None:
    fields, rows = read(written("csv"))
    types = {field.name: field.datatype for field in fields}
    assert (types["ok"], types["int"], types["ra"]) == (Datatype.BOOLEAN, Datatype.LONG, Datatype.DOUBLE)
    assert fields[8].is_timestamp
    assert rows["name"] == NAMES
    assert repr(rows["ra"]) == repr([10.1, 1e-300, None, math.nan, -math.inf, -0.0])
    _, rows = read(written("tsv"))
    assert rows["name"] == NAMES


@pytest.mark.parametrize("form", ["tabledata", "binary", "binary2"])
def test_votable_of_astropy(form: str) -> None:
    table = Table()
    table["id"] = np.arange(5, dtype=np.int32)
    table["ra"] = MaskedColumn([1.5, 2.5, 3.5, 4.5, 5.5], mask=[0, 0, 1, 0, 0], unit=units.deg)
    table["name"] = ["a", "Größe", "<&>", "", "x y"]
    table["ok"] = [True, False, True, False, True]
    table["z"] = np.array([1 + 2j] * 5, np.complex64)
    table["xyz"] = np.arange(15, dtype=np.float32).reshape(5, 3)
    out = io.BytesIO()
    document = from_table(table)
    document.to_xml(out, tabledata_format=form)
    fields, rows = read(out.getvalue())
    assert [field.datatype for field in fields] == [
        Datatype.INT,
        Datatype.DOUBLE,
        Datatype.UNICODE_CHAR,
        Datatype.BOOLEAN,
        Datatype.FLOAT,
        Datatype.FLOAT,
    ]
    assert fields[1].unit == "deg"
    assert fields[4].arraysize == "2"
    assert rows["id"] == [0, 1, 2, 3, 4]
    assert repr(rows["ra"]) in {repr([1.5, 2.5, missing, 4.5, 5.5]) for missing in (None, math.nan)}
    assert [name or "" for name in rows["name"]] == ["a", "Größe", "<&>", "", "x y"]
    assert rows["ok"] == [True, False, True, False, True]
    assert rows["z"][0] == [1.0, 2.0]
    assert rows["xyz"][4] == [12.0, 13.0, 14.0]


def test_fits_of_astropy() -> None:
    columns = [
        fits.Column("id", "J", array=np.array([1, -99, 3]), null=-99, unit="adu"),
        fits.Column("u2", "I", bzero=2**15, array=np.array([0, 40_000, 65_535], np.uint16)),
        fits.Column("u4", "J", bzero=2**31, array=np.array([0, 3_000_000_000, 1], np.uint32)),
        fits.Column("i1", "B", bzero=-128, array=np.array([-128, 127, 0], np.int8)),
        fits.Column("scaled", "E", bscale=0.5, bzero=10, array=np.array([10.5, 11.0, 12.0])),
        fits.Column("name", "6A", array=np.array(["a", "bb  ", ""])),
        fits.Column("bits", "11X", array=np.array([[True] * 11, [False] * 11, [True, False] * 5 + [True]])),
        fits.Column("bytes", "2B", array=np.array([[1, 2], [3, 4], [5, 255]], np.uint8)),
        fits.Column("image", "4D", dim="(2,2)", array=np.arange(12.0).reshape(3, 2, 2)),
        fits.Column(
            "list",
            "PE()",
            array=np.array([np.array([1.5], "f4"), np.array([], "f4"), np.arange(3, dtype="f4")], object),
        ),
        fits.Column("z", "M", array=np.array([1 + 2j, 0, 3j])),
    ]
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = fits.ImageHDU(np.zeros((10, 10)))
        fits.HDUList([fits.PrimaryHDU(), image, fits.BinTableHDU.from_columns(columns)]).writeto(out)
    fields, rows = read(out.getvalue())
    types = {field.name: (field.datatype, field.arraysize) for field in fields}
    assert types["u2"] == (Datatype.INT, "")
    assert types["u4"] == (Datatype.LONG, "")
    assert types["i1"] == (Datatype.SHORT, "")
    assert types["image"] == (Datatype.DOUBLE, "2x2")
    assert fields[0].unit == "adu"
    assert rows["id"] == [1, None, 3]
    assert rows["u2"] == [0, 40_000, 65_535]
    assert rows["u4"] == [0, 3_000_000_000, 1]
    assert rows["i1"] == [-128, 127, 0]
    assert rows["scaled"] == [10.5, 11.0, 12.0]
    assert rows["name"] == ["a", "bb", None]
    assert rows["bits"][2] == [True, False] * 5 + [True]
    assert rows["bytes"][2] == [5, 255]
    assert rows["image"][1] == [4.0, 5.0, 6.0, 7.0]
    assert rows["list"] == [[1.5], [], [0.0, 1.0, 2.0]]
    assert rows["z"] == [[1.0, 2.0], [0.0, 0.0], [0.0, 3.0]]


def test_parquet_of_others() -> None:
    table = pa.table(
        {
            "u1": pa.array([1, 2], pa.uint8()),
            "u4": pa.array([1, 2**32 - 1], pa.uint32()),
            "when": pa.array([0, None], pa.timestamp("ns", "Europe/Paris")),
            "day": pa.array([0, 1], pa.date32()),
            "word": pa.array(["a", "b"]).dictionary_encode(),
            "price": pa.array([Decimal("1.00"), None], pa.decimal128(20, 2)),
            "pair": pa.array([[1.0, 2.0], None], pa.list_(pa.float64(), 2)),
            "large": pa.array(["x", None], pa.large_string()),
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    fields, rows = read(out.getvalue())
    assert [(field.datatype, field.arraysize) for field in fields] == [
        (Datatype.UNSIGNED_BYTE, ""),
        (Datatype.LONG, ""),
        (Datatype.CHAR, "*"),
        (Datatype.CHAR, "*"),
        (Datatype.UNICODE_CHAR, "*"),
        (Datatype.DOUBLE, ""),
        (Datatype.DOUBLE, "2"),
        (Datatype.UNICODE_CHAR, "*"),
    ]
    assert str(rows["when"][0]) == "1970-01-01 00:00:00"
    assert rows["word"] == ["a", "b"]
    assert rows["price"] == [1.0, None]
    assert rows["pair"] == [[1.0, 2.0], None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_votable_that_only_a_parser_can_read(encoding: str) -> None:
    document = f"""<?xml version="1.0" encoding="{encoding}"?>
<v:VOTABLE xmlns:v="http://www.ivoa.net/xml/VOTable/v1.3"><v:RESOURCE><v:TABLE>
<v:FIELD name="n" datatype="int"><v:VALUES null="-1"/><v:DESCRIPTION>A  number
of &lt;things&gt;</v:DESCRIPTION></v:FIELD><v:FIELD ID="t" datatype="char" arraysize="*"/>
<v:DATA><!-- <TABLEDATA> --><v:TABLEDATA>
<v:TR><v:TD>1</v:TD><v:TD><![CDATA[<a>&</TR>]]></v:TD></v:TR><!-- </TR> -->
<v:TR><v:TD>-1</v:TD><v:TD>Größe</v:TD></v:TR>
<v:TR ID="x"><v:TD>0x1F</v:TD><v:TD/></v:TR>
</v:TABLEDATA></v:DATA></v:TABLE></v:RESOURCE></v:VOTABLE>"""
    fields, rows = read(document.encode(encoding))
    assert fields[0].description == "A number of <things>"
    assert fields[1].name == "t"
    assert rows == {"n": [1, None, 31], "t": ["<a>&</TR>", "Größe", None]}


def test_plain_rows_with_all_sorts_of_blanks_and_entities() -> None:
    document = b"""<VOTABLE><RESOURCE><TABLE><FIELD name="x" datatype="double"/><FIELD name="t" datatype="char"
 arraysize="*"/><FIELD name="a" datatype="int" arraysize="*"/><DATA><TABLEDATA>
 <TR><TD> +1.5 </TD>\r\n\t<TD>&lt;&amp;&#13;&#xe9;</TD> <TD>1 2  3</TD></TR><TR><TD/><TD/><TD/></TR>
 <TR>
   <TD>-Inf</TD><TD> a </TD><TD>  </TD></TR> </TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"""
    _, rows = read(document)
    assert rows == {"x": [1.5, None, -math.inf], "t": ["<&\ré", None, " a "], "a": [[1, 2, 3], None, None]}


@pytest.mark.parametrize("piece", [1, 7, 100])
@pytest.mark.parametrize("kind", ["votable/td", "votable/b", "votable/b2"])
def test_votable_is_the_same_in_small_pieces(kind: str, piece: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size, piece) if size and size > 4 else size)

    document = written(kind)
    table = read_table(Slow(document), LIMITS)
    got = pa.Table.from_batches(list(table.batches)).to_pydict()
    assert repr(got) == repr(read(document)[1])


def test_first_table_with_data_counts() -> None:
    document = b"""<VOTABLE><RESOURCE><TABLE><FIELD name="no" datatype="int"/></TABLE>
<TABLE><FIELD name="n" datatype="int"/><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA></TABLE>
<TABLE><FIELD name="m" datatype="int"/><DATA><TABLEDATA><TR><TD>2</TD></TR></TABLEDATA></DATA></TABLE>
</RESOURCE></VOTABLE>"""
    assert read(document)[1] == {"n": [1]}


def test_table_without_rows() -> None:
    table = read_table(io.BytesIO(written("votable", batches=[])), LIMITS)
    assert len(table.fields) == len(FIELDS)
    assert list(table.batches) == []
    bare = b'<VOTABLE><RESOURCE><TABLE><FIELD name="n" datatype="int"/></TABLE></RESOURCE></VOTABLE>'
    assert list(read_table(io.BytesIO(bare), LIMITS).batches) == []
    for text in (b"a,b", b"a,b\r\n", b"a,b\n\n"):
        table = read_table(io.BytesIO(text), LIMITS)
        assert [field.name for field in table.fields] == ["a", "b"]
        assert list(table.batches) == []


@pytest.mark.parametrize(
    ("lines", "datatype", "values"),
    [
        ("1\n2\n", Datatype.LONG, [1, 2]),
        ("1\n2.5\n", Datatype.DOUBLE, [1.0, 2.5]),
        ("1\n99999999999999999999\n", Datatype.DOUBLE, [1.0, 1e20]),
        ("1\nx\n", Datatype.UNICODE_CHAR, ["1", "x"]),
        ("true\nFalse\n", Datatype.BOOLEAN, [True, False]),
        ("true\n1\n", Datatype.UNICODE_CHAR, ["true", "1"]),
        ("1_0\n2\n", Datatype.UNICODE_CHAR, ["1_0", "2"]),
        ("NaN\n-Infinity\n", Datatype.DOUBLE, [math.nan, -math.inf]),
        ('""\nx\n', Datatype.UNICODE_CHAR, ["", "x"]),
        ("2014-08-01\n2014-08-01T03:04:05Z\n", Datatype.CHAR, None),
        ("2014\n2014-08-01\n", Datatype.UNICODE_CHAR, ["2014", "2014-08-01"]),
    ],
)
def test_types_of_csv_are_found(lines: str, datatype: Datatype, values: list[object] | None) -> None:
    text = "n,x\n" + "".join(f"{number},{line}\n" for number, line in enumerate(lines.splitlines()))
    fields, rows = read(text.encode())
    assert fields[1].datatype is datatype
    if values is not None:
        assert repr(rows["x"]) == repr(values)
    else:
        assert fields[1].is_timestamp


def test_type_of_csv_is_found_in_the_last_row() -> None:
    text = "n\n" + "1\n" * 50_000 + "x\n"
    fields, rows = read(text.encode())
    assert fields[0].datatype is Datatype.UNICODE_CHAR
    assert rows["n"][-2:] == ["1", "x"]


def test_gzip_of_csv() -> None:
    assert read(gzip.compress(b"\xef\xbb\xbfa,b\r\n") + gzip.compress(b"1,2\r\n"))[1] == {"a": [1], "b": [2]}
