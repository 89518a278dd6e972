"""``archive ingest``, ``import-schedule`` and ``audit``, as an operator types them."""

import json
import resource
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import main
from archive.db.session import Database
from tests.support.submissions import RAW, make_fits

GOOD, REFUSED, STOPPED = 0, 1, 2


@pytest.fixture
def runner(tmp_path: Path, database: Database) -> CliRunner:
    return CliRunner(
        env={"ARCHIVE_HOME": str(tmp_path / "home"), "ARCHIVE_DATABASE_URL": database.url, "ARCHIVE_LOG_LEVEL": "ERROR"}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    for minute in range(4):
        header = {**RAW, "DATE-OBS": f"2014-08-19T02:0{minute}:00"}
        make_fits(folder / ("deep/er" if minute % 2 else ".") / f"f{minute}.fits", header)
    return folder


def run(runner: CliRunner, *words: str | Path) -> Result:
    return runner.invoke(main, [str(word) for word in words])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_folder_is_taken_in_and_passed_over_the_next_time(runner: CliRunner, folder: Path, jobs: str) -> None:
    first = run(runner, "ingest", folder, folder / "f0.fits", "--jobs", jobs)
    assert (first.exit_code, first.output.splitlines()[-1].split()) == (GOOD, ["4", "ingested"])
    again = run(runner, "ingest", folder, "--jobs", jobs)
    assert (again.exit_code, again.output.splitlines()[-1].split()) == (GOOD, ["4", "present"])


def test_refused_files_are_listed_with_their_reasons(runner: CliRunner, folder: Path) -> None:
    make_fits(folder / "bad.fits", {"TELESCOP": "x"})
    (folder / "page.fits").write_text("<html>")
    done = run(runner, "ingest", folder)
    assert done.exit_code == REFUSED
    assert "bad.fits: MISSREQ: The header is missing INSTRUME." in done.output
    assert "page.fits: NOTFITS:" in done.output
    assert "       4 ingested\n" in done.output
    assert "       1 refused, NOTFITS: not a FITS file" in done.output
    assert "bad.fits" not in run(runner, "ingest", "--quiet", folder).output


def test_full_disk_stops_the_work_with_a_word(runner: CliRunner, folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        full = run(runner, "ingest", folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.exit_code == STOPPED
    assert "Stopped after 0 of 4 files: The file store has no room" in full.output
    assert run(runner, "audit", "list", "--code", "NOROOM").output.count("NOROOM") == 2
    assert run(runner, "ingest", folder).exit_code == GOOD


def test_schedule_can_be_read_twice_and_wrong_lines_are_told(runner: CliRunner, tmp_path: Path) -> None:
    table = tmp_path / "schedule.csv"
    table.write_text(
        "\ufefftelescope,date,propid,title,pi,affiliation\n"
        "ct4m,2014-01-01,2012B-0001,The Dark Energy Survey,Josh Frieman,FNAL\n"
        "ct4m,the first,2012B-0001,,,\n"
        ",2014-01-01,2012B-0001,,,\n"
        'kp4m,2014-01-01,2013B-0142,"Astrometry, and more",Robert McMillan,UA\n'
    )
    first = run(runner, "import-schedule", table)
    assert first.exit_code == REFUSED
    assert "2 added, 0 known already, 2 wrong" in first.output
    assert "line 3: 'the first' is no date" in first.output
    assert "line 4: telescope is empty" in first.output
    assert "0 added, 2 known already, 2 wrong" in run(runner, "import-schedule", table).output


def test_table_without_the_needed_columns_is_refused(runner: CliRunner, tmp_path: Path) -> None:
    table = tmp_path / "schedule.csv"
    table.write_text("night,who\n")
    done = run(runner, "import-schedule", table)
    assert done.exit_code != GOOD
    assert "telescope, date, propid are missing" in done.output


def test_audit_is_listed_by_what_is_asked(runner: CliRunner, folder: Path) -> None:
    make_fits(folder / "bad_100%.fits", {"TELESCOP": "x"})
    run(runner, "ingest", folder)
    assert run(runner, "audit", "list").output.count(" ingested - ") == 4
    assert run(runner, "audit", "list", "--limit", "2").output.count("/in/") == 2
    assert run(runner, "audit", "list", "--outcome", "refused").output.count("MISSREQ") == 2
    assert run(runner, "audit", "list", "--path", "bad_100%").output.count("/in/") == 1
    assert run(runner, "audit", "list", "--path", "er/f*.fits", "--json").output.count("\n") == 2
    assert run(runner, "audit", "list", "--night", "2014-08-18", "--telescope", "ct4m").output.count("/in/") == 4
    assert run(runner, "audit", "list", "--since", "2999-01-01").output == ""
    record = json.loads(run(runner, "audit", "list", "--code", "MISSREQ", "--json").output)
    assert record["reasons"] == [
        {"code": "MISSREQ", "message": "The header is missing INSTRUME.", "keyword": "INSTRUME"}
    ]
