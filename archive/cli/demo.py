# SPDX-License-Identifier: BSD-3-Clause
"""``archive demo``: an archive to try things on."""

from collections.abc import Sequence

import click

from archive.cli.opening import open_services
from archive.cli.progress import progress
from archive.services.demo import DemoAccount

__all__ = ["demo", "echo_accounts"]


@click.command()
@click.option("--scale", metavar="N", type=click.IntRange(1, 100_000_000), help="Only make N products without files.")
def demo(scale: int | None) -> None:
    """Make the demo archive: simulated files of ten instruments, programs and accounts.

    The accounts have passwords that everybody knows: do not run it on a real archive.

    With --scale, products of simulated exposures come into the catalogue, with footprints and
    without files, for benchmarks; the same number again adds nothing.
    """
    with open_services() as services:
        if scale is not None:
            with progress(scale, "Products") as advance:
                for count in services.scale.add(scale):
                    advance(count)
            return
        with progress(services.demo.missing(), "Demo files") as advance:
            report = services.demo.make(advance)
    click.echo(f"{report.added} files taken in, {report.present} were here already, {len(report.refused)} refused")
    for outcome in report.refused:
        click.echo(f"  {outcome.source_path}: {outcome.error_code}", err=True)
    echo_accounts(report.accounts)
    if report.refused:
        raise SystemExit(1)


def echo_accounts(accounts: Sequence[DemoAccount]) -> None:
    """Tell of the accounts of the demo, passwords included."""
    click.echo("Accounts (user name, password, who):")
    for account in accounts:
        what = ", ".join(account.roles) or (f"PI of {account.propid}" if account.propid else "no rights")
        click.echo(f"  {account.username:10} {account.password:16} {account.full_name}, {what}")
