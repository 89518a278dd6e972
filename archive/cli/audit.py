# SPDX-License-Identifier: BSD-3-Clause
"""``archive audit``: what was submitted, and what became of it."""

import json
from datetime import UTC, datetime

import click

from archive.cli.opening import open_services
from archive.domain.access import Caller
from archive.domain.audit import AuditFilter, AuditRecord
from archive.domain.identity import Role
from archive.domain.ingest import IngestCode, Outcome

__all__ = ["audit"]

# Whoever may run commands on this machine has its database anyway.
OPERATOR = Caller(username="command line", roles=frozenset({Role.OPERATOR}))


@click.group()
def audit() -> None:
    """Look at what was submitted to ingest."""


@audit.command("list")
@click.option("--outcome", type=click.Choice([str(outcome) for outcome in Outcome]))
@click.option("--code", type=click.Choice([str(code) for code in IngestCode], case_sensitive=False))
@click.option("--path", help="Part of the source path; * and ? are wildcards.")
@click.option("--telescope")
@click.option("--instrument")
@click.option("--night", type=click.DateTime(["%Y-%m-%d"]), help="Local date at the start of the night.")
@click.option("--since", type=click.DateTime(), help="Submitted at this time (UTC) or later.")
@click.option("--until", type=click.DateTime(), help="Submitted before this time (UTC).")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_records(
    *,
    outcome: str | None,
    code: str | None,
    path: str | None,
    telescope: str | None,
    instrument: str | None,
    night: datetime | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List submissions, the latest first, with all the reasons of each."""
    wanted = AuditFilter(
        outcome=Outcome(outcome) if outcome else None,
        error_code=code,
        path=path,
        telescope=telescope,
        instrument=instrument,
        caldat=night.date() if night else None,
        since=since.replace(tzinfo=UTC) if since else None,
        until=until.replace(tzinfo=UTC) if until else None,
    )
    with open_services() as services:
        records = services.audit.find(OPERATOR, wanted, limit=limit)
    for record in records:
        click.echo(_as_json(record) if as_json else _as_lines(record))


def _as_lines(record: AuditRecord) -> str:
    head = f"{record.submitted:%Y-%m-%d %H:%M:%S} {record.outcome} {record.error_code or '-'} {record.source_path}"
    name = f" -> {record.archive_filename}" if record.archive_filename else ""
    return "\n".join([head + name, *(f"    {reason['code']}: {reason['message']}" for reason in record.reasons)])


def _as_json(record: AuditRecord) -> str:
    return json.dumps(
        {
            "id": record.id,
            "submitted": record.submitted.isoformat(),
            "source_path": record.source_path,
            "outcome": record.outcome,
            "error_code": record.error_code,
            "reasons": [dict(reason) for reason in record.reasons],
            "telescope": record.telescope,
            "instrument": record.instrument,
            "night": record.caldat.isoformat() if record.caldat else None,
            "archive_filename": record.archive_filename,
            "md5": record.md5,
        },
        ensure_ascii=False,
    )
