"""``/data/<id>`` as a client meets it: what is told, whole files and parts, conditions, choices."""

import base64
import gzip
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from archive.bootstrap import Services
from archive.db.schema import DownloadRow
from tests.support.holdings import hold

OCTETS = bytes(range(256)) * 4096
SIZE = len(OCTETS)
URL = "/data/aaaaaaaaaaaaaaaa"
MODIFIED = "Wed, 01 Jan 2020 00:00:00 GMT"


@pytest.fixture
def sha256(services: Services, tmp_path: Path) -> str:
    return hold(services, tmp_path, OCTETS, archive_filename="c4d_140801_010203_ori.fits")


class ReadingClient(FlaskClient):
    """Reads each answer to its end and closes it, as a client on the network does."""

    def open(self, *args: Any, buffered: bool = True, **options: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **options)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = ReadingClient
    return app.test_client()


def test_whole_file(client: FlaskClient, sha256: str) -> None:
    answer = client.get(URL)
    assert answer.status_code == 200
    assert answer.data == OCTETS
    headers = answer.headers
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    md5 = base64.b64encode(hashlib.md5(OCTETS, usedforsecurity=False).digest()).decode()
    assert headers["ETag"] == f'"{sha256}"'
    assert headers["Content-Length"] == str(SIZE)
    assert headers["Content-Type"] == "application/fits"
    assert headers["Content-Disposition"] == 'attachment; filename="c4d_140801_010203_ori.fits"'
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Last-Modified"] == MODIFIED
    assert headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert headers["Content-MD5"] == md5
    assert headers["Digest"] == f"SHA-256={digest},MD5={md5}"
    assert headers["Cache-Control"] == "public, no-cache"


def test_head_tells_the_same_and_sends_nothing(client: FlaskClient, sha256: str, services: Services) -> None:
    got, told = client.get(URL), client.head(URL)
    assert told.status_code == 200
    assert told.data == b""
    assert dict(told.headers) == dict(got.headers)
    assert client.head(URL, headers={"Range": "bytes=0-9"}).status_code == 200
    assert len(_log(services)) == 1, "HEAD is no download"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=-{SIZE + 5}", 0, SIZE),
        ("bytes=10-19", 10, 20),
        (f"bytes=10-{SIZE * 9}", 10, SIZE),
        (f"bytes=10-{'9' * 5000}", 10, SIZE),
        (f"bytes=-{'9' * 23}", 0, SIZE),
        (f"bytes={'0' * 30}-9", 0, 10),
        (f"BYTES = {SIZE - 1}-", SIZE - 1, SIZE),
    ],
)
def test_one_range(client: FlaskClient, sha256: str, asked: str, start: int, stop: int) -> None:
    answer = client.get(URL, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == OCTETS[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["ETag"] == f'"{sha256}"'
    assert "Repr-Digest" in answer.headers
    assert "Content-MD5" not in answer.headers, "that would be of the part"


@pytest.mark.parametrize(
    "asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0", f"bytes={'9' * 5000}-"]
)
def test_range_that_is_not_there(client: FlaskClient, sha256: str, asked: str) -> None:
    answer = client.get(URL, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,4-5",
        "bytes=a-b",
        "bytes=-",
        "bytes=9-3",
        "items=0-1",
        "bytes",
        "",
        "bytes=²-",
    ],
)
def test_what_is_no_single_range_gives_the_whole(client: FlaskClient, sha256: str, asked: str) -> None:
    answer = client.get(URL, headers={"Range": asked})
    assert answer.status_code == 200
    assert answer.data == OCTETS


def test_if_range(client: FlaskClient, sha256: str) -> None:
    for condition, status in [
        (f'"{sha256}"', 206),
        (MODIFIED, 206),
        ('"another"', 200),
        (f'W/"{sha256}"', 200),
        ("Wed, 01 Jan 2020 00:00:01 GMT", 200),
        ("nonsense", 200),
    ]:
        answer = client.get(URL, headers={"Range": "bytes=3-5", "If-Range": condition})
        assert answer.status_code == status, condition


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", '"{}"', 304),
        ("If-None-Match", 'W/"{}"', 304),
        ("If-None-Match", '"x", "{}"', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"x"', 200),
        ("If-Match", '"{}"', 200),
        ("If-Match", "*", 200),
        ("If-Match", '"x"', 412),
        ("If-Match", 'W/"{}"', 412),
        ("If-Modified-Since", MODIFIED, 304),
        ("If-Modified-Since", "Tue, 31 Dec 2019 23:59:59 GMT", 200),
        ("If-Modified-Since", "nonsense", 200),
        ("If-Unmodified-Since", MODIFIED, 200),
        ("If-Unmodified-Since", "Tue, 31 Dec 2019 23:59:59 GMT", 412),
    ],
)
def test_conditions(client: FlaskClient, sha256: str, header: str, value: str, status: int) -> None:
    for method in (client.get, client.head):
        answer = method(URL, headers={header: value.format(sha256)})
        assert answer.status_code == status
        assert answer.headers["ETag"] == f'"{sha256}"'
        if status == 304:
            assert answer.data == b""


