"""What becomes of submitted files, through the service's one door, in the real catalogue and a real store."""

import gzip
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from archive.astro.recipe import load_recipes
from archive.astro.recipes import RECIPES
from archive.db.schema import (
    AuditRecordRow,
    Base,
    ChangeLogRow,
    FootprintRow,
    HDURow,
    NightRow,
    ObservationRow,
    ProductRow,
    ProgramRow,
    ProvenanceRow,
)
from archive.db.session import Database
from archive.domain.ingest import IngestOutcome, Outcome
from archive.errors import StorageFullError, UnavailableError
from archive.queues import InlineQueue
from archive.services.ingest import IngestService
from archive.services.schedule import ScheduleService
from archive.storage import LocalFileStore
from tests.support.holdings import make_product
from tests.support.submissions import RAW, make_fits

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


@dataclass
class Archive:
    """One archive, and how a test looks into it."""

    database: Database
    store: LocalFileStore
    queue: InlineQueue
    service: IngestService
    root: Path

    def add(self, path: Path) -> IngestOutcome:
        return self.service.add(path)

    def product(self, outcome: IngestOutcome) -> ProductRow:
        with self.database.begin() as uow:
            return uow.session.execute(select(ProductRow).where(ProductRow.public_id == outcome.public_id)).scalar_one()

    def count(self, row: type[Base]) -> int:
        with self.database.begin() as uow:
            return uow.session.execute(select(func.count()).select_from(row)).scalar_one()

    def audits(self) -> list[AuditRecordRow]:
        with self.database.begin() as uow:
            return list(uow.session.execute(select(AuditRecordRow).order_by(AuditRecordRow.id)).scalars())

    def stored(self) -> int:
        return sum(path.is_file() for path in self.root.rglob("*"))


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    root = tmp_path / "store"
    store = LocalFileStore(root)
    queue = InlineQueue(is_transaction_open=database.is_in_transaction)
    service = IngestService(
        database=database, store=store, queue=queue, recipes=load_recipes(RECIPES), clock=lambda: NOW
    )
    return Archive(database, store, queue, service, root)


def codes(outcome: IngestOutcome) -> list[str]:
    return [reason.code for reason in outcome.reasons]


def test_a_file_comes_in_with_all_that_hangs_on_it(archive: Archive, tmp_path: Path) -> None:
    path = make_fits(tmp_path / "in" / "DECam_1.fits", extensions=3, checksum=True)
    outcome = archive.add(path)
    assert (outcome.outcome, outcome.error_code) == (Outcome.INGESTED, None)
    product = archive.product(outcome)
    assert product.archive_filename == "c4d_140819_020304_ori.fits"
    assert product.original_filename == "DECam_1.fits"
    assert (product.telescope, product.instrument, product.band) == ("ct4m", "decam", "g")
    assert (product.n_hdu, product.is_held, product.file_size) == (4, True, path.stat().st_size)
    assert (product.s_xel1, product.s_xel2) == (20, 30)
    assert product.sha256 is not None
    with archive.store.open(product.sha256) as stored:
        assert stored.read() == path.read_bytes()
    assert [archive.count(row) for row in (ObservationRow, ProgramRow, NightRow, HDURow, ChangeLogRow)] == [
        1,
        1,
        1,
        4,
        1,
    ]
    assert (product.footprint_set_id, archive.count(FootprintRow)) == (1, 3)
    assert archive.queue.sent == [("previews.make", product.public_id)]
    assert [(a.outcome, a.error_code, a.product_id) for a in archive.audits()] == [("ingested", None, product.id)]


def test_headers_of_all_hdus_are_kept(archive: Archive, tmp_path: Path) -> None:
    path = make_fits(tmp_path / "a.fits", {**RAW, "HUMOUR": "dry", "LONGKEY": "it's"}, extensions=2)
    archive.add(path)
    with archive.database.begin() as uow:
        headers = uow.session.execute(select(HDURow.header).order_by(HDURow.hdu_index)).scalars().all()
    assert headers[0]["HUMOUR"] == "dry"
    assert headers[0]["LONGKEY"] == "it's"
    assert [header.get("CCDNUM") for header in headers] == [None, 1, 2]


