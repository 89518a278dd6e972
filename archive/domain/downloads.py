# SPDX-License-Identifier: BSD-3-Clause
"""What may be asked of a file, and what is told of it before its bytes go out."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Offer", "Wanted"]


@dataclass(frozen=True)
class Wanted:
    """How a file is asked for.

    Parameters
    ----------
    by_original_name
        Whether it shall be named as at the telescope, not as in the archive.
    hdus
        Numbers of the HDUs that are wanted, the primary is 0; None for the file as it is.
    unpack
        Whether compressed images are restored, and a gzip stream unpacked.
    """

    by_original_name: bool = False
    hdus: frozenset[int] | None = None
    unpack: bool = False


@dataclass(frozen=True)
class Offer:
    """What is told of the bytes before they go out.

    Parameters
    ----------
    size
        None where only sending tells.
    etag
        Without quotes; the same for the same bytes.
    is_seekable
        Whether a part of it can be asked for.
    md5, sha256
        Digests of the bytes, where they are those of the stored file.
    modified
        Aware, whole seconds.
    is_public
        Whether everybody may have them now.
    """

    filename: str
    media_type: str
    size: int | None
    etag: str
    is_seekable: bool
    md5: str | None
    sha256: str | None
    modified: datetime
    is_public: bool
