# SPDX-License-Identifier: BSD-3-Clause
"""Files that an upload names by URL: fetched from outside, never from inside (TAP 1.1 §2.7.6).

Whoever may name a URL may try to make this server ask others in its own network. So an address is
looked at after it was resolved, the one that was looked at is the one that is connected to, and
each redirection passes the same gate.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from tempfile import TemporaryFile
from typing import BinaryIO
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from vo.dali import Cancellation, TooLargeError, UsageError, call_after

__all__ = ["FetchRules", "URLFetcher", "resolve_name"]

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]

# Ways to write an IPv4 address within an IPv6 one; what is behind them is not looked at.
_DISGUISES = tuple(ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
# All of IPv6 that is given to anybody; the rest has old forms of IPv4, of sites' own addresses and what is to come.
_PUBLIC = IPv6Network("2000::/3")
_PORTS = {"http": 80, "https": 443}
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 1 << 16


@dataclass(frozen=True)
class FetchRules:
    """What is fetched.

    Parameters
    ----------
    largest
        Bytes of a file at most.
    seconds
        For the whole of it, redirections included.
    inside
        Networks that are allowed although they are not public.
    """

    largest: int = 100_000_000
    seconds: float = 60.0
    redirections: int = 5
    inside: tuple[IPv4Network | IPv6Network, ...] = ()


def resolve_name(host: str, port: int) -> list[str]:
    """Give the addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class URLFetcher:
    """Fetches files by http and https.

    Parameters
    ----------
    resolve
        Gives the addresses of a host.
    """

    def __init__(self, rules: FetchRules, resolve: Resolve = resolve_name) -> None:
        self._rules = rules
        self._resolve = resolve
        self._tls = ssl.create_default_context()

    def fetch(self, url: str, cancellation: Cancellation) -> BinaryIO:
        """Fetch a file; give it at its beginning, to be closed by who asked for it.

        Raises
        ------
        UsageError
            The URL is not allowed, or nothing came of it.
        TooLargeError
            The file is too large.
        """
        end = time.monotonic() + self._rules.seconds
        for _ in range(self._rules.redirections + 1):
            found = self._visit(url, end, cancellation)
            if not isinstance(found, str):
                return found
            url = found
        raise UsageError(f"{_shown(url)} was not fetched: it led on and on.")

    def _visit(self, url: str, end: float, cancellation: Cancellation) -> BinaryIO | str:
        parts, host, port = _taken_apart(url)
        address = self._address_of(host, port)
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
            f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
        )
        try:
            with _connected(parts.scheme, host, port, address, self._tls, end, cancellation) as connection:
                connection.request("GET", path, headers={"Accept-Encoding": "identity", "User-Agent": "vo-tap-upload"})
                answer = connection.getresponse()
                location = str(answer.headers.get("Location") or "")
                if answer.status in _REDIRECTIONS and location:
                    return urljoin(url, location)
                if answer.status != 200:
                    raise UsageError(f"{_shown(url)} was not fetched: it answered {answer.status}.")
                return self._read(answer, url, end, cancellation)
        except (OSError, http.client.HTTPException, ValueError) as exc:
            cancellation.check()
            late = f" within {self._rules.seconds:g} s" if time.monotonic() >= end else ""
            raise UsageError(f"{_shown(url)} could not be fetched{late}.") from exc

    def _read(self, answer: http.client.HTTPResponse, url: str, end: float, cancellation: Cancellation) -> BinaryIO:
        if (answer.length or 0) > self._rules.largest:
            raise self._too_large(url)
        body = TemporaryFile()  # noqa: SIM115 -- handed on
        try:
            self._copy(answer, body, url)
            _require_whole(answer, end, cancellation)
            body.seek(0)
        except BaseException:
            body.close()
            raise
        return body

    def _copy(self, answer: http.client.HTTPResponse, body: BinaryIO, url: str) -> None:
        while chunk := answer.read(_CHUNK):
            if body.tell() + len(chunk) > self._rules.largest:
                raise self._too_large(url)
            body.write(chunk)

    def _too_large(self, url: str) -> TooLargeError:
        return TooLargeError(f"{_shown(url)} is larger than the {self._rules.largest} bytes that are taken.")

    def _address_of(self, host: str, port: int) -> str:
        try:
            found = self._resolve(host, port)
        except (OSError, ValueError) as exc:
            raise UsageError(f"The host '{host[:100]}' of an upload is not known.") from exc
        # One that is inside spoils all: a name that has both kinds means harm.
        if not found or not all(self._is_allowed(ip_address(each.partition("%")[0])) for each in found):
            raise UsageError(f"The host '{host[:100]}' of an upload is not a public one; please send the table inline.")
        return found[0]

    def _is_allowed(self, address: Address) -> bool:
        plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
        if any(plain in network for network in self._rules.inside):
            return True
        if isinstance(plain, IPv6Address) and (plain not in _PUBLIC or any(plain in each for each in _DISGUISES)):
            return False
        return plain.is_global and not plain.is_multicast


def _require_whole(answer: http.client.HTTPResponse, end: float, cancellation: Cancellation) -> None:
    """Tell a file that ended from one that was broken off, by us or by the other side: they look the same."""
    cancellation.check()
    if answer.length or time.monotonic() >= end:
        raise http.client.IncompleteRead(b"", answer.length)


def _taken_apart(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError) as exc:
        raise UsageError(f"'{_shown(url)}' is no URL.") from exc
    if parts.scheme not in _PORTS:
        raise UsageError(f"An upload is fetched by http or https only; '{_shown(url)}' is neither.")
    if not host or parts.username is not None or parts.password is not None:
        raise UsageError(f"An upload's URL has a host and neither user nor password; '{_shown(url)}' is no such URL.")
    if port not in _PORTS.values() and port < 1024:
        raise UsageError(f"The port {port} of an upload's URL is not allowed.")
    return parts, host, port


@contextmanager
def _connected(
    scheme: str, host: str, port: int, address: str, tls: ssl.SSLContext, end: float, cancellation: Cancellation
) -> Iterator[http.client.HTTPConnection]:
    """Connect to this very address; break off at the end of the time, whatever the other side does."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    plain = socket.create_connection((address, port), timeout=min(left, 10.0))
    connection = http.client.HTTPConnection(host, port)

    def break_off() -> None:
        try:
            plain.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It is closed already.
            return

    switch_off = call_after(max(0.0, end - time.monotonic()), break_off)
    try:
        cancellation.attach(break_off)
        wrapped = tls.wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
        connection.sock = wrapped
        yield connection
    finally:
        switch_off()
        connection.close()
        plain.close()


def _shown(url: str) -> str:
    """Give a URL as far as it may be shown: without user and password, and not endless."""
    head, slashes, rest = url.partition("//")
    authority, slash, path = rest.partition("/")
    return f"{head}{slashes}{authority.rpartition('@')[2]}{slash}{path}"[:200]
