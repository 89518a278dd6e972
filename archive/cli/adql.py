# SPDX-License-Identifier: BSD-3-Clause
"""``archive adql``: what a query is read as, and what becomes of it."""

from typing import TextIO

import click

from archive.cli.opening import open_services
from archive.domain.access import Caller
from vo.adql import ADQLError, Translation, caret, outline, parse, translate

__all__ = ["adql"]


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--version", type=click.Choice(["2.0", "2.1"]), default="2.1", show_default=True)
@click.option("--tree", "shows_tree", is_flag=True, help="Show the tree alone; no database is asked.")
def adql(*, file: TextIO, version: str, shows_tree: bool) -> None:
    """Show the tree of a query in ADQL, its SQL and the columns it gives, against the published tables.

    FILE holds one query; - reads it from the standard input. Nothing is run.
    """
    query = file.read()
    try:
        if shows_tree:
            click.echo(outline(parse(query, version)))
        else:
            _show(query, version)
    except ADQLError as error:
        hint = f"\nWrite: {error.suggestion}" if error.suggestion else ""
        raise click.ClickException(f"{error}\n{caret(query, error)}{hint}") from error


def _show(query: str, version: str) -> None:
    with open_services() as services:
        dialect = services.tap.dialect
        read = parse(query, version, dialect.extensions)
        tables = services.tap.service.tables(Caller())
        found = translate(read, tables, quote=dialect.quote, functions=dialect.functions)
    click.echo(f"{outline(read)}\n\n{found.sql}\n")
    for line in _columns(found):
        click.echo(line)
    for note in found.notes:
        click.echo(f"line {note.line}, column {note.column}: {note.message}")


def _columns(found: Translation) -> list[str]:
    rows = [("name", "type", "unit", "ucd", "xtype")]
    for field in found.fields:
        kind = f"{field.datatype}[{field.arraysize}]" if field.arraysize else str(field.datatype)
        rows.append((field.name, kind, field.unit, field.ucd, field.xtype))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]
