# SPDX-License-Identifier: BSD-3-Clause
"""What the page of a program shows."""

from dataclasses import dataclass

from archive.domain.browsing import ProgramReport
from archive.domain.holdings import DEFAULT_PROPRIETARY_MONTHS
from archive.web.wording import plural

__all__ = ["ProgramPage", "present_program"]


@dataclass(frozen=True)
class ProgramPage:
    """A program, its release rule in words."""

    report: ProgramReport
    rule: str
    public_percent: int
    is_all_public: bool


def present_program(report: ProgramReport) -> ProgramPage:
    """Put a program's release rule into words."""
    return ProgramPage(
        report=report,
        rule=_rule(report.proprietary_months),
        public_percent=100 * report.public_files // report.files if report.files else 0,
        is_all_public=report.public_files == report.files,
    )


def _rule(months: int | None) -> str:
    if months == 0:
        return "public at once"
    if months is None:
        return f"{_period(DEFAULT_PROPRIETARY_MONTHS)} after the night, as the archive's rule is"
    return f"{_period(months)} after the night"


def _period(months: int) -> str:
    years, rest = divmod(months, 12)
    return plural(years, "year") if years > 1 and not rest else plural(months, "month")
