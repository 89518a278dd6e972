# SPDX-License-Identifier: BSD-3-Clause
"""gzip (RFC 1952) over a stream of pieces."""

from collections.abc import Iterable, Iterator

from isal import isal_zlib

__all__ = ["compressed"]

_GZIP = 16 + isal_zlib.MAX_WBITS
# zlib's own takes three to ten times as long for no fewer octets.
_LEVEL = 1


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Compress a stream; if it breaks, what was there so far comes out, without gzip's own end."""
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    try:
        for piece in pieces:
            if octets := compressor.compress(piece):
                yield octets
    except Exception:
        yield compressor.flush(isal_zlib.Z_SYNC_FLUSH)
        raise
    yield compressor.flush()
