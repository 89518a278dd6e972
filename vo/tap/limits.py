# SPDX-License-Identifier: BSD-3-Clause
"""What a query may use, synchronous or not; capabilities declare it."""

from dataclasses import dataclass

from vo.dali import RowLimits

__all__ = ["TapLimits"]


@dataclass(frozen=True)
class TapLimits:
    """Limits of all queries of a service.

    Parameters
    ----------
    rows
        Of a result.
    sync_seconds
        Until the first row of a synchronous query.
    stream_seconds
        Until its last row, however slowly the client reads.
    result_bytes
        Of a result that is kept.
    upload_bytes
        Of one request with all its parts, and of a file fetched by URL.
    upload_rows
        Of one uploaded table.
    upload_tables
        Of one query.
    """

    rows: RowLimits
    sync_seconds: float = 60.0
    stream_seconds: float = 3600.0
    result_bytes: int = 20_000_000_000
    upload_bytes: int = 500_000_000
    upload_rows: int = 5_000_000
    upload_tables: int = 20
