# SPDX-License-Identifier: BSD-3-Clause
"""``archive user``: people's accounts and the programs they belong to."""

import sys

import click

from archive.cli.opening import open_services
from archive.domain.identity import Role

__all__ = ["user"]


@click.group()
def user() -> None:
    """Make and tend accounts."""


@user.command()
@click.argument("username")
@click.option("--name", default="", help="Name of the person.")
@click.option("--email", default="", help="Where mail reaches the person.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="Staff role; may be repeated.",
)
@click.option("--program", "propids", multiple=True, metavar="PROPID", help="Program to belong to; may be repeated.")
def add(username: str, name: str, email: str, roles: tuple[str, ...], propids: tuple[str, ...]) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    password = _new_password()
    with open_services() as services:
        made = services.accounts.create(
            username, password, full_name=name, email=email, roles=[Role(role) for role in roles], propids=propids
        )
    click.echo(f"Made the account {made.username}.")


@user.command("list")
def list_users() -> None:
    """List all accounts."""
    with open_services() as services:
        for known in services.accounts.users():
            notes = [*sorted(known.roles), *([] if known.is_active else ["closed"])]
            click.echo("\t".join((known.username, known.full_name, known.email, ", ".join(notes))).rstrip())


@user.command()
@click.argument("username")
def passwd(username: str) -> None:
    """Set a password; it is asked for, or read from standard input. The user's logins end."""
    password = _new_password()
    with open_services() as services:
        services.accounts.set_password(username, password)
    click.echo("The password is set.")


@user.command()
@click.argument("username")
@click.argument("propid")
@click.option("--pi", "is_pi", is_flag=True, help="As the program's principal investigator.")
def join(username: str, propid: str, is_pi: bool) -> None:  # noqa: FBT001 -- click's own way
    """Take a user into a program's team."""
    with open_services() as services:
        services.accounts.join(username, propid, is_pi=is_pi)
    click.echo(f"{username} belongs to {propid}.")


@user.command()
@click.argument("username")
def close(username: str) -> None:
    """Close an account: its logins end, its tokens rest."""
    with open_services() as services:
        services.accounts.set_active(username, is_active=False)
    click.echo(f"The account {username} is closed.")


@user.command()
@click.argument("username")
def reopen(username: str) -> None:
    """Open a closed account again."""
    with open_services() as services:
        services.accounts.set_active(username, is_active=True)
    click.echo(f"The account {username} is open.")


def _new_password() -> str:
    """Read a password where nobody sees it; never from the command line, which all processes see."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
