"""Every real and every bad file of the shared data becomes what ``expected.csv`` says it must."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.astro.recipe import load_recipes
from archive.astro.recipes import RECIPES
from archive.db.schema import FootprintRow, HDURow, ProductRow, ProgramRow
from archive.db.session import Database
from archive.domain.ingest import IngestOutcome, Outcome
from archive.queues import InlineQueue
from archive.services.ingest import IngestService
from archive.storage import LocalFileStore
from tests.support.postgres import empty

MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Found:
    """What the archive made of one file."""

    outcome: IngestOutcome
    product: ProductRow | None
    propid: str | None
    n_image: int
    n_footprint: int


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[dict[str, str]]:
    with (shared / "data" / "expected.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def walk(
    shared: Path, rows: list[dict[str, str]], database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Found]]:
    """Take all files into one empty archive, in the order that the outcomes hold for."""
    database = Database(database_url)
    queue = InlineQueue(is_transaction_open=database.is_in_transaction)
    store = LocalFileStore(tmp_path_factory.mktemp("store"))
    service = IngestService(database=database, store=store, queue=queue, recipes=load_recipes(RECIPES))
    folders = {"fits": 0, "fits-stubs": 1, "bad-input": 2}
    ordered = sorted(rows, key=lambda row: (folders[row["path"].split("/")[0]], row["path"].encode()))
    outcomes = {row["path"]: service.add(shared / "data" / row["path"]) for row in ordered}
    try:
        yield {path: _found(database, outcome) for path, outcome in outcomes.items()}
    finally:
        empty(database)
        database.dispose()


def _found(database: Database, outcome: IngestOutcome) -> Found:
    with database.begin() as uow:
        find = select(ProductRow).where(ProductRow.public_id == (outcome.public_id or ""))
        product = uow.session.execute(find).scalar_one_or_none()
        if product is None:
            return Found(outcome, None, None, 0, 0)
        propid = uow.session.execute(
            select(ProgramRow.propid).where(ProgramRow.id == product.program_id)
        ).scalar_one_or_none()
        kinds = uow.session.execute(
            select(func.count()).where(HDURow.product_id == product.id, HDURow.kind.in_(["image", "spectrum", "cube"]))
        ).scalar_one()
        footprints = uow.session.execute(
            select(func.count()).where(FootprintRow.set_id == product.footprint_set_id)
        ).scalar_one()
        return Found(outcome, product, propid, kinds, footprints)


def test_every_row(rows: list[dict[str, str]], walk: dict[str, Found]) -> None:
    wrong = [f"{row['path']}: {difference}" for row in rows for difference in _differences(row, walk[row["path"]])]
    assert wrong == []
    assert len(rows) == 149


def test_every_file_kept_its_own_name(rows: list[dict[str, str]], walk: dict[str, Found]) -> None:
    for row in rows:
        product = walk[row["path"]].product
        if product is not None and walk[row["path"]].outcome.outcome is Outcome.INGESTED:
            assert product.archive_filename == product.original_filename == Path(row["path"]).name


def test_reasons_name_the_missing_keywords(walk: dict[str, Found]) -> None:
    reasons = walk["bad-input/made/missing_required.fits"].outcome.reasons
    assert {reason.keyword for reason in reasons} >= {"DTINSTRU", "DTPROPID", "DTCALDAT", "DTNSANAM", "OBSTYPE"}


def _differences(row: Mapping[str, str], found: Found) -> Iterator[str]:
    accepted = {row["outcome"], *(row["note"].split("accept=")[1].split("|") if "accept=" in row["note"] else [])}
    got = _outcome_text(found.outcome)
    if got not in accepted:
        yield f"{got}, not {accepted}: {found.outcome.reasons}"
    if found.outcome.outcome is not Outcome.INGESTED or found.product is None:
        return
    checks = [*_equal_columns(found.product, found), *_close_columns(row, found.product)]
    for column, value, is_right in checks:
        if row[column] and not (is_right if is_right is not None else value == row[column]):
            yield f"{column} is {value}, not {row[column]}"


def _outcome_text(outcome: IngestOutcome) -> str:
    if outcome.outcome is Outcome.REFUSED:
        return f"refused:{outcome.error_code}"
    return f"{outcome.outcome}+{outcome.error_code}" if outcome.error_code else str(outcome.outcome)


def _equal_columns(product: ProductRow, found: Found) -> Iterator[tuple[str, object, bool | None]]:
    yield "telescope", product.telescope, None
    yield "instrument", product.instrument, None
    yield "program", found.propid, None
    yield "caldat", str(product.caldat), None
    yield "filter_raw", product.filter, None
    yield "obs_type_raw", product.obs_type_raw, None
    yield "proc_type", product.proc_type, None
    yield "prod_type", product.prod_type, None
    yield "n_hdu_image", str(found.n_image), None
    yield "footprint", "wcs" if found.n_footprint else "none", None
    yield "n_footprint_hdu", str(found.n_footprint), None


def _close_columns(row: Mapping[str, str], product: ProductRow) -> Iterator[tuple[str, object, bool | None]]:
    if row["date_obs"]:
        start = MJD_EPOCH + timedelta(days=product.t_min or 0.0)
        wanted = datetime.fromisoformat(row["date_obs"]).replace(tzinfo=UTC)
        is_untested = "time not tested" in row["note"]
        slack = 60.0 if "time from" in row["note"] else 0.001
        yield "date_obs", start, is_untested or abs((start - wanted).total_seconds()) <= slack
    if row["exptime_s"]:
        yield "exptime_s", product.exptime, math.isclose(product.exptime or 0.0, float(row["exptime_s"]))
    if row["ra_deg"]:
        yield "ra_deg", (product.ra, product.dec), _is_near(row, product)


def _is_near(row: Mapping[str, str], product: ProductRow) -> bool:
    """Within an arcsecond, or a fifth of the field where the centre is a mean of several HDUs."""
    if product.ra is None or product.dec is None:
        return False
    several = int(row["n_footprint_hdu"] or 0) > 1
    slack = (product.s_fov or 0.0) / 5 if several else 1 / 3600
    east = (product.ra - float(row["ra_deg"]) + 180.0) % 360.0 - 180.0
    north = product.dec - float(row["dec_deg"])
    return math.hypot(east * math.cos(math.radians(product.dec)), north) <= slack
