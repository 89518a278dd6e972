# SPDX-License-Identifier: BSD-3-Clause
"""Rows on their way out: in batches, and no more of them than allowed."""

from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Row", "TableRows"]

Row = Sequence[object]


class TableRows:
    """Batches of rows, cut at a limit; says afterwards whether it was.

    Parameters
    ----------
    batches
        From a source that was asked for one row more than `limit`.
    limit
        Rows at most; None for all.
    """

    def __init__(self, batches: Iterable[Sequence[Row]], limit: int | None = None) -> None:
        self._batches = batches
        self._limit = limit
        self.is_truncated = False

    def __iter__(self) -> Iterator[Sequence[Row]]:
        left = self._limit
        for batch in self._batches:
            if left is None:
                yield batch
                continue
            self.is_truncated = len(batch) > left
            if left > 0:
                yield batch[:left]
            left -= min(left, len(batch))
            if self.is_truncated:
                return
