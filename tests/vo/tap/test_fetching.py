import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network

import pytest

from vo.dali import Cancellation, CancelledError, DALIError, TooLargeError, UsageError
from vo.tap.fetching import FetchRules, URLFetcher

LOOPBACK = (ip_network("127.0.0.0/8"),)

PAGES = {
    "/table.xml?a=b%20c": (200, b"<VOTABLE/>", {"Content-Type": "application/x-votable+xml; charset=utf-8"}),
    "/loop": (302, b"", {"Location": "/loop"}),
    "/large": (200, b"x" * 5000, {}),
    "/cut": (200, b"half", {"Content-Length": "8"}),
}


class Pages(BaseHTTPRequestHandler):
    """Some pages, good and evil."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self._answer(302, b"", {"Location": self.path.removeprefix("/to/")})
        elif self.path == "/endless":
            self._drip([b"HTTP/1.0 200 OK\r\n\r\n", *[b"x" * 100] * 200], 0.02)
        elif self.path == "/slow":
            self._drip([b"HTTP/1.0 200 OK\r\nX: ", *[b"y"] * 12_000], 0.05)
        else:
            self._answer(*PAGES.get(self.path, (404, b"no", {})))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _drip(self, pieces: list[bytes], pause: float) -> None:
        for piece in pieces:
            try:
                self.wfile.write(piece)
            except OSError:
                return
            time.sleep(pause)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def resolved(host: str, port: int) -> list[str]:
    known = {
        "good.example": ["127.0.0.1"],
        "both.example": ["127.0.0.1", "10.0.0.1"],
        "none.example": [],
        "inside.example": ["10.0.0.1"],
        "mapped.example": ["::ffff:10.0.0.1"],
        "public.example": ["93.184.216.34"],
        "localhost": ["127.0.0.1"],
    }
    if host in known:
        return known[host]
    return [str(ip_address(host))]


def fetched(url: str, rules: FetchRules | None = None) -> bytes:
    fetcher = URLFetcher(rules or FetchRules(largest=1000, seconds=120, inside=LOOPBACK), resolved)
    with fetcher.fetch(url, Cancellation()) as body:
        return body.read()


def test_a_file_is_fetched(port: int) -> None:
    assert fetched(f"http://good.example:{port}/table.xml?a=b c") == b"<VOTABLE/>"
    assert fetched(f"http://good.example:{port}/to/http://good.example:{port}/table.xml?a=b%20c") == b"<VOTABLE/>"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://public.example/x",
        "gopher://public.example/x",
        "http://",
        "http:///x",
        "http://user:secret@public.example/x",
        "http://public.example:25/x",
        "http://public.example:99999/x",
        "http://[::1/x",
        "http://unknown.example/x",
        "http://none.example/x",
        "not a url",
        "http://" + "a" * 300 + "/",
        "http://exa mple/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as told:
        fetched(url)
    assert "secret" not in told.value.message


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[fec0::1]",
        "[200::1]",
        "inside.example",
        "mapped.example",
    ],
)
def test_nothing_inside_is_asked(host: str) -> None:
    fetcher = URLFetcher(FetchRules(seconds=1), resolved)
    with pytest.raises(UsageError, match="not a public one"):
        fetcher.fetch(f"http://{host}/x", Cancellation())


def test_a_name_with_an_address_inside_is_refused_and_so_is_a_redirection(port: int) -> None:
    with pytest.raises(UsageError, match="not a public one"):
        fetched(f"http://both.example:{port}/table.xml")
    for target in ("http://inside.example/", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"):
        with pytest.raises(UsageError, match=r"not a public one|http or https only"):
            fetched(f"http://good.example:{port}/to/{target}")


@pytest.mark.parametrize(
    ("path", "seconds", "kind", "words"),
    [
        ("/missing", 120, UsageError, "answered 404"),
        ("/cut", 120, UsageError, "could not be fetched"),
        ("/loop", 120, UsageError, "on and on"),
        ("/large", 120, TooLargeError, "larger than the 1000 bytes"),
        ("/endless", 120, TooLargeError, "larger than the 1000 bytes"),
        ("/slow", 1, UsageError, "within 1 s"),
    ],
)
def test_what_is_too_much_ends(port: int, path: str, seconds: float, kind: type[DALIError], words: str) -> None:
    with pytest.raises(kind, match=words):
        fetched(f"http://good.example:{port}{path}", FetchRules(largest=1000, seconds=seconds, inside=LOOPBACK))


def test_who_cancels_need_not_wait(port: int) -> None:
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    with pytest.raises(CancelledError):
        URLFetcher(FetchRules(inside=LOOPBACK), resolved).fetch(f"http://good.example:{port}/slow", cancellation)
