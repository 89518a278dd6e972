"""``archive user``, as an operator types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import main
from archive.db.session import Database
from tests.support.holdings import make_program


@pytest.fixture
def runner(tmp_path: Path, database: Database) -> CliRunner:
    with database.begin() as uow:
        make_program(uow.session)
    return CliRunner(
        env={"ARCHIVE_HOME": str(tmp_path), "ARCHIVE_DATABASE_URL": database.url, "ARCHIVE_LOG_LEVEL": "ERROR"}
    )


def _run(runner: CliRunner, *words: str, stdin: str = "") -> Result:
    return runner.invoke(main, ["user", *words], input=stdin)


def test_accounts_are_made_listed_and_closed(runner: CliRunner) -> None:
    made = _run(
        runner,
        "add",
        "Ada",
        "--name",
        "Ada L.",
        "--role",
        "curator",
        "--program",
        "2014B-0404",
        stdin="correct horse\n",
    )
    assert (made.exit_code, made.output) == (0, "Made the account ada.\n")
    assert _run(runner, "list").output == "ada\tAda L.\t\tcurator\n"
    assert _run(runner, "passwd", "ada", stdin="another password").exit_code == 0
    assert _run(runner, "join", "ada", "2014B-0404", "--pi").exit_code == 0
    assert _run(runner, "close", "ada").exit_code == 0
    assert "closed" in _run(runner, "list").output
    assert _run(runner, "reopen", "ada").exit_code == 0
    assert "closed" not in _run(runner, "list").output


def test_mistakes_are_told_in_one_line(runner: CliRunner) -> None:
    _run(runner, "add", "ada", stdin="correct horse\n")
    for words, stdin, told in [
        (("add", "ada"), "correct horse\n", "already an account"),
        (("add", "bob"), "short\n", "at least 8"),
        (("add", "bob"), "", "at least 8"),
        (("add", "b/b"), "correct horse\n", "user name"),
        (("add", "bob", "--program", "2099A-0001"), "correct horse\n", "no program"),
        (("passwd", "bob"), "correct horse\n", "no such user"),
        (("join", "ada", "2099A-0001"), "", "no program"),
        (("close", "bob"), "", "no such user"),
    ]:
        result = _run(runner, *words, stdin=stdin)
        assert result.exit_code == 1, words
        assert told in result.output
        assert "Traceback" not in result.output
