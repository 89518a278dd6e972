# SPDX-License-Identifier: BSD-3-Clause
"""``archive previews``: make pictures of files without waiting for the worker."""

from collections import Counter

import click

from archive.cli.opening import open_services
from archive.cli.progress import progress

__all__ = ["previews"]


@click.group()
def previews() -> None:
    """Make previews."""


@previews.command()
@click.argument("public_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Make all previews anew.")
def make(public_ids: tuple[str, ...], *, everything: bool) -> None:
    """Make the previews of the files with these IDs, or all that are missing."""
    with open_services() as services:
        wanted = list(public_ids) or services.previews.unfinished(with_finished=everything)
        outcomes: Counter[str] = Counter()
        with progress(len(wanted), "Previews") as advance:
            for public_id in wanted:
                outcomes[services.previews.remake(public_id) or "not held, or in work"] += 1
                advance(1)
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "nothing to do")