def test_downloads_are_on_record(client: FlaskClient, sha256: str, services: Services) -> None:
    assert len(client.get(URL).data) == SIZE
    client.get(URL, headers={"Range": "bytes=0-99"})
    client.get(URL, headers={"If-None-Match": "*"})
    client.get(URL, headers={"Range": f"bytes={SIZE}-"})
    client.get("/data/unknown")
    with client.get(URL, buffered=False) as cut:
        pieces = cut.iter_encoded()
        assert len(next(pieces) + next(pieces)) == 512 * 1024
    assert [(row.status, row.bytes_sent, row.is_complete, row.address) for row in _log(services)] == [
        (200, SIZE, True, "127.0.0.1"),
        (206, 100, True, "127.0.0.1"),
        (200, 256 * 1024, False, "127.0.0.1"),
    ]


def _log(services: Services) -> list[DownloadRow]:
    with services.database.begin() as uow:
        return list(uow.session.scalars(select(DownloadRow).order_by(DownloadRow.id)))


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("plain.fits", 'attachment; filename="plain.fits"'),
        ("/data_local/images/n1/x.fits", 'attachment; filename="x.fits"'),
        ("C:\\data\\x.fits", 'attachment; filename="x.fits"'),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        (".bashrc", "attachment; filename=\"bashrc\"; filename*=UTF-8''bashrc"),
        ('a"; filename=evil.exe', None),
        ("a\r\nSet-Cookie: x=y", None),
        ("naïve №1.fits", "attachment; filename=\"na_ve _1.fits\"; filename*=UTF-8''na%C3%AFve%20%E2%84%961.fits"),
        ("/", 'attachment; filename="aaaaaaaaaaaaaaaa"'),
        ("x" * 5000, 'attachment; filename="' + "x" * 200 + '"'),
    ],
)
def test_names(client: FlaskClient, services: Services, tmp_path: Path, stored: str, told: str | None) -> None:
    hold(services, tmp_path, OCTETS, original_filename=stored)
    header = client.head(f"{URL}?name=original").headers["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    if told is not None:
        assert header.replace("; filename*=UTF-8''bashrc", "") == told.replace("; filename*=UTF-8''bashrc", "")
    quoted = header.removeprefix('attachment; filename="').partition('"')
    assert quoted[2] == "" or quoted[2].startswith("; filename*=UTF-8''")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("hdus=", "hdus"),
        ("hdus=a", "hdus"),
        ("hdus=-1", "hdus"),
        ("hdus=0,,1", "hdus"),
        ("hdus=0;DROP", "hdus"),
        ("hdus=3", "hdus"),
        ("hdus=99999", "hdus"),
        ("hdu=1", "hdu"),
        ("unpack=yes", "unpack"),
        ("name=<b>", "name"),
        ("x=1", "x"),
    ],
)
def test_choices_that_cannot_be_made(
    client: FlaskClient, services: Services, tmp_path: Path, query: str, named: str
) -> None:
    hold(services, tmp_path, _mosaic(), n_hdu=3)
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert list(answer.json["errors"]) == [named]


def test_the_only_hdu(client: FlaskClient, services: Services, tmp_path: Path) -> None:
    hold(services, tmp_path, _mosaic(), n_hdu=1)
    answer = client.get(f"{URL}?hdus=1")
    assert answer.json is not None
    assert answer.json["errors"] == {"hdus": "The file has one HDU, number 0."}


def test_no_hdus_in_what_is_no_fits(client: FlaskClient, sha256: str) -> None:
    assert client.get(f"{URL}?hdus=0").status_code == 400


PIXELS = np.arange(40000, dtype="i2").reshape(200, 200)


def _mosaic(*, packed: bool = False) -> bytes:
    make = fits.CompImageHDU if packed else fits.ImageHDU
    sink = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), make(PIXELS, name="A"), make(PIXELS + 1, name="B")]).writeto(sink)
    return sink.getvalue()


