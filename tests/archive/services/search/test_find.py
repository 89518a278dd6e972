"""What a search finds, for whom, in which order, and how much it says there is."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from archive.astro.names import BuiltInNames, NameResolver
from archive.db.session import Database
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.identity import Role, Scope
from archive.domain.search import ResultPage
from archive.errors import CredentialsError, InvalidInputError, UnavailableError, UnknownNameError
from archive.services.search import SearchService, service
from tests.archive.services.search.holdings import fill
from tests.support.time import StillClock

STAFF = Caller(user_id=1, username="operator", roles=frozenset({Role.OPERATOR}))
PLAIN = {f"plain{number:011}" for number in range(5)}
RAW, CAL, ZERO, SECRET = "raw0000000000000", "cal0000000000000", "zero000000000000", "secret0000000000"


@pytest.fixture
def programs(database: Database) -> SimpleNamespace:
    return fill(database)


@pytest.fixture
def search(database: Database, programs: SimpleNamespace) -> SearchService:
    resolver = NameResolver(builtin=BuiltInNames(), sesame=None)
    return SearchService(database=database, clock=StillClock(), resolver=resolver)


def find(search: SearchService, caller: Caller = ANONYMOUS, **params: str | list[str]) -> ResultPage:
    given = {
        name.replace("kw__", "kw."): [value] if isinstance(value, str) else value for name, value in params.items()
    }
    return search.find(caller, search.read(given))


def ids(page: ResultPage) -> set[str]:
    return {row.public_id for row in page.rows}


def test_all_that_is_public(search: SearchService) -> None:
    page = find(search)
    assert ids(page) == {RAW, CAL, ZERO} | PLAIN
    assert (page.total, page.is_total_exact, page.total_bytes) == (8, True, 3050)


# One catalogue serves all of these: they change nothing.
CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({"target": "M31"}, {RAW, CAL}),
    ({"ra": "10.68", "dec": "41.27", "radius": "10s"}, {RAW}),
    ({"ra": "10.68", "dec": "41.27", "radius": "0"}, {RAW}),
    ({"pos": "CIRCLE 10.68 41.27 0"}, {RAW}),
    ({"propid": "2014b-0404"}, {RAW, CAL}),
    ({"propid": "2014*"}, {RAW, CAL}),
    ({"propid": "!2014B-0404"}, {ZERO} | PLAIN),
    ({"propid": "null"}, {ZERO} | PLAIN),
    ({"pi": '"schlegel, d."'}, {RAW, CAL}),
    ({"pi": "*schlegel*"}, {RAW, CAL}),
    ({"night": "2014-07-31"}, {RAW, CAL}),
    ({"night": "2014-07-31..2014-09-22"}, {RAW, CAL, ZERO}),
    ({"night": ">2014-08-01"}, {ZERO}),
    ({"date": "2014-08-01T03:00..2014-08-01T04:00"}, {RAW, CAL}),
    ({"date": "2014-08-01"}, {RAW, CAL}),
    ({"date": ">56900"}, {ZERO}),
    ({"date": "<2014-08-02"}, {RAW, CAL}),
    ({"date": "null"}, PLAIN),
    ({"t_min": "56870..56871"}, {RAW, CAL}),
    ({"telescope": "KP4M"}, {ZERO}),
    ({"telescope": ["kp4m", "nosuch"]}, {ZERO}),
    ({"filter": "g"}, {RAW, CAL}),
    ({"filter": "g DECam*"}, {RAW}),
    ({"filter": "null"}, {ZERO} | PLAIN),
    ({"exptime": "30"}, {RAW, CAL, "plain00000000003"}),
    ({"exptime": ["<40", ">=20"]}, {RAW, CAL, "plain00000000002", "plain00000000003"}),
    ({"exptime": "null"}, {"plain00000000000", "plain00000000001"}),
    ({"exptime": "!null", "obs_type": "zero"}, {ZERO}),
    ({"exptime": "!30"}, {ZERO} | PLAIN - {"plain00000000003"}),
    ({"obs_type": "Zero,dark"}, {ZERO}),
    ({"filename": "c4d_1408*"}, {RAW, CAL}),
    ({"filename": "*DECam_00350001.fits"}, {RAW}),
    ({"filename": "100%_*"}, {CAL}),
    ({"filename": "%"}, set()),
    ({"filename": "c4d?140801*"}, {RAW, CAL}),
    ({"archive_filename": "C4D_140801_030000_ORI.fits.fz"}, {RAW}),
    ({"object": "m31 field"}, {RAW, CAL}),
    ({"obs_id": "CT4M20140801*"}, {RAW, CAL}),
    ({"release": ">=2025-01-01"}, {CAL}),
    ({"is_held": "yes"}, {RAW}),
    ({"collection": "DECaPS"}, {RAW, CAL}),
    ({"collection": "decaps,survey-2"}, {RAW, CAL, ZERO}),
    ({"kw__SEEING": "1.1"}, {RAW}),
    ({"kw__seeing": "1.10"}, {RAW}),
    ({"kw__SEEING": "<1"}, {CAL}),
    ({"kw__SEEING": "0.5..1.05"}, {CAL}),
    ({"kw__SEEING": "0.*"}, {CAL}),
    ({"kw__SEEING": "!1.1"}, {CAL, ZERO} | PLAIN),
    ({"kw__SEEING": "null"}, {ZERO} | PLAIN),
    ({"kw__AIRMASS": "<2"}, set()),
    ({"kw__AIRMASS": "1.20"}, {RAW}),
    ({"kw__EXTNAME": "n1"}, {RAW}),
    ({"kw__FLAG": "T"}, {RAW}),
    ({"kw__OBJECT": "M31*", "kw__EXPNUM": "350001"}, {RAW}),
    ({"kw__PROPID": "2014A..2014C"}, {RAW}),
    ({"pi": "'; DROP TABLE product; --"}, set()),
]


def test_constraints(search: SearchService) -> None:
    for params, found in CASES:
        page = find(search, **params)
        assert ids(page) == found, params
        assert page.total == len(found), params


def test_everything_must_hold(search: SearchService) -> None:
    assert ids(find(search, target="M31", proc_type="raw", exptime="30")) == {RAW}
    assert ids(find(search, target="M31", telescope="kp4m")) == set()


def test_private_metadata_are_found_by_the_team_and_staff_alone(
    search: SearchService, programs: SimpleNamespace
) -> None:
    member = Caller(user_id=5, programs=frozenset({programs.private}))
    narrow = Caller(user_id=5, programs=frozenset({programs.private}), scopes=frozenset({Scope.READ_DATA}))
    assert ids(find(search, target="M31")) == {RAW, CAL}
    assert ids(find(search, member, target="M31")) == {RAW, CAL, SECRET}
    assert ids(find(search, narrow, target="M31")) == {RAW, CAL}
    assert ids(find(search, STAFF, exptime="60..80")) == {SECRET, "hidden0000000000"}
    assert ids(find(search, member, mine="1")) == {SECRET}
    for params in ({"propid": "2015A-0001"}, {"pi": "Private*"}, {"kw__SEEING": "0.7"}, {"title": "Hidden"}):
        page = find(search, **params)  # type: ignore[arg-type]
        assert (page.rows, page.total, page.total_bytes) == ((), 0, 0)


def test_nobody_has_own_data_without_logging_in(search: SearchService) -> None:
    with pytest.raises(CredentialsError):
        find(search, mine="1")


def test_access_is_told_by_row(search: SearchService, programs: SimpleNamespace) -> None:
    told = {row.public_id: row.may_read for row in find(search, target="M31").rows}
    assert told == {RAW: True, CAL: False}
    member = Caller(user_id=5, programs=frozenset({programs.open}))
    assert {row.may_read for row in find(search, member, target="M31").rows} == {True}


@pytest.mark.parametrize("limit", [1, 3, 5])
def test_pages_by_key_there_and_back(search: SearchService, limit: int) -> None:
    for sort in ("exptime", "-exptime", "t_min", "-t_min", "public_id", "-propid", "caldat", "-is_held"):
        for place in ({}, {"ra": "10.68", "dec": "41.27", "radius": "180"}):
            walk(search, sort, limit, place)


def walk(search: SearchService, sort: str, limit: int, place: dict[str, Any]) -> None:
    whole = [row.public_id for row in find(search, sort=sort, **place).rows]
    values = [
        row[sort.removeprefix("-")] for row in find(search, sort=sort, columns=sort.removeprefix("-"), **place).rows
    ]
    filled = [value for value in values if value is not None]
    assert filled == sorted(filled, reverse=sort.startswith("-"))  # type: ignore[type-var]
    assert values[len(filled) :] == [None] * (len(values) - len(filled)), "rows without a value come last"
    pages = [find(search, sort=sort, limit=str(limit), **place)]
    assert pages[0].previous_key is None
    while (key := pages[-1].next_key) is not None:
        pages.append(find(search, sort=sort, limit=str(limit), after=key, **place))
        assert pages[-1].total == len(whole)
    assert [row.public_id for page in pages for row in page.rows] == whole
    back = pages[-1]
    for page in reversed(pages[:-1]):
        assert back.previous_key is not None
        back = find(search, sort=sort, limit=str(limit), after=back.previous_key, **place)
        assert [row.public_id for row in back.rows] == [row.public_id for row in page.rows]
        assert back.next_key is not None
    assert back.previous_key is None


def test_a_key_that_is_none_is_told(search: SearchService) -> None:
    for after in ("x", "AAAA", "W10", "é", "e30", "WyJ0X21pbiIsMCwiYSIsMV0"):
        with pytest.raises(InvalidInputError, match="after"):
            find(search, after=after)


def test_a_key_of_another_order_is_told(search: SearchService) -> None:
    key = find(search, limit="2").next_key
    assert key is not None
    with pytest.raises(InvalidInputError, match="sort=-t_min"):
        find(search, sort="exptime", after=key)


def test_the_target_is_resolved_and_told(search: SearchService) -> None:
    place = find(search, target="Andromeda galaxy").query.criteria.place
    assert place is not None
    assert place.resolved is not None
    assert (place.resolved.name, place.resolved.resolver) == ("M 31", "OpenNGC")


def test_own_targets_are_names_for_those_who_may_know_them(search: SearchService) -> None:
    place = find(search, target="M31 Field").query.criteria.place
    assert place is not None
    assert place.resolved is not None
    assert "holdings" in place.resolved.resolver
    with pytest.raises(UnknownNameError):
        find(search, target="Secret target")
    assert SECRET in ids(find(search, STAFF, target="Secret target"))


def test_unknown_names_have_suggestions(search: SearchService) -> None:
    with pytest.raises(UnknownNameError) as caught:
        find(search, target="Andromda galaxy")
    assert caught.value.suggestions == ("Andromeda Galaxy",)
    with pytest.raises(UnknownNameError, match="Did you mean decaps"):
        find(search, collection="decap")


def test_counts_above_the_limit_are_marked_estimates(search: SearchService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.db.search.store.EXACT_COUNT", 3)
    page = find(search)
    assert not page.is_total_exact
    assert page.total > 3
    page = find(search, count="exact")
    assert (page.total, page.is_total_exact) == (8, True)


def test_a_search_that_takes_too_long_is_stopped(
    search: SearchService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE_SECONDS", 0.2)
    with database.engine.begin() as connection:
        connection.execute(text("LOCK TABLE product IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(UnavailableError, match="Narrow it"):
            find(search)


def test_page_size_has_an_end(search: SearchService) -> None:
    with pytest.raises(InvalidInputError, match="10000 rows"):
        find(search, limit="10001")


def test_choices_are_those_that_the_caller_may_know(search: SearchService, programs: SimpleNamespace) -> None:
    assert search.choices(ANONYMOUS, "telescope") == ("ct4m", "kp4m")
    assert search.choices(ANONYMOUS, "propid") == ("2014B-0404",)
    member = Caller(user_id=5, programs=frozenset({programs.private}))
    assert search.choices(member, "propid") == ("2014B-0404", "2015A-0001")


def test_export_has_all_rows_in_order(search: SearchService) -> None:
    export = search.stream(ANONYMOUS, search.read({"columns": ["public_id,exptime"], "sort": ["-exptime"]}))
    rows = [row for batch in export.batches for row in batch]
    assert [column.name for column in export.columns] == ["public_id", "exptime"]
    assert [row[0] for row in rows] == [row.public_id for row in find(search, sort="-exptime").rows]


def test_export_asks_for_one_row_more_than_its_limit(search: SearchService) -> None:
    export = search.stream(ANONYMOUS, search.read({"limit": ["3"]}))
    assert sum(len(batch) for batch in export.batches) == 4


def test_export_fails_before_its_first_row(search: SearchService) -> None:
    with pytest.raises(UnknownNameError):
        search.stream(ANONYMOUS, search.read({"target": ["nosuch thing"]}))
