"""What a hostile or careless client sends to a live archive: an error of the standard, and the service goes on."""

import contextlib
import gzip
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from sqlalchemy import text

from tests.conformance.archives import COUNT, LiveArchive
from tests.support.live import served
from tests.support.xml import parse_xml
from tests.vo.tables.uploads.test_refusals import REFUSED

VOTABLE = b"""<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="n" datatype="int"/><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA>
</TABLE></RESOURCE></VOTABLE>"""
FINE = "SELECT TOP 1 obs_id FROM ivoa.obscore"
# These go by limits that the live archive has higher.
BY_LIMIT = {"gzip bomb", "too large", "too many rows", "too many columns", "csv with too many rows", "width that lies"}
BY_LIMIT |= {"csv with too many columns"}
# Words that only the inside knows.
SECRETS = re.compile(rb"Traceback|psycopg|sqlalchemy|postgres|tap_upload_\d|/home/|site-packages|incident")


@pytest.fixture(autouse=True)
def healthy(live: LiveArchive) -> Iterator[None]:
    """Whatever was sent: afterwards the service answers, and nothing of an upload is left."""
    yield
    answer = asked(live, "SELECT COUNT(*) FROM ivoa.obscore", FORMAT="csv")
    assert answer.text.splitlines()[-1] == str(COUNT)
    wait_until(lambda: not told(live, "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'tap_upload_')"))


