"""``archive import-exposures``, as an operator types it."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from archive.cli import main
from archive.db.footprints import FootprintStore
from archive.db.healpix import overlaps
from archive.db.schema import (
    ChangeLogRow,
    FootprintRow,
    FootprintSetRow,
    NightRow,
    ObservationRow,
    ProductRow,
    ProgramRow,
)
from archive.db.session import Database
from tests.support.exposures import OUTLINES, row, write_log
from vo.sky import Circle

STAMPS = [f"191228_0549{second:02}" for second in range(10, 16)]


@pytest.fixture
def runner(tmp_path: Path, database: Database) -> CliRunner:
    (tmp_path / "corners.dat").write_text(OUTLINES)
    return CliRunner(
        env={"ARCHIVE_HOME": str(tmp_path), "ARCHIVE_DATABASE_URL": database.url, "ARCHIVE_LOG_LEVEL": "ERROR"}
    )


def _run(runner: CliRunner, log: Path) -> Result:
    return runner.invoke(main, ["import-exposures", str(log), "--outlines", str(log.parent / "corners.dat")])


def _count(database: Database, row_class: type) -> int:
    with database.begin() as uow:
        return uow.session.scalar(select(func.count()).select_from(row_class)) or 0


def test_a_log_comes_in_once(runner: CliRunner, database: Database, tmp_path: Path) -> None:
    log = write_log(tmp_path, [row(stamp) for stamp in STAMPS])
    done = _run(runner, log)
    assert done.exit_code == 0, done.output
    assert "18 products of 6 exposures added with 12 footprints, 0 known already" in done.output
    again = _run(runner, log)
    assert "0 products of 0 exposures added with 0 footprints, 18 known already" in again.output
    expected = {
        ProductRow: 18, ObservationRow: 6, ProgramRow: 1, NightRow: 1, FootprintSetRow: 6, FootprintRow: 12,
        ChangeLogRow: 18,
    }  # fmt: skip
    assert {row_class: _count(database, row_class) for row_class in expected} == expected


def test_what_was_left_out_comes_in_later(runner: CliRunner, database: Database, tmp_path: Path) -> None:
    _run(runner, write_log(tmp_path, [row(stamp) for stamp in STAMPS[:2]]))
    done = _run(runner, write_log(tmp_path, [*(row(stamp) for stamp in STAMPS), row(RA=float("inf"))]))
    assert done.exit_code == 1
    assert "row 7: no position" in done.output
    assert "12 products of 4 exposures added with 8 footprints, 6 known already, 1 rows wrong" in done.output


def test_products_share_a_set_and_are_found_by_their_detectors(
    runner: CliRunner, database: Database, tmp_path: Path
) -> None:
    _run(runner, write_log(tmp_path, [row()]))
    with database.begin() as uow:
        products = list(uow.session.scalars(select(ProductRow)))
        assert len({product.footprint_set_id for product in products}) == 1
        assert {product.is_held for product in products} == {False}
        set_id = products[0].footprint_set_id
        assert set_id is not None
        outlines = FootprintStore(uow).outlines(set_id)
        assert [(outline.hdu_index, outline.ccdnum) for outline in outlines] == [(1, 1), (2, 3)]
        detector = outlines[0].vertices.mean(axis=0)
        pointing = np.array([products[0].ra, products[0].dec], dtype=float)
        for place, count in ((detector, 3), (pointing, 0)):
            found = uow.session.scalar(
                select(func.count()).where(overlaps(Circle(float(place[0]), float(place[1]), 0.01)))
            )
            assert found == count


def test_files_of_another_form_are_told(runner: CliRunner, tmp_path: Path) -> None:
    log = tmp_path / "page.fits"
    log.write_text("<html>")
    done = _run(runner, log)
    assert done.exit_code == 1
    assert done.output == "Error: file: page.fits cannot be read as FITS\n"
