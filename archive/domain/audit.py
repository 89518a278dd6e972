# SPDX-License-Identifier: BSD-3-Clause
"""The audit of ingest: what was submitted, what became of it, and how one asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from archive.domain.ingest import Outcome

__all__ = ["AuditFilter", "AuditRecord"]


@dataclass(frozen=True)
class AuditRecord:
    """One submission of one file.

    Parameters
    ----------
    reasons
        All that was found wrong: code, message and keyword of each.
    """

    id: int
    submitted: datetime
    source_path: str
    outcome: Outcome
    error_code: str | None
    reasons: tuple[Mapping[str, object], ...]
    telescope: str | None
    instrument: str | None
    caldat: date | None
    archive_filename: str | None
    md5: str | None


@dataclass(frozen=True)
class AuditFilter:
    """Which submissions are asked for; what is None is not asked.

    Parameters
    ----------
    path
        Part of the source path; ``*`` and ``?`` are wildcards.
    """

    outcome: Outcome | None = None
    error_code: str | None = None
    path: str | None = None
    telescope: str | None = None
    instrument: str | None = None
    caldat: date | None = None
    since: datetime | None = None
    until: datetime | None = None