def told(live: LiveArchive, query: str) -> list[object]:
    with live.database.begin() as uow:
        return list(uow.session.scalars(text(query)))


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def require_error(answer: requests.Response, status: int = 400, words: str = "") -> None:
    """The answer is the standard's own: a VOTable that says what is wrong and nothing of the inside."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["Content-Type"] == "application/x-votable+xml"
    [info] = [each for each in parse_xml(answer.content).iter() if each.get("name") == "QUERY_STATUS"]
    assert info.get("value") == "ERROR"
    assert len(info.text or "") < 2_000
    assert re.search(words, info.text or ""), info.text
    assert not SECRETS.search(answer.content), answer.text


def asked(live: LiveArchive, query: str, **others: str) -> requests.Response:
    return requests.post(f"{live.url}/tap/sync", {"QUERY": query, **others}, timeout=60)


JOINS = " ".join(f"JOIN ivoa.obscore AS t{n} ON t0.obs_id = t{n}.obs_id" for n in range(1, 500))
QUERIES = {
    "1 MB of parentheses": ("SELECT " + "(" * 500_000 + "1" + ")" * 500_000, "characters|parentheses|nested|deep"),
    "10 000 values": (f"SELECT obs_id FROM ivoa.obscore WHERE s_ra IN ({', '.join(map(str, range(10_000)))})", "5000"),
    "500 joins": (f"SELECT t0.obs_id FROM ivoa.obscore AS t0 {JOINS}", "50 tables"),
    "500 arms": (" UNION ".join([FINE] * 500), "50"),
    "another statement": (f"{FINE}; DROP TABLE product", "line 1"),
    "a function of the database": ("SELECT pg_sleep(10) FROM ivoa.obscore", "no function"),
    "tables of the database": ("SELECT * FROM pg_catalog.pg_authid", "no table"),
    "a hidden column": ("SELECT product_key FROM ivoa.obscore", "no column"),
    "the whole row": ("SELECT obscore FROM ivoa.obscore", "no column"),
    "a comment that hides": ("SELECT 1/*!*/ FROM ivoa.obscore", "line 1"),
    "no text at all": ("\0\1\2", ""),
    "a division by zero": ("SELECT 1 / (calib_level - calib_level) FROM ivoa.obscore", "zero"),
    "a number out of range": ("SELECT CAST(s_ra * 1e30 AS INTEGER) FROM ivoa.obscore", "too large"),
    "a square root of less than nothing": ("SELECT SQRT(0 - t_min) FROM ivoa.obscore", ""),
}


@pytest.mark.parametrize("name", QUERIES)
def test_queries(live: LiveArchive, name: str) -> None:
    query, words = QUERIES[name]
    require_error(asked(live, query), words=words)


@pytest.mark.parametrize("name", ["1 MB of parentheses", "500 joins", "a division by zero"])
def test_jobs(live: LiveArchive, name: str) -> None:
    query, words = QUERIES[name]
    made = requests.post(f"{live.url}/tap/async", {"QUERY": query, "PHASE": "RUN"}, timeout=60, allow_redirects=False)
    assert made.status_code == 303
    job = made.headers["Location"]
    wait_until(lambda: requests.get(f"{job}/phase", timeout=60).text not in {"QUEUED", "EXECUTING"})
    assert requests.get(f"{job}/phase", timeout=60).text == "ERROR"
    require_error(requests.get(f"{job}/results/result", timeout=60), words=words)
    assert requests.delete(job, timeout=60, allow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ([("QUERY", FINE), ("query", f"{FINE} ")], "QUERY"),
        ([("QUERY", FINE), ("MAXREC", "1"), ("maxrec", "2")], "MAXREC"),
        ([("QUERY", FINE), ("MAXREC", "-1")], "MAXREC"),
        ([("QUERY", FINE), ("MAXREC", "9" * 5000)], "MAXREC"),
        ([("QUERY", FINE), ("FORMAT", "docx")], "docx"),
        ([("QUERY", FINE), ("FORMAT", "csv"), ("RESPONSEFORMAT", "../../etc/passwd")], "not known"),
        ([("QUERY", FINE), ("LANG", "PQL")], "PQL"),
        ([("QUERY", FINE), ("REQUEST", "getCapabilities")], "doQuery"),
        ([("QUERY", FINE), ("UPLOAD", "a,param:none")], "not sent"),
        ([("QUERY", FINE), ("UPLOAD", "a,file:///etc/passwd")], "http"),
        ([("QUERY", FINE), ("UPLOAD", "a,http://169.254.169.254/latest")], "public"),
        ([("QUERY", FINE), ("UPLOAD", "a,http://[::1]:5432/")], "public"),
        ([("LANG", "ADQL")], "QUERY is missing"),
    ],
)
def test_parameters(live: LiveArchive, parameters: list[tuple[str, str]], words: str) -> None:
    require_error(requests.post(f"{live.url}/tap/sync", parameters, timeout=60), words=words)


def test_names_of_parameters_in_any_case_and_equal_values(live: LiveArchive) -> None:
    pairs = [
        ("QuErY", FINE),
        ("query", FINE),
        ("fOrMaT", "csv"),
        ("RESPONSEformat", "csv"),
        ("maxrec", "5"),
        ("odd", "1"),
    ]
    for answer in (
        requests.post(f"{live.url}/tap/sync", pairs, timeout=60),
        requests.get(f"{live.url}/tap/sync?{urlencode(pairs[:1])}", params=urlencode(pairs[1:]), timeout=60),
    ):
        assert answer.text.splitlines()[0] == "obs_id"


def uploaded(live: LiveArchive, body: bytes, name: str = "mine", query: str = "") -> requests.Response:
    return requests.post(
        f"{live.url}/tap/sync",
        {"QUERY": query or f"SELECT * FROM TAP_UPLOAD.{name}", "UPLOAD": f"{name},param:p"},
        files={"p": ("t", body)},
        timeout=60,
    )


@pytest.mark.parametrize("name", sorted(set(REFUSED) - BY_LIMIT))
def test_uploads(live: LiveArchive, name: str) -> None:
    require_error(uploaded(live, REFUSED[name][0]), words="'mine' cannot be used")


@pytest.mark.parametrize("kind", ["spaces", "cells"])
def test_what_unpacks_to_gigabytes(live: LiveArchive, kind: str) -> None:
    head, _, tail = VOTABLE.partition(b"<TR>")
    filling = b" " * 2**20 if kind == "spaces" else b"<TR><TD>1</TD></TR>" * 55_000
    packed = gzip.compress(head, 1) + gzip.compress(filling, 1) * 2_100 + gzip.compress(b"<TR>" + tail, 1)
    require_error(uploaded(live, packed), words="more than \\d+ octets once")


@pytest.mark.parametrize("path", ["sync", "async"])
@pytest.mark.parametrize(
    ("kind", "size"), [("multipart/form-data; boundary=b", 2**31), ("application/x-www-form-urlencoded", 2**27)]
)
def test_too_much_is_refused_before_it_comes(live: LiveArchive, path: str, kind: str, size: int) -> None:
    where = urlsplit(live.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=60) as client:
        client.sendall(
            f"POST /tap/{path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {size}\r\n\r\n--b\r\n".encode()
        )
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("name", ["obscore", "OBSCORE", "files", "columns", "stars", "tap_upload"])
def test_uploads_are_called_as_tables_are(live: LiveArchive, name: str) -> None:
    both = f"SELECT u.n, o.obs_id FROM TAP_UPLOAD.{name} AS u CROSS JOIN ivoa.obscore AS o WHERE o.t_min = 57000"
    answer = uploaded(live, VOTABLE, name, both)
    assert answer.status_code == 200, answer.text
    assert "OVERFLOW" not in answer.text
    # Elsewhere a name means what it always does.
    plain = uploaded(live, VOTABLE, name, "SELECT COUNT(*) AS n FROM ivoa.obscore")
    assert plain.status_code == 200


@pytest.mark.parametrize("name", ["ivoa.obscore", "a b", "x;DROP SCHEMA ivoa", "é", '"x"', "1st", "x" * 200])
def test_names_that_are_none(live: LiveArchive, name: str) -> None:
    require_error(uploaded(live, VOTABLE, name, FINE), words="UPLOAD|name")


def slow(url: str) -> socket.socket:
    """Ask for much, to read one byte of it at a time."""
    where = urlsplit(url)
    four = ", ".join(f"ivoa.obscore AS t{n}" for n in range(4))
    query = f"SELECT t0.s_region, t1.s_region AS b, t2.s_region AS c FROM {four}"
    body = urlencode({"QUERY": query, "FORMAT": "csv", "MAXREC": "2000000"})
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    client.connect((where.hostname, where.port))
    client.sendall(
        f"POST /tap/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    return client


RUNNING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'
"""