def test_release_dates_follow_the_program(archive: Archive, tmp_path: Path) -> None:
    with archive.database.begin() as uow:
        uow.session.add_all(
            [
                ProgramRow(propid="SHORT", proprietary_months=3, co_investigators=[]),
                ProgramRow(propid="SECRET", proprietary_months=None, is_metadata_private=True, co_investigators=[]),
            ]
        )
    rules = {
        "SHORT": (NOW, datetime(2014, 11, 18, tzinfo=UTC)),
        "SECRET": (datetime(2016, 2, 18, tzinfo=UTC), datetime(2016, 2, 18, tzinfo=UTC)),
        "2014B-0404": (NOW, datetime(2016, 2, 18, tzinfo=UTC)),
    }
    for hour, (propid, releases) in enumerate(rules.items()):
        header = {**RAW, "PROPID": propid, "DATE-OBS": f"2014-08-19T0{hour}:00:00"}
        product = archive.product(archive.add(make_fits(tmp_path / f"{propid}.fits", header)))
        assert (product.metadata_release, product.data_release) == releases
    zero = {**RAW, "OBSTYPE": "zero", "DATE-OBS": "2014-08-19T09:00:00"}
    product = archive.product(archive.add(make_fits(tmp_path / "zero.fits", zero)))
    assert product.data_release == datetime(2014, 8, 18, tzinfo=UTC)


def test_again_from_the_same_path_is_present_from_another_is_a_duplicate(archive: Archive, tmp_path: Path) -> None:
    path = make_fits(tmp_path / "a.fits")
    first = archive.add(path)
    again = archive.add(path)
    assert (again.outcome, again.error_code, again.public_id) == (Outcome.PRESENT, None, first.public_id)
    copy = tmp_path / "copy.fits"
    shutil.copy(path, copy)
    for _ in range(2):
        duplicate = archive.add(copy)
        assert (duplicate.outcome, codes(duplicate)) == (Outcome.REFUSED, ["DUPFITS"])
    assert archive.count(ProductRow) == 1
    assert [a.outcome for a in archive.audits()] == ["ingested", "present", "refused", "refused"]


def test_other_bytes_of_the_same_name_are_refused(archive: Archive, tmp_path: Path) -> None:
    archive.add(make_fits(tmp_path / "one" / "a.fits", seed=1))
    second = archive.add(make_fits(tmp_path / "two" / "a.fits", seed=2))
    assert (second.outcome, codes(second)) == (Outcome.REFUSED, ["HDREXIST"])
    assert archive.stored() == 1


def test_packed_twin_comes_in_beside_the_plain_one(archive: Archive, tmp_path: Path) -> None:
    plain = make_fits(tmp_path / "a.fits")
    packed = tmp_path / "a.fits.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    names = [archive.product(archive.add(path)).archive_filename for path in (plain, packed)]
    assert names == ["c4d_140819_020304_ori.fits", "c4d_140819_020304_ori.fits.gz"]
    assert archive.count(ObservationRow) == 1


def test_all_reasons_are_told_and_nothing_is_stored(archive: Archive, tmp_path: Path) -> None:
    header = {key: value for key, value in RAW.items() if key not in {"OBSTYPE", "DATE-OBS"}}
    path = make_fits(tmp_path / "a.fits", {**header, "DTSITE": "ct"}, checksum=True)
    content = bytearray(path.read_bytes())
    content[-2880] ^= 1
    path.write_bytes(content)
    outcome = archive.add(path)
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.error_code == "NOVERIFY"
    assert set(codes(outcome)) == {"NOVERIFY", "MISSREQ", "BADDATE"}
    assert (archive.count(ProductRow), archive.stored()) == (0, 0)
    record = archive.audits()[0]
    assert [reason["code"] for reason in record.reasons] == codes(outcome)
    assert (record.outcome, record.telescope, record.instrument) == ("refused", "ct4m", "decam")


