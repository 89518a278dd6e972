"""``archive adql``, as an operator types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import main
from archive.db.session import Database


@pytest.fixture
def runner(tmp_path: Path, database: Database) -> CliRunner:
    return CliRunner(
        env={"ARCHIVE_HOME": str(tmp_path), "ARCHIVE_DATABASE_URL": database.url, "ARCHIVE_LOG_LEVEL": "ERROR"}
    )


def _ask(runner: CliRunner, query: str, *words: str) -> Result:
    return runner.invoke(main, ["adql", "-", *words], input=query)


def test_tree_sql_and_columns_are_shown(runner: CliRunner) -> None:
    found = _ask(
        runner, "SELECT TOP 5 s_ra, s_dec FROM ivoa.obscore WHERE 1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(1, 2, 3))"
    )
    assert found.exit_code == 0, found.output
    assert "Statement 1-" in found.output
    assert "LIMIT 5" in found.output
    assert "BETWEEN" in found.output
    assert "s_ra   double  deg" in found.output
    assert "found by their index" in found.output


def test_names_are_looked_up_in_the_archives_own_tables(runner: CliRunner) -> None:
    found = _ask(
        runner, "SELECT s_ra FROM ivoa.obscore WHERE DISTANCE(POINT(s_ra, s_dec), ivo_simbadpoint('M 31')) < 1"
    )
    assert "10.68" in found.output
    assert "no position" not in found.output


def test_tree_alone_asks_no_database(tmp_path: Path) -> None:
    query = tmp_path / "query.adql"
    query.write_text("SELECT a FROM nowhere.t")
    found = CliRunner().invoke(main, ["adql", str(query), "--tree"])
    assert (found.exit_code, found.output.splitlines()[0]) == (0, "Statement 1-23")


def test_mistakes_are_shown_where_they_are(runner: CliRunner) -> None:
    found = _ask(runner, "SELECT size FROM ivoa.obscore")
    assert found.exit_code == 1
    assert "line 1, column 8: size is a reserved word" in found.output
    assert "\n       ^^^^\n" in found.output
    assert 'Write: "size"' in found.output
    assert "is it ivoa.obscore" in _ask(runner, "SELECT s_ra FROM ivoa.obscor").output
