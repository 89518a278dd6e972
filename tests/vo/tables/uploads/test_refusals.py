"""What is hostile, broken or too large is refused with words for its sender, and nothing else happens."""

import base64
import gzip
import io
import struct
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits

from tests.support.tables import written
from vo.tables.uploads import UploadError, UploadLimits, read_table

LIMITS = UploadLimits(rows=1000, octets=2**24, columns=50)
FIELD = '<FIELD name="n" datatype="int"/>'


def votable(data: str, fields: str = FIELD, before: str = "") -> bytes:
    document = f"<VOTABLE><RESOURCE><TABLE>{fields}<DATA>{data}</DATA></TABLE></RESOURCE></VOTABLE>"
    return ('<?xml version="1.0"?>' + before + document).encode()


def rows(*cells: str) -> str:
    return "<TABLEDATA>" + "".join(f"<TR><TD>{cell}</TD></TR>" for cell in cells) + "</TABLEDATA>"


def stream(octets: bytes, kind: str = "BINARY", attributes: str = 'encoding="base64"') -> str:
    return f"<{kind}><STREAM {attributes}>{base64.b64encode(octets).decode()}</STREAM></{kind}>"


def bomb(name: str) -> str:
    entities = "".join(f'<!ENTITY {name}{number} "{f"&{name}{number - 1};" * 10}">' for number in range(1, 10))
    return f'<!DOCTYPE VOTABLE [<!ENTITY {name}0 "ha">{entities}]>'


