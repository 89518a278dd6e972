# SPDX-License-Identifier: BSD-3-Clause
"""Results, estimates, limits and jobs as the query pages show them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.errors import ArchiveError, QueryRefusedError
from archive.services.queries import QueryDesk
from archive.services.result_tables import SHOWN_ROWS, ResultTable
from archive.web.wording import bytes_in_words, count_in_words, plural
from vo.tables import Field, find_format
from vo.tap import Estimate
from vo.uws import Job, Phase

__all__ = [
    "EstimatePanel",
    "JobPanel",
    "TablePanel",
    "Trouble",
    "kind_in_words",
    "limits_in_words",
    "span_in_words",
]

_LINK = re.compile(r"https?://[!-~]+")
_LONGEST_CELL = 500
_TONES = {Phase.COMPLETED: "good", Phase.ERROR: "bad", Phase.EXECUTING: "warn", Phase.QUEUED: "warn"}
_RUNNING = frozenset({Phase.QUEUED, Phase.EXECUTING})
_TIMES = {
    "quick": "A second or two.",
    "short": "Longer than a moment, but short enough to be shown or downloaded at once.",
    "long": "Longer than an answer at once may take: run it as a job.",
    "unknown": "Nobody can say how long it takes.",
}


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    name: str
    unit: str
    title: str
    is_number: bool


@dataclass(frozen=True)
class Cell:
    """One value; `href` is empty for all that is no link."""

    text: str
    href: str
    is_number: bool


@dataclass(frozen=True)
class TablePanel:
    """The first rows of a result."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    summary: str
    is_cut: bool

    @classmethod
    def of(cls, table: ResultTable) -> "TablePanel":
        """Present a result."""
        heads = tuple(_head(field) for field in table.fields)
        rows = tuple(
            tuple(_cell(value, field) for value, field in zip(row, table.fields, strict=True)) for row in table.rows
        )
        counted = plural(len(rows), "row")
        summary = f"The first {counted}; there are more" if table.is_cut else counted
        return cls(heads, rows, summary, table.is_cut)


@dataclass(frozen=True)
class EstimatePanel:
    """What a query would cost, in words."""

    rows: str
    time: str
    index: str
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, estimate: Estimate) -> "EstimatePanel":
        """Present an estimate."""
        return cls(
            rows=_rows_in_words(estimate),
            time=_TIMES.get(estimate.time_class, _TIMES["unknown"]),
            index="An index finds the rows." if estimate.uses_index else "No index helps: whole tables are read.",
            reasons=estimate.reasons,
        )


def _rows_in_words(estimate: Estimate) -> str:
    if estimate.rows is None or estimate.matched is None:
        return "They could not be counted in time."
    words = f"{'More than' if estimate.is_more else 'About'} {plural(estimate.matched, 'row')}"
    if estimate.matched > estimate.rows:
        words += f", of which {count_in_words(estimate.rows)} would be given"
    return f"{words}."


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a query; `place` and `mark` are empty where no place is known."""

    message: str
    place: str = ""
    mark: str = ""
    suggestion: str = ""

    @classmethod
    def of(cls, error: ArchiveError) -> "Trouble":
        """Present an error."""
        if not isinstance(error, QueryRefusedError):
            return cls(error.message)
        told = error.suggestion if error.suggestion not in error.fields["query"] else ""
        return cls(error.fields["query"], f"Line {error.line}, column {error.column}", error.mark, told)


@dataclass(frozen=True)
class JobPanel:
    """A job.

    Parameters
    ----------
    refresh
        Seconds until the page is to be asked for again; 0 for a job at rest.
    headline
        The beginning of the query, on one line.
    """

    job_id: str
    phase: str
    tone: str
    is_running: bool
    is_over: bool
    is_anybodys: bool
    refresh: int
    created: datetime
    started: datetime | None
    ended: datetime | None
    destruction: datetime
    took: str
    may_run: str
    query: str
    headline: str
    error: str
    size: int | None
    filename: str
    form: str

    @classmethod
    def of(cls, job: Job, now: datetime) -> "JobPanel":
        """Present a job."""
        parameters = dict(job.parameters)
        query = parameters.get("QUERY", "")
        result = job.results[0] if job.results else None
        form = find_format(result.media_type) if result else None
        is_running = job.phase in _RUNNING
        end = job.ended or (now if is_running else None)
        return cls(
            job_id=job.job_id,
            phase=job.phase.lower(),
            tone=_TONES.get(job.phase, ""),
            is_running=is_running,
            is_over=job.ended is not None,
            is_anybodys=job.owner is None,
            refresh=_refresh(now - job.created) if is_running else 0,
            created=job.created,
            started=job.started,
            ended=job.ended,
            destruction=job.destruction,
            took=span_in_words(end - job.started) if end and job.started else "",
            may_run=span_in_words(timedelta(seconds=job.execution_duration)),
            query=query,
            headline=_headline(query),
            error=job.error.message if job.error else "",
            size=result.size if result else None,
            filename=result.filename if result else "",
            form=form.name if form else "",
        )


def kind_in_words(field: Field) -> str:
    """Tell the type of a column."""
    if field.xtype:
        return field.xtype.rpartition(":")[2].lower()
    if field.is_text:
        return "text"
    return f"{field.datatype}[{field.arraysize}]" if field.is_array else str(field.datatype)


def span_in_words(span: timedelta) -> str:
    """Write a length of time in the largest unit of which there is at least one, days from two on."""
    seconds = max(0.0, span.total_seconds())
    steps = (("days", 86400, 2), ("h", 3600, 1), ("min", 60, 2), ("s", 1, 0))
    unit, length = next((unit, length) for unit, length, least in steps if seconds >= least * length)
    number = seconds / length
    words = f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:.0f}"
    return f"{words}\N{NO-BREAK SPACE}{unit}"


def limits_in_words(desk: QueryDesk) -> tuple[tuple[str, str], ...]:
    """Tell what bites, before it does."""
    tap, jobs = desk.limits, desk.job_limits
    rows = f"{count_in_words(tap.rows.default)} rows, or MAXREC up to {count_in_words(tap.rows.hard)}"
    may_run, kept = span_in_words(timedelta(seconds=jobs.default_duration)), span_in_words(jobs.default_retention)
    files = bytes_in_words(jobs.kept_bytes)
    at_once = span_in_words(timedelta(seconds=tap.sync_seconds))
    return (
        ("Show", f"the first {SHOWN_ROWS} rows, within {at_once}, here on the page"),
        ("Download", f"{rows}; the first within {at_once}"),
        (
            "Job",
            f"as many rows, up to {may_run} of work; kept for {kept}; {jobs.active_per_owner} at a time, {files}",
        ),
    )


def _head(field: Field) -> Head:
    about = [field.description, f"UCD {field.ucd}" if field.ucd else "", kind_in_words(field)]
    return Head(field.name, field.unit, " · ".join(filter(None, about)), _is_number(field))


def _cell(value: str | None, field: Field) -> Cell:
    text = value or ""
    is_link = "meta.ref.url" in field.ucd and _LINK.fullmatch(text) is not None
    shown = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
    return Cell(shown, text if is_link else "", _is_number(field))


def _is_number(field: Field) -> bool:
    return not field.is_text and not field.is_array


def _headline(query: str) -> str:
    line = " ".join(query.split())
    return line if len(line) <= 90 else f"{line[:89]}…"


def _refresh(age: timedelta) -> int:
    """Look often at first, and less so at what takes long."""
    return 2 if age < timedelta(seconds=30) else 5 if age < timedelta(minutes=5) else 20
