"""Pages without a search show what the caller may know, and count the same as the rule says."""

from datetime import date, datetime, timedelta

import pytest

from archive.db.schema import (
    CollectionRow,
    NightRow,
    ObservationRow,
    ProductCollectionRow,
    ScheduleSlotProgramRow,
    ScheduleSlotRow,
)
from archive.db.session import Database
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.identity import Role, Scope
from archive.errors import NotFoundError
from archive.services.browsing import CollectionService, NightService, OverviewService, ProgramService
from tests.support.holdings import NOW, make_product, make_program

NIGHT = date(2014, 8, 1)
STAFF = Caller(user_id=1, roles=frozenset({Role.OPERATOR}))
LATER = NOW + timedelta(days=100)


@pytest.fixture
def holdings(database: Database) -> dict[str, int]:
    """Store a public program, and one whose metadata are private."""
    with database.begin() as uow:
        session = uow.session
        public = make_program(session, "2014B-0404", pi="Schlegel", title="DECaLS")
        private = make_program(session, "2014B-0999", pi="Nobody", title="A secret", is_metadata_private=True)
        taken = ObservationRow(
            obs_id="ct4m20140801t050000", telescope="ct4m", instrument="decam", program_id=public.id, caldat=NIGHT
        )
        survey = CollectionRow(name="decaps", title="The DECam plane survey")
        night = NightRow(telescope="ct4m", caldat=NIGHT, note="Clear, light wind.")
        session.add_all([taken, survey, night])
        session.flush()
        slot = ScheduleSlotRow(night_id=night.id, instrument="decam")
        session.add(slot)
        session.flush()
        session.add_all(ScheduleSlotProgramRow(slot_id=slot.id, program_id=row.id) for row in (public, private))
        common = {"observation_id": taken.id, "program_id": public.id, "caldat": NIGHT, "hpx29": 5 << 50}
        raw = make_product(session, "a" * 16, t_min=56870.2, filter="g DECam", band="g", file_size=1000, **common)
        make_product(session, "b" * 16, proc_type="instcal", calib_level=2, file_size=500, data_release=LATER, **common)
        session.add(ProductCollectionRow(collection_id=survey.id, product_id=raw.id))
        make_product(
            session,
            "c" * 16,
            program_id=private.id,
            caldat=date(2014, 8, 2),
            metadata_release=LATER,
            data_release=LATER,
        )
        return {"public": public.id, "private": private.id}


@pytest.fixture
def team(holdings: dict[str, int]) -> Caller:
    """Give a member of the private program's team."""
    return Caller(user_id=2, programs=frozenset({holdings["private"]}))


def _now() -> datetime:
    return NOW


@pytest.mark.usefixtures("holdings")
def test_overview_counts_what_everybody_may_know(database: Database) -> None:
    found = OverviewService(database=database, clock=_now).overview()
    assert (found.numbers.files, found.numbers.total_bytes, found.numbers.observations) == (2, 1500, 1)
    assert found.numbers.last_night == NIGHT
    assert [(night.caldat, night.files, night.instruments) for night in found.nights] == [(NIGHT, 2, ("decam",))]
    assert found.density == {5: 2}
    assert [(collection.name, collection.files) for collection in found.collections] == [("decaps", 1)]


@pytest.mark.usefixtures("holdings")
def test_overview_is_kept_for_a_while(database: Database) -> None:
    times = [NOW]
    service = OverviewService(database=database, clock=lambda: times[-1])
    first = service.overview()
    times.append(NOW + timedelta(seconds=1))
    assert service.overview() is first
    times.append(NOW + timedelta(days=1))
    assert service.overview().counted == times[-1]


def test_overview_of_an_empty_archive(database: Database) -> None:
    found = OverviewService(database=database, clock=_now).overview()
    assert (found.numbers.files, found.nights, found.density) == (0, (), {})


@pytest.mark.usefixtures("holdings")
def test_night_lists_observations_once(database: Database) -> None:
    log = NightService(database=database, clock=_now).log(ANONYMOUS, "2014-08-01", "ct4m")
    (entry,) = log.entries
    assert (entry.obs_id, entry.files, entry.is_public, entry.filter) == ("ct4m20140801t050000", 2, False, "g")
    assert [program.propid for program in log.scheduled] == ["2014B-0404"]
    assert log.note == "Clear, light wind."
    assert log.later is None


def test_night_shows_private_programs_to_their_team(database: Database, team: Caller) -> None:
    log = NightService(database=database, clock=_now).log(team, "2014-08-01", "ct4m")
    assert [program.propid for program in log.scheduled] == ["2014B-0404", "2014B-0999"]
    assert log.later == date(2014, 8, 2)


@pytest.mark.parametrize("night", ["2014-08-31", "yesterday", "2014-02-30", "1e9", "2014-08-01'--"])
@pytest.mark.usefixtures("holdings")
def test_night_nobody_knows(database: Database, night: str) -> None:
    with pytest.raises(NotFoundError):
        NightService(database=database, clock=_now).log(ANONYMOUS, night, "ct4m")


@pytest.mark.usefixtures("holdings")
def test_program_tells_what_is_public(database: Database) -> None:
    report = ProgramService(database=database, clock=_now).report(ANONYMOUS, "2014b-0404")
    assert (report.propid, report.files, report.public_files) == ("2014B-0404", 2, 1)
    assert report.next_release == LATER
    assert [night.caldat for night in report.nights] == [NIGHT]


def test_private_program_is_known_to_few(database: Database, team: Caller) -> None:
    service = ProgramService(database=database, clock=_now)
    assert service.report(team, "2014B-0999").title == "A secret"
    assert service.report(STAFF, "2014B-0999").files == 1
    narrow = Caller(user_id=2, programs=team.programs, scopes=frozenset({Scope.READ_DATA}))
    for stranger in (ANONYMOUS, narrow):
        with pytest.raises(NotFoundError) as caught:
            service.report(stranger, "2014B-0999")
        assert caught.value.suggestions == ()


def test_private_program_is_open_once_a_file_is(database: Database, holdings: dict[str, int]) -> None:
    service = ProgramService(database=database, clock=lambda: LATER + timedelta(seconds=1))
    assert service.report(ANONYMOUS, "2014B-0999").files == 1


@pytest.mark.usefixtures("holdings")
def test_program_suggests_near_ids(database: Database) -> None:
    with pytest.raises(NotFoundError) as caught:
        ProgramService(database=database, clock=_now).report(ANONYMOUS, "2014B-0405")
    assert caught.value.suggestions == ("2014B-0404",)


@pytest.mark.usefixtures("holdings")
def test_collection_and_one_that_is_none(database: Database) -> None:
    service = CollectionService(database=database, clock=_now)
    report = service.report(ANONYMOUS, "decaps")
    assert (report.summary.files, report.kinds, report.density) == (1, (("raw", "image", 1),), {5: 1})
    assert [summary.name for summary in service.collections(ANONYMOUS)] == ["decaps"]
    with pytest.raises(NotFoundError) as caught:
        service.report(ANONYMOUS, "decap")
    assert caught.value.suggestions == ("decaps",)
