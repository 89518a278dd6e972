# SPDX-License-Identifier: BSD-3-Clause
"""The ``archive`` command: one file a group of commands."""

import click

__all__ = ["main"]


@click.group()
def main() -> None:
    """Run and tend a science data archive."""
