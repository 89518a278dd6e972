# SPDX-License-Identifier: BSD-3-Clause
"""Uploads of a query: parts of its request, files kept with its job, or files far away."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from vo.dali import Cancellation, UploadReference
from vo.tap.fetching import URLFetcher
from vo.tap.request import TapUpload

__all__ = ["tap_uploads"]

Open = Callable[[], BinaryIO]


def tap_uploads(
    references: Sequence[UploadReference], part_of: Callable[[UploadReference], Open], fetcher: URLFetcher
) -> tuple[TapUpload, ...]:
    """Make ready what UPLOAD asks for; nothing is read yet.

    Parameters
    ----------
    part_of
        Gives what opens the part that a reference names; `UsageError` if there is none.
    """
    return tuple(
        TapUpload(each.name, _fetching(each.uri, fetcher) if each.part is None else _opening(part_of(each)))
        for each in references
    )


def _fetching(url: str, fetcher: URLFetcher) -> Callable[[Cancellation], BinaryIO]:
    return lambda cancellation: fetcher.fetch(url, cancellation)


def _opening(part: Open) -> Callable[[Cancellation], BinaryIO]:
    return lambda _: part()
