"""The demo archive: complete, accepted in whole, the same when it is made again."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from archive.bootstrap import Services
from archive.db.schema import AuditRecordRow, CollectionRow, ProductCollectionRow, ProductRow, ProgramRow
from archive.db.session import Database
from archive.domain.access import ANONYMOUS
from archive.domain.holdings import ProcType, QAState
from archive.domain.previews import PreviewSize, PreviewState
from archive.errors import NotFoundError, ProprietaryError
from archive.services.demo import DEMO_ACCOUNTS, DemoService
from tests.support.holdings import make_product


@pytest.fixture
def made(services: Services) -> Services:
    missing = services.demo.missing()
    seen: list[int] = []
    report = services.demo.make(seen.append)
    assert sum(seen) == missing == report.added
    assert report.refused == ()
    assert report.present == 0
    assert report.added >= 300
    return services


def one_of(database: Database, propid: str, obs_type: str = "object") -> str:
    with database.begin() as uow:
        return uow.session.scalars(
            select(ProductRow.public_id)
            .join(ProgramRow, ProgramRow.id == ProductRow.program_id)
            .where(ProgramRow.propid == propid, ProductRow.obs_type == obs_type)
            .order_by(ProductRow.id)
            .limit(1)
        ).one()


@pytest.mark.timeout(600)
def test_the_demo_is_whole_and_its_rights_hold(made: Services, database: Database) -> None:
    assert made.demo.missing() == 0
    again = made.demo.make()
    assert (again.added, again.refused) == (0, ())
    _check_holdings(database)
    _check_accounts(made, database)


def _check_holdings(database: Database) -> None:
    with database.begin() as uow:
        session = uow.session
        pairs = session.execute(select(ProductRow.telescope, ProductRow.instrument).distinct()).all()
        assert len(pairs) == 10
        assert session.scalar(select(func.count()).select_from(ProgramRow)) == 10
        with_outline = select(func.count()).where(ProductRow.footprint_set_id.is_not(None))
        assert (session.scalar(with_outline) or 0) > 150
        members = (
            select(func.count()).select_from(ProductCollectionRow).join(CollectionRow).where(CollectionRow.is_hlsp)
        )
        assert session.scalar(members) == 10
        kinds = set(session.scalars(select(ProductRow.proc_type)))
        assert {ProcType.RAW, ProcType.INSTCAL, ProcType.STACKED, ProcType.RESAMPLED, ProcType.HLSP} <= kinds
        assert {QAState.BLESSED, QAState.USABLE, QAState.DEFECTIVE} <= set(session.scalars(select(ProductRow.qa_state)))
        assert "NOSCHED" not in set(session.scalars(select(AuditRecordRow.error_code)))
        nights = set(session.scalars(select(ProductRow.caldat)))
        assert None not in nights
        assert 10 <= len(nights) <= 14


def _check_accounts(services: Services, database: Database) -> None:
    callers = {}
    for account in DEMO_ACCOUNTS:
        key = services.accounts.sign_in(account.username, account.password, "127.0.0.1")
        caller = services.accounts.caller_of_session(key, "127.0.0.1")
        assert caller is not None
        callers[account.username] = caller
    proprietary, private, public = (one_of(database, propid) for propid in ("2016B-0204", "2016B-0306", "2016B-0407"))
    for public_id in (proprietary, private, public):
        assert services.previews.make(public_id) is PreviewState.READY
    assert services.previews.image(ANONYMOUS, public, PreviewSize.LARGE).is_public
    for username in ("pi1", "operator"):
        assert services.previews.image(callers[username], proprietary, PreviewSize.LARGE).png
    with pytest.raises(ProprietaryError) as refused:
        services.previews.image(callers["visitor"], proprietary, PreviewSize.LARGE)
    assert refused.value.release is not None
    assert refused.value.release > datetime(2060, 1, 1, tzinfo=UTC)
    with pytest.raises(NotFoundError):
        services.previews.status(callers["visitor"], private)
    assert services.previews.status(callers["pi3"], private).is_shown


def test_a_stopped_demo_goes_on(services: Services, config: object) -> None:
    service = DemoService(
        database=services.database,
        ingest=services.ingest,
        accounts=services.accounts,
        schedule=services.schedule,
        folder=services.config.home / "demo",
    )
    taken = service._taken_in(service._missing(service.files())[:3])
    assert [outcome.outcome for outcome in taken] == ["ingested"] * 3
    assert len(service._missing(service.files())) == len(service.files()) - 3


def test_a_real_archive_is_not_mixed_with_the_demo(services: Services, database: Database) -> None:
    assert services.demo.is_fitting()
    with database.begin() as uow:
        make_product(uow.session)
    assert not services.demo.is_fitting()