@pytest.mark.parametrize("content", [b"", b"<html>", b"SIMPLE  =                    T", b"\x1f\x8bjunk"])
def test_what_is_no_fits_is_refused(archive: Archive, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.fits"
    path.write_bytes(content)
    assert codes(archive.add(path)) == ["NOTFITS"]


@pytest.mark.parametrize(
    "extra",
    [
        {"PROPID": "x" * 3000, "OBSID": "y" * 5000, "OBJECT": "z" * 9000},
        {"PROPID": "'; DROP TABLE product; --", "OBJECT": "{{7*7}}%s%(a)s"},
        {"EXPTIME": 1e308, "AIRMASS": -1e308, "CCDNUM": 10**40, "BIG": 10**60},
        {"RA": "nan", "DEC": "inf", "EQUINOX": 1e300},
        {"RA": 12.5, "DEC": 45.0, "EQUINOX": 1801},
        {"FILTER": "[", "OBSTYPE": "*", "DTCALDAT": "9999-12-31"},
        {"EXTNAME": "x" * 2000, "SB_NAME": "y" * 4000, "PROCTYPE": "InstCal"},
    ],
    ids=str,
)
def test_headers_made_in_bad_faith_come_in_as_text(archive: Archive, tmp_path: Path, extra: dict[str, object]) -> None:
    outcome = archive.add(make_fits(tmp_path / "a.fits", {**RAW, **extra}))
    assert outcome.outcome is Outcome.INGESTED


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59", "0001-01-01T00:00:00", "2014-08-19T24:00:00", 1e300, True])
def test_times_that_no_night_has_are_refused(archive: Archive, tmp_path: Path, when: object) -> None:
    assert codes(archive.add(make_fits(tmp_path / "a.fits", {**RAW, "DATE-OBS": when}))) == ["BADDATE"]


@pytest.mark.parametrize("count", [0, 10**9, 10**18])
def test_axes_made_in_bad_faith(archive: Archive, tmp_path: Path, count: int) -> None:
    extra = {"ZIMAGE": True, "ZNAXIS": count, "ZNAXIS1": 10**30, "ZNAXIS2": -5, "ZBITPIX": 10**30}
    assert archive.add(make_fits(tmp_path / "a.fits", {**RAW, **extra})).outcome is Outcome.INGESTED


def test_what_cannot_be_read_is_refused(archive: Archive, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.fits")
    for path in (tmp_path / "absent.fits", tmp_path, tmp_path / "pipe.fits", Path("/dev/zero")):
        assert codes(archive.add(path)) == ["NOREAD"]


def test_names_of_any_bytes_and_markup_are_kept_as_text(archive: Archive, tmp_path: Path) -> None:
    header = {**RAW, "TELESCOP": "t", "INSTRUME": "i", "OBJECT": "<script>alert('x')</script>; DROP TABLE product"}
    odd = tmp_path / b"caf\xe9 %s '; -- \n.fits".decode("utf-8", "surrogateescape")
    product = archive.product(archive.add(make_fits(odd, header)))
    assert product.archive_filename == "caf\ufffd %s '; -- \n.fits"
    assert product.target == header["OBJECT"]


def test_program_is_taken_from_the_schedule_where_the_header_has_none(archive: Archive, tmp_path: Path) -> None:
    ScheduleService(database=archive.database).import_csv(
        ["telescope,date,propid,pi", "ct4m,2014-08-18,2014B-7777,Hubble", "ct4m,2014-08-20,A,", "ct4m,2014-08-20,B,"]
    )
    header = {key: value for key, value in RAW.items() if key != "PROPID"}
    only = archive.add(make_fits(tmp_path / "a.fits", header))
    split = archive.add(make_fits(tmp_path / "b.fits", {**header, "DATE-OBS": "2014-08-21T02:00:00"}))
    assert (only.error_code, codes(only)) == (None, ["SCHEDULE"])
    with archive.database.begin() as uow:
        scheduled = uow.session.execute(select(ProgramRow).where(ProgramRow.propid == "2014B-7777")).scalar_one()
    assert archive.product(only).program_id == scheduled.id
    assert archive.product(split).program_id is None


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        (["ct4m,2014-08-18,2014B-7777,decam", "ct4m,2014-08-18,2014B-8888,"], ["NOSCHED"]),
        (["ct4m,2014-08-18,2014B-7777,decam", "ct4m,2014-08-18,2014b-0404,decam"], []),
        (["ct4m,2014-08-18,2014B-7777,mosaic", "ct4m,2014-08-19,2014B-7777,decam"], []),
    ],
)
def test_program_that_had_no_time_is_told_and_stands(
    archive: Archive, tmp_path: Path, slots: list[str], expected: list[str]
) -> None:
    ScheduleService(database=archive.database).import_csv(["telescope,date,propid,instrument", *slots])
    outcome = archive.add(make_fits(tmp_path / "a.fits"))
    assert outcome.outcome is Outcome.INGESTED
    assert codes(outcome) == expected
    assert outcome.error_code == (expected[0] if expected else None)
    assert archive.audits()[0].error_code == outcome.error_code
    if expected:
        assert "2014B-7777, 2014B-8888 had ct4m on 2014-08-18" in outcome.reasons[0].message
    with archive.database.begin() as uow:
        program = uow.session.get_one(ProgramRow, archive.product(outcome).program_id)
    assert program.propid == RAW["PROPID"]