def test_who_reads_a_byte_at_a_time_holds_nobody_up_and_ends_with_the_connection(live: LiveArchive) -> None:
    with contextlib.closing(slow(live.url)) as client:
        assert b"".join(client.recv(1) for _ in range(12)) == b"HTTP/1.1 200"
        wait_until(lambda: bool(told(live, RUNNING)))
        for _ in range(5):
            assert asked(live, FINE, FORMAT="csv").text.startswith("obs_id")
            assert client.recv(1)
        assert told(live, RUNNING)
    wait_until(lambda: not told(live, RUNNING))


def test_who_reads_no_further_is_cut_off(live: LiveArchive, tmp_path: Path) -> None:
    impatient = {**live.settings, "ARCHIVE_CLIENT_SECONDS": "1"}
    with served(impatient, tmp_path / "web.log") as url, contextlib.closing(slow(url)) as client:
        assert client.recv(1)
        wait_until(lambda: not told(live, RUNNING))
        # What is on its way comes, and no end of it.
        with contextlib.suppress(ConnectionResetError):
            last = b""
            while piece := client.recv(1 << 16):
                last = piece
            assert not last.endswith(b"0\r\n\r\n")
    assert "incident" not in (tmp_path / "web.log").read_text()


def test_nothing_was_unforeseen(live: LiveArchive) -> None:
    for log in live.logs:
        assert "incident" not in log.read_text(), log.read_text()[-3000:]