def test_chosen_hdus(client: FlaskClient, services: Services, tmp_path: Path) -> None:
    hold(services, tmp_path, _mosaic(), n_hdu=3, archive_filename="m.fits")
    answer = client.get(f"{URL}?hdus=2")
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="m_hdus-2.fits"'
    assert "Repr-Digest" not in answer.headers
    with fits.open(io.BytesIO(answer.data)) as hdus:
        assert np.array_equal(hdus[1].data, PIXELS + 1)
    assert client.get(f"{URL}?hdus=2,2").data == answer.data
    part = client.get(f"{URL}?hdus=2", headers={"Range": "bytes=2000-9000", "If-Range": answer.headers["ETag"]})
    assert part.status_code == 206
    assert part.data == answer.data[2000:9001]
    tags = {client.head(f"{URL}{query}").headers["ETag"] for query in ("", "?hdus=1", "?hdus=2", "?hdus=1,2")}
    assert len(tags) == 4
    assert [row.bytes_sent for row in _log(services)] == [len(answer.data), len(answer.data), 7001]
    assert client.get(f"{URL}?hdus=1&hdus=2").data == client.get(f"{URL}?hdus=1,2").data


def test_unpacked(client: FlaskClient, services: Services, tmp_path: Path) -> None:
    hold(services, tmp_path, _mosaic(packed=True), n_hdu=3, archive_filename="m.fits.fz")
    answer = client.get(f"{URL}?unpack=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="m.fits"'
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Accept-Ranges"] == "none"
    assert answer.data == client.get(f"{URL}?unpack=1", headers={"Range": "bytes=0-9"}).data
    with fits.open(io.BytesIO(answer.data), disable_image_compression=True) as hdus:
        assert np.array_equal(hdus["B"].data, PIXELS + 1)
    both = client.get(f"{URL}?unpack=1&hdus=1")
    assert both.headers["Content-Disposition"] == 'attachment; filename="m_hdus-1.fits"'
    with fits.open(io.BytesIO(both.data), disable_image_compression=True) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "A"]
    packed = client.get(f"{URL}?hdus=1")
    assert packed.headers["Content-Disposition"] == 'attachment; filename="m_hdus-1.fits.fz"'


def test_unpacking_what_is_not_packed_is_the_file_itself(
    client: FlaskClient, services: Services, tmp_path: Path
) -> None:
    sha256 = hold(services, tmp_path, _mosaic(), n_hdu=3, archive_filename="m.fits")
    answer = client.get(f"{URL}?unpack=1")
    assert answer.data == _mosaic()
    assert answer.headers["ETag"] == f'"{sha256}"'
    assert answer.headers["Content-Disposition"] == 'attachment; filename="m.fits"'


def test_gzip(client: FlaskClient, services: Services, tmp_path: Path) -> None:
    zipped = gzip.compress(_mosaic(), mtime=0)
    hold(services, tmp_path, zipped, n_hdu=3, archive_filename="m.fits.gz", media_type="application/gzip")
    whole = client.get(URL)
    assert whole.data == zipped
    assert whole.content_type == "application/gzip"
    assert "Content-Encoding" not in whole.headers
    unpacked = client.get(f"{URL}?unpack=1")
    assert unpacked.data == _mosaic()
    assert unpacked.content_type == "application/fits"
    assert unpacked.headers["Content-Disposition"] == 'attachment; filename="m.fits"'
    chosen = client.get(f"{URL}?hdus=2")
    assert chosen.headers["Content-Disposition"] == 'attachment; filename="m_hdus-2.fits"'
    with fits.open(io.BytesIO(chosen.data)) as hdus:
        assert np.array_equal(hdus[1].data, PIXELS + 1)


def test_bytes_that_are_lost(client: FlaskClient, services: Services, sha256: str) -> None:
    place = services.store.path(sha256)
    assert place is not None
    place.chmod(0o644)
    with place.open("ab") as file:
        file.write(b"more")
    assert client.get(URL).status_code == 503
    services.store.delete(sha256)
    answer = client.get(URL)
    assert answer.status_code == 503
    assert sha256 not in answer.text
    assert _log(services) == []


@pytest.mark.parametrize(
    "name",
    [
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "aaaaaaaaaaaaaaaa%00",
        "AAAAAAAAAAAAAAAA",
        "%ff",
        "a'--",
        "x" * 3000,
        "é",
        "%0d%0aX: y",
    ],
)
def test_what_can_be_no_key(client: FlaskClient, sha256: str, name: str) -> None:
    assert client.get(f"/data/{name}").status_code == 404
