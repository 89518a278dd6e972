# SPDX-License-Identifier: BSD-3-Clause
"""Answers compressed by gzip on their way, for clients that ask for it (RFC 9110 §12.5.3)."""

from collections.abc import Iterable, Iterator

from flask import Response, request

from vo.tables import compressed

__all__ = ["with_encoding"]

# FITS and Parquet hold numbers that hardly shrink, or are compressed in themselves.
_TYPES = frozenset(
    {
        "application/json",
        "application/x-votable+xml",
        "application/xhtml+xml",
        "application/xml",
        "text/csv",
        "text/ecsv",
        "text/html",
        "text/plain",
        "text/tab-separated-values",
        "text/xml",
    }
)
# Less would hardly become fewer packets.
_LEAST = 1400


def with_encoding(response: Response) -> Response:
    """Compress an answer as it goes out, where it is of a kind that shrinks and the client asks for it.

    An answer that breaks off has no end of gzip, and passes its exception on, so that the connection breaks as well.
    """
    if response.mimetype not in _TYPES:
        return response
    response.vary.add("Accept-Encoding")
    size = response.headers.get("Content-Length", type=int)
    if response.status_code != 200 or "Content-Encoding" in response.headers or (size is not None and size < _LEAST):
        return response
    if not _is_wanted():
        return response
    response.response = _Compressed(response.response)
    response.headers["Content-Encoding"] = "gzip"
    del response.headers["Content-Length"]
    # The octets are others than those that a part could be asked of.
    del response.headers["Accept-Ranges"]
    etag, is_weak = response.get_etag()
    if etag is not None:
        response.set_etag(f"{etag}-gzip", weak=bool(is_weak))
        response.make_conditional(request.environ)
    return response


def _is_wanted() -> bool:
    """Whether gzip is named, or anything is, and what is not compressed is not liked better."""
    accepted = request.accept_encodings
    plain = max((quality for coding, quality in accepted if coding == "identity"), default=0.0)
    return accepted.quality("gzip") > 0 and accepted.quality("gzip") >= plain


class _Compressed:
    """The pieces of an answer, compressed; closing reaches what is behind them."""

    def __init__(self, pieces: Iterable[bytes] | Iterable[str]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return compressed(piece.encode() if isinstance(piece, str) else piece for piece in self._pieces)

    def close(self) -> None:
        """Close what is behind."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
