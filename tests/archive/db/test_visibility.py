"""The access rule and its SQL twin say the same of every product to every caller at every time."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from archive.db.schema import ProductRow, ProgramRow
from archive.db.session import Database
from archive.db.visibility import program_known_to, readable_by, visible_to
from archive.domain.access import Caller, Rights, may_know_program, may_read, may_see
from archive.domain.identity import Role, Scope
from tests.support.holdings import NOW, make_product, make_program

PROGRAMS = (1, 2, 3)
# Few instants close together, so that equal ones and the very next microsecond come up often.
INSTANTS = st.sampled_from(
    [NOW, NOW + timedelta(microseconds=1), NOW - timedelta(microseconds=1), NOW + timedelta(days=30)]
) | st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RIGHTS = st.builds(
    Rights,
    program_id=st.none() | st.sampled_from(PROGRAMS),
    metadata_release=st.none() | INSTANTS,
    data_release=st.none() | INSTANTS,
    is_hidden=st.booleans(),
)
CALLERS = st.just(Caller()) | st.builds(
    Caller,
    user_id=st.just(1),
    programs=st.frozensets(st.sampled_from(PROGRAMS)),
    roles=st.frozensets(st.sampled_from(Role), max_size=1),
    scopes=st.none() | st.frozensets(st.sampled_from(Scope)),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(caller=CALLERS, all_rights=st.lists(RIGHTS, min_size=1, max_size=12), now=INSTANTS)
def test_twins_agree(database: Database, caller: Caller, all_rights: list[Rights], now: datetime) -> None:
    with database.begin() as uow:
        for number in PROGRAMS:
            make_program(uow.session, f"2014B-{number:04}", id=number)
        rights_of = {
            make_product(
                uow.session,
                f"product{index}",
                program_id=rights.program_id,
                metadata_release=rights.metadata_release,
                data_release=rights.data_release,
                is_hidden=rights.is_hidden,
            ).id: rights
            for index, rights in enumerate(all_rights)
        }
        told = uow.session.execute(
            select(ProductRow.id, visible_to(caller, now).label("seen"), readable_by(caller, now).label("read"))
        ).all()
        filtered = set(uow.session.scalars(select(ProductRow.id).where(visible_to(caller, now))))
        uow.session.rollback()
    assert {key: (seen, read) for key, seen, read in told} == {
        key: (may_see(caller, rights, now), may_read(caller, rights, now)) for key, rights in rights_of.items()
    }
    assert filtered == {key for key, rights in rights_of.items() if may_see(caller, rights, now)}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(caller=CALLERS, private=st.lists(st.booleans(), min_size=3, max_size=3))
def test_twins_agree_on_programs(database: Database, caller: Caller, private: list[bool]) -> None:
    with database.begin() as uow:
        for number, is_private in zip(PROGRAMS, private, strict=True):
            make_program(uow.session, f"2014B-{number:04}", id=number, is_metadata_private=is_private)
        rows = uow.session.execute(select(ProgramRow.id, program_known_to(caller)))
        told = {row.id: row[1] for row in rows}
        uow.session.rollback()
    assert told == {
        number: may_know_program(caller, number, is_private=is_private)
        for number, is_private in zip(PROGRAMS, private, strict=True)
    }


def test_rule_by_example() -> None:
    public = Rights(1, NOW, NOW)
    proprietary = Rights(1, NOW, NOW + timedelta(days=1))
    secret = Rights(1, None, None)
    hidden = Rights(1, NOW, NOW, is_hidden=True)
    of_none = Rights(None, NOW, None)
    anonymous, member = Caller(), Caller(user_id=1, programs=frozenset({1}))
    staff = Caller(user_id=2, roles=frozenset({Role.OPERATOR}))
    blind = Caller(user_id=1, programs=frozenset({1}), scopes=frozenset({Scope.READ_METADATA}))

    def seen(caller: Caller) -> list[str]:
        return [
            ("r" if may_read(caller, rights, NOW) else "s" if may_see(caller, rights, NOW) else "-")
            for rights in (public, proprietary, secret, hidden, of_none)
        ]

    assert seen(anonymous) == ["r", "s", "-", "-", "s"]
    assert seen(member) == ["r", "r", "r", "-", "s"]
    assert seen(staff) == ["r", "r", "r", "r", "r"]
    assert seen(blind) == ["r", "s", "s", "-", "s"]