def test_provenance_is_linked_whoever_comes_first(archive: Archive, tmp_path: Path) -> None:
    reduced = {**RAW, "PROCTYPE": "InstCal", "SB_NAME": "c4d_140819_020304_ori.fits"}
    child = archive.add(make_fits(tmp_path / "child.fits", reduced, seed=1))
    parent = archive.add(make_fits(tmp_path / "raw.fits"))
    later = archive.add(make_fits(tmp_path / "later.fits", reduced, seed=2))
    with archive.database.begin() as uow:
        links = uow.session.execute(select(ProvenanceRow).order_by(ProvenanceRow.product_id)).scalars().all()
    assert [link.product_id for link in links] == [archive.product(child).id, archive.product(later).id]
    assert {link.parent_id for link in links} == {archive.product(parent).id}


def test_catalogue_entry_gets_its_bytes_and_keeps_its_key(archive: Archive, tmp_path: Path) -> None:
    path = make_fits(tmp_path / "c4d_140819_020304_ooi_g_v1.fits", {**RAW, "PROCTYPE": "InstCal"})
    with archive.database.begin() as uow:
        make_product(
            uow.session,
            "known",
            archive_filename=path.name,
            original_filename=path.name,
            proc_type="instcal",
            calib_level=2,
            qa_state="blessed",
        )
    outcome = archive.add(path)
    assert outcome.public_id == "known"
    product = archive.product(outcome)
    assert (product.is_held, product.qa_state, product.version) == (True, "blessed", "v1")


def test_database_that_is_away_is_told_and_nothing_is_lost(archive: Archive, tmp_path: Path, database_url: str) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    service = IngestService(database=away, store=archive.store, queue=archive.queue, recipes=load_recipes(RECIPES))
    path = make_fits(tmp_path / "a.fits")
    with pytest.raises(UnavailableError):
        service.add(path)
    away.dispose()
    assert archive.stored() == 0
    assert archive.add(path).outcome is Outcome.INGESTED


def test_connection_that_breaks_heals(archive: Archive, tmp_path: Path) -> None:
    archive.add(make_fits(tmp_path / "a.fits"))
    with archive.database.engine.connect() as other, archive.database.engine.connect() as victim:
        pid = victim.execute(text("SELECT pg_backend_pid()")).scalar_one()
        victim.rollback()
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    header = {**RAW, "DATE-OBS": "2014-08-19T03:00:00"}
    assert archive.add(make_fits(tmp_path / "b.fits", header)).outcome is Outcome.INGESTED


class FullStore(LocalFileStore):
    """A store whose disk is full."""

    def put(self, source: Path, sha256: str) -> None:
        raise StorageFullError(f"The file store has no room for {source.name} ({sha256}); nothing was stored.")


def test_full_disk_is_told_and_audited(archive: Archive, tmp_path: Path) -> None:
    service = IngestService(
        database=archive.database,
        store=FullStore(tmp_path / "full"),
        queue=archive.queue,
        recipes=load_recipes(RECIPES),
    )
    path = make_fits(tmp_path / "a.fits")
    with pytest.raises(StorageFullError):
        service.add(path)
    assert [(a.outcome, a.error_code) for a in archive.audits()] == [("refused", "NOROOM")]
    assert archive.count(ProductRow) == 0
    assert archive.add(path).outcome is Outcome.INGESTED


def test_change_log_has_no_gaps(archive: Archive, tmp_path: Path) -> None:
    for hour in range(3):
        header = {**RAW, "DATE-OBS": f"2014-08-19T0{hour}:00:00"}
        archive.add(make_fits(tmp_path / f"{hour}.fits", header))
        archive.add(make_fits(tmp_path / "bad" / f"{hour}.fits", {"TELESCOP": "x"}))
    with archive.database.begin() as uow:
        assert uow.session.execute(select(ChangeLogRow.seq).order_by(ChangeLogRow.seq)).scalars().all() == [1, 2, 3]


def test_many_at_once_come_to_the_same_end(archive: Archive, tmp_path: Path) -> None:
    first = make_fits(tmp_path / "0.fits")
    copies = [first, *(Path(shutil.copy(first, tmp_path / f"{number}.fits")) for number in range(1, 6))]
    namesakes = [make_fits(tmp_path / "other" / f"{number}.fits", seed=number) for number in range(1, 6)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(archive.add, [*copies, *namesakes]))
    assert sorted(str(outcome.outcome) for outcome in outcomes) == ["ingested", *["refused"] * 10]
    assert {code for outcome in outcomes for code in codes(outcome)} <= {"DUPFITS", "HDREXIST"}
    assert (archive.count(ProductRow), archive.count(ChangeLogRow), archive.stored()) == (1, 1, 1)