VARYING = '<FIELD name="n" datatype="double" arraysize="*"/>'
TEXT = '<FIELD name="n" datatype="unicodeChar" arraysize="*"/>'
REFUSED: dict[str, tuple[bytes, str]] = {
    "entity bomb": (votable(rows("&lol9;"), before=bomb("lol")), "DOCTYPE"),
    "external entity": (
        votable(rows("&x;"), before='<!DOCTYPE V [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "DOCTYPE",
    ),
    "bare doctype": (votable(rows("1"), before="<!DOCTYPE VOTABLE SYSTEM 'http://localhost/x.dtd'>"), "DOCTYPE"),
    "doctype in utf-16": (
        votable(rows("1"), before="<!DOCTYPE VOTABLE>").decode().encode("utf-16"),
        "DOCTYPE",
    ),
    "href to a file": (votable(stream(b"", attributes='href="file:///etc/passwd" encoding="base64"')), "href"),
    "href to a server": (votable(stream(b"", attributes='href="http://127.0.0.1/"')), "href"),
    "href with a prefix": (
        votable("<v:BINARY><v:STREAM href='file:///etc/passwd'/></v:BINARY>").replace(
            b"<VOTABLE", b"<VOTABLE xmlns:v='x'"
        ),
        "href",
    ),
    "fits inside": (votable(f"<FITS>{stream(b'', 'STREAM')[8:-9]}</FITS>"), "FITS"),
    "other encoding of a stream": (votable(stream(b"", attributes='encoding="gzip"')), "base64"),
    "no base64": (votable('<BINARY><STREAM encoding="base64">@@@@</STREAM></BINARY>'), "base64"),
    "entity in a stream": (votable('<BINARY><STREAM encoding="base64">AAAA&#10;AAAA</STREAM></BINARY>'), "base64|row"),
    "half a row": (votable(stream(b"\0" * 6)), "middle of a row"),
    "count that lies": (votable(stream(struct.pack(">I", 2**32 - 1) + b"\0" * 9), VARYING), "claims|middle"),
    "count that lies within reason": (votable(stream(struct.pack(">I", 1000) + b"\0" * 9), VARYING), "middle"),
    "width that lies": (
        votable(stream(b"\0" * 9), FIELD.replace('"int"', '"double" arraysize="999999999"')),
        "more than 67108864 octets",
    ),
    "no utf-16": (votable(stream(struct.pack(">IH", 1, 0xD800)), TEXT), "UTF-16"),
    "too few cells": (votable("<TABLEDATA><TR><TD>1</TD></TR><TR></TR></TABLEDATA>"), "0 cells"),
    "too many cells": (votable("<TABLEDATA><TR><TD>1</TD><TD>2</TD></TR></TABLEDATA>"), "more cells"),
    "ragged rows that add up": (
        votable(
            "<TABLEDATA><TR><TD>1</TD></TR><TR><TD>1</TD><TD>2</TD><TD>3</TD></TR></TABLEDATA>",
            FIELD + FIELD.replace('"n"', '"m"'),
        ),
        "1 cells for 2",
    ),
    "text between cells": (votable("<TABLEDATA><TR>x<TD>a</TD></TR></TABLEDATA>"), "'a' is no int"),
    "no number": (votable(rows("1", "x")), "'x' is no int"),
    "number too large": (votable(rows("3000000000")), "is no int"),
    "number of python": (votable(rows("1_0")), "is no int"),
    "fraction": (votable(rows("1.5")), "is no int"),
    "no truth": (votable(rows("maybe"), '<FIELD name="n" datatype="boolean"/>'), "is no boolean"),
    "no time": (
        votable(rows("yesterday"), '<FIELD name="n" datatype="char" arraysize="*" xtype="timestamp"/>'),
        "no time",
    ),
    "wrong number of elements": (
        votable(rows("1 2 3"), '<FIELD name="n" datatype="int" arraysize="2"/>'),
        "2 elements",
    ),
    "unknown entity": (votable(rows("&nbsp;"), TEXT), "well formed"),
    "character that is none": (votable(rows("&#0;"), TEXT), "well formed"),
    "unknown encoding": (votable(rows("1")).replace(b'"1.0"?', b'"1.0" encoding="wtf-8"?'), "wtf-8"),
    "no utf-8": (votable(rows("\u00e4"), TEXT).replace("ä".encode(), b"\xe4"), "UTF-8|well formed"),
    "unknown datatype": (votable(rows("1"), '<FIELD name="n" datatype="quad"/>'), "quad"),
    "bits": (votable(rows("1"), '<FIELD name="n" datatype="bit" arraysize="8"/>'), "bits"),
    "no arraysize": (votable(rows("1"), '<FIELD name="n" datatype="int" arraysize="many"/>'), "arraysize"),
    "names that are the same": (votable(rows("1"), FIELD + FIELD.replace('"n"', '"N"')), "'n'"),
    "name too long": (votable(rows("1"), FIELD.replace('"n"', f'"{"n" * 64}"')), "63"),
    "too many columns": (votable(rows("1"), "".join(FIELD.replace('"n"', f'"n{n}"') for n in range(51))), "columns"),
    "too many rows": (votable(rows(*["1"] * 1001)), "1000 rows"),
    "no columns": (votable(rows("1"), ""), "no columns|more cells"),
    "truncated": (votable(rows("1", "2"))[:-30], "well formed"),
    "truncated in a row": (votable(rows("1", "2")).partition(b"2</TD>")[0], "well formed"),
    "truncated stream": (votable(stream(b"\0" * 8)).partition(b"</STREAM>")[0], "well formed"),
    "nested": (b"<VOTABLE>" + b"<RESOURCE>" * 10_000, "nested"),
    "no table": (b"<VOTABLE><RESOURCE/></VOTABLE>", "no table"),
    "html": (b"<!DOCTYPE html><html></html>", "DOCTYPE"),
    "other xml": (b"<rss><a/></rss>", "no table"),
    "nothing": (b"", "line of the columns' names"),
    "octets": (bytes(range(128, 256)), "UTF-8"),
    "no gzip": (b"\x1f\x8b" + b"\0" * 30, "gzip"),
    "half a gzip": (gzip.compress(b"a,b\n" * 1000)[:-10], "gzip"),
    "gzip bomb": (gzip.compress(b"\0" * 2**25), "decompressed"),
    "too large": (b"a\n" * 2**24, "at most 16777216"),
    "csv with too few values": (b"a,b\n1,2\n3\n", "1 values for 2"),
    "csv with open quotes": (b'a,b\n1,"2\n', "quote|values"),
    "csv in latin-1": (b"a,b\n1,\xe4\n", "UTF-8"),
    "csv without names": (b"\n1,2\n", "names"),
    "ecsv": (b"# %ECSV 1.0\n# ---\na b\n1 2\n", "comment"),
    "csv with the same names": (b"a,A\n1,2\n", "names differ"),
    "csv with too many columns": (",".join(f"c{n}" for n in range(60)).encode() + b"\n", "columns"),
    "csv with too many rows": (b"a\n" + b"1\n" * 1001, "rows"),
    "half a parquet": (written("parquet")[:-20], "whole Parquet"),
    "only the mark of parquet": (b"PAR1" * 3, "whole Parquet"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusal(name: str) -> None:
    octets, words = REFUSED[name]
    with pytest.raises(UploadError, match=words):
        list(read_table(io.BytesIO(octets), LIMITS).batches)


def table_of_fits(change: Callable[[fits.Header], None] | None = None) -> bytes:
    columns = [fits.Column("n", "J", array=np.arange(10)), fits.Column("x", "2E", array=np.zeros((10, 2)))]
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(out)
    octets = bytearray(out.getvalue())
    if change is not None:
        header = fits.Header.fromstring(octets[2880:5760].decode())
        change(header)
        octets[2880:5760] = header.tostring(padding=True).encode()
    return bytes(octets)


LIES: dict[str, tuple[Callable[[fits.Header], None], str]] = {
    "rows": (lambda header: header.set("NAXIS2", 10**6), "shorter"),
    "more rows than can be": (lambda header: header.set("NAXIS2", 10**30), "larger than it can be"),
    "negative rows": (lambda header: header.set("NAXIS2", -1), "negative"),
    "rows that are a text": (lambda header: header.set("NAXIS2", "many"), "whole number"),
    "width": (lambda header: header.set("NAXIS1", 11), "octets a row"),
    "form": (lambda header: header.set("TFORM1", "99999999J"), "octets a row"),
    "no form": (lambda header: header.set("TFORM1", "1Z"), "TFORM1"),
    "heap": (lambda header: header.set("TFORM1", "1PJ"), "octets a row"),
    "columns": (lambda header: header.set("TFIELDS", 10**6), "columns"),
    "no columns": (lambda header: (header.set("TFIELDS", 0), header.set("NAXIS1", 0)), "no columns"),  # type: ignore[dict-item]
    "axes": (lambda header: header.set("NAXIS", 10**9), "axes"),
    "scale": (lambda header: header.set("TSCAL1", "x"), "no number"),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_of_fits(name: str) -> None:
    change, words = LIES[name]
    with pytest.raises(UploadError, match=words):
        list(read_table(io.BytesIO(table_of_fits(change)), LIMITS).batches)


def test_fits_that_points_behind_its_heap() -> None:
    column = fits.Column("v", "PE()", array=np.array([np.zeros(3, "f4"), np.zeros(2, "f4")], object))
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns([column])]).writeto(out)
    octets = bytearray(out.getvalue())
    for count, place in ((6, 0), (2**31 - 1, 0), (-1, 0), (1, -4), (1, 2**30)):
        octets[5760:5768] = struct.pack(">ii", count, place)
        with pytest.raises(UploadError, match="heap"):
            list(read_table(io.BytesIO(bytes(octets)), LIMITS).batches)


def test_fits_that_ends_early() -> None:
    whole = table_of_fits()
    for size in (2880 + 80, 5760 + 50):
        with pytest.raises(UploadError, match=r"ends within|shorter"):
            list(read_table(io.BytesIO(whole[:size]), LIMITS).batches)
    with pytest.raises(UploadError, match="no binary table"):
        read_table(io.BytesIO(whole[:2880]), LIMITS)


def test_parquet_beyond_the_limits_or_of_odd_types() -> None:
    for table, words in (
        (pa.table({"n": range(1001)}), "1000"),
        (pa.table({"s": [{"a": 1}]}), "cannot be uploaded"),
        (pa.table({"s": [["a"]]}), "cannot be uploaded"),
        (pa.table({"s": [2**64 - 1]}, pa.schema([("s", pa.uint64())])), "rows of the table"),
        (pa.table({"b": [b"\xff\xfe"]}), "rows of the table"),
    ):
        out = io.BytesIO()
        pq.write_table(table, out)
        with pytest.raises(UploadError, match=words):
            list(read_table(io.BytesIO(out.getvalue()), LIMITS).batches)


def test_damage_anywhere_is_an_upload_error_or_a_table() -> None:
    generator = np.random.default_rng(1)
    for name in ("votable", "votable/td", "votable/b", "fits", "parquet", "csv"):
        whole = np.frombuffer(written(name), np.uint8)
        for _ in range(60):
            damaged = whole.copy()
            places = generator.integers(0, len(whole), 3)
            damaged[places] = generator.integers(0, 256, 3)
            with suppress(UploadError):
                list(read_table(io.BytesIO(damaged.tobytes()), LIMITS).batches)


def test_claims_cost_neither_time_nor_memory() -> None:
    limits = UploadLimits()
    tracemalloc.start()
    begin = time.process_time()
    tags = b"<VOTABLE><!-- " + b"<TABLEDATA>" * 2**18
    for octets in (*(REFUSED[name][0] for name in ("entity bomb", "count that lies", "nested")), tags):
        with pytest.raises(UploadError):
            list(read_table(io.BytesIO(octets), limits).batches)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - begin < 10, "seconds of this process, whatever else the machine does"
    assert peak < 50 * 2**20


def in_every_row(text: str, count: int) -> bytes:
    """Write a Parquet file of about a thousand octets that names one text in each of its rows."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([text]))
    made = io.BytesIO()
    pq.write_table(pa.table({"a": column, "b": column}), made, compression="zstd")
    assert made.tell() < 3000
    return made.getvalue()


def test_parquet_whose_dictionary_is_written_out_is_bounded() -> None:
    limits = UploadLimits(rows=100_000, octets=2**28)
    with pytest.raises(UploadError, match="more than 268435456 octets once it is decompressed"):
        list(read_table(io.BytesIO(in_every_row("x" * 30_000, 60_000)), limits).batches)
    table = read_table(io.BytesIO(in_every_row("y" * 10_000, 10_000)), limits)
    batches = list(table.batches)
    assert sum(batch.num_rows for batch in batches) == 10_000
    assert max(batch.nbytes for batch in batches) < 2**27
    assert batches[-1].column(1)[-1].as_py() == "y" * 10_000


def test_a_table_that_grows_when_it_is_read_is_bounded() -> None:
    made = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([7] * 1_000_000, pa.int64())}), made)
    with pytest.raises(UploadError, match="octets once it is read"):
        list(read_table(io.BytesIO(made.getvalue()), UploadLimits(octets=2**19)).batches)
