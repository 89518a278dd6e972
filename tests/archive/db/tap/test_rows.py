"""A query tells of what its caller may know, and of nothing else, by whatever clause."""

from datetime import datetime, timedelta

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.db.schema import ProductRow
from archive.db.session import Database
from archive.domain.access import Caller, Rights, may_know_program, may_read, may_see
from archive.domain.identity import Role, Scope
from tests.archive.db.test_visibility import CALLERS, INSTANTS, PROGRAMS, RIGHTS
from tests.support.holdings import NOW, make_collection, make_hdu, make_observation, make_product, make_program
from tests.support.taprole import asking, told

LATER = NOW + timedelta(days=100)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(caller=CALLERS, all_rights=st.lists(RIGHTS, min_size=1, max_size=8), now=INSTANTS)
def test_rows_are_those_of_the_rule(
    database: Database, caller: Caller, all_rights: list[Rights], now: datetime
) -> None:
    with database.begin() as uow:
        programs = {
            number: make_program(
                uow.session, f"2014B-{number:04}", id=number, pi="Who", is_metadata_private=number == 2
            )
            for number in PROGRAMS
        }
        products: list[tuple[ProductRow, Rights]] = []
        for index, rights in enumerate(all_rights):
            observation = make_observation(uow.session, f"obs{index}")
            product = make_product(
                uow.session,
                f"product{index}",
                observation_id=observation.id,
                program_id=rights.program_id,
                metadata_release=rights.metadata_release,
                data_release=rights.data_release,
                is_hidden=rights.is_hidden,
            )
            make_hdu(uow.session, product, KEY="v")
            products.append((product, rights))
        session = uow.session
        seen = {row.public_id: rights for row, rights in products if may_see(caller, rights, now)}
        names = sorted(seen)
        session.commit()
    try:
        with asking(database, caller, now) as cursor:

            def ids(sql: str) -> list[object]:
                cursor.execute(sql)
                return sorted(row[0] for row in cursor.fetchall())

            assert ids("SELECT public_id FROM ivoa.obscore") == names
            assert ids("SELECT public_id FROM archive.files") == names
            assert ids("SELECT public_id FROM archive.hdus") == names
            assert ids("SELECT public_id FROM archive.keywords") == names
            assert ids("SELECT 'product' || substr(obs_id, 4) FROM archive.observations") == names
            cursor.execute("SELECT public_id, accessible, proposal_id, proposal_pi FROM ivoa.obscore")
            for public_id, accessible, proposal_id, pi in cursor.fetchall():
                rights = seen[public_id]
                assert accessible == may_read(caller, rights, now)
                number = rights.program_id
                assert proposal_id == (None if number is None else f"2014B-{number:04}")
                known = number is not None and may_know_program(caller, number, is_private=number == 2)
                assert pi == ("Who" if known else None)
            known_programs = {
                f"2014B-{number:04}"
                for number in PROGRAMS
                if may_know_program(caller, number, is_private=number == 2)
                or any(rights.program_id == number for rights in seen.values())
            }
            assert ids("SELECT propid FROM archive.programs") == sorted(known_programs)
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("TRUNCATE product, observation, program, hdu RESTART IDENTITY CASCADE")
    assert programs


@pytest.fixture
def hidden(database: Database) -> Database:
    """Give a catalogue of one public file, and one of another observation and program under embargo."""
    with database.begin() as uow:
        for name, release in (("open", NOW), ("secret", LATER)):
            program = make_program(uow.session, f"{name}-prop", is_metadata_private=True, pi=f"{name} pi")
            observation = make_observation(uow.session, f"{name}-obs", program_id=program.id)
            product = make_product(
                uow.session,
                name,
                program_id=program.id,
                observation_id=observation.id,
                metadata_release=release,
                data_release=release,
                target=f"{name} star",
                ra=10.0,
                dec=20.0,
                hpx29=5,
                t_min=57000.0,
            )
            make_hdu(uow.session, product, SECRET=name)
            make_collection(uow.session, f"{name}-set", product)
    return database


QUIET = [
    "SELECT count(*) - 1 FROM {table}",
    "SELECT count(*) FROM {table} WHERE {column} LIKE 'sec%'",
    "SELECT count(*) FROM {table} WHERE {column} = '{secret}'",
    "SELECT count(*) FROM {table} WHERE 1 / (CASE WHEN {column} = '{secret}' THEN 0 ELSE 1 END) = 2",
    "SELECT count(*) FROM {table} WHERE CAST(replace({column}, 'open', '1') AS text) = '{secret}'",
    "SELECT count(*) FROM {table} WHERE ln(CASE WHEN {column} LIKE 'secret%' THEN -1 ELSE 1 END) > 1",
    "SELECT count(*) FROM (SELECT 1) a WHERE EXISTS (SELECT 1 FROM {table} WHERE {column} LIKE 'secret%')",
    "SELECT count(*) FROM (VALUES ('{secret}')) u (x) JOIN {table} t ON t.{column} = u.x",
    (
        "SELECT count(*) FROM (VALUES ('{secret}')) u (x) JOIN {table} t"
        " ON 1 / (CASE WHEN t.{column} = u.x THEN 0 ELSE 1 END) = 2"
    ),
    (
        "SELECT count(*) - 1 FROM (SELECT {column} FROM {table} ORDER BY 1 / (CASE"
        " WHEN {column} = '{secret}' THEN 0 ELSE 1 END))"
        " t"
    ),
    (
        "SELECT count(*) - 1 FROM (SELECT {column} FROM {table} GROUP BY {column} HAVING"
        " min(1 / (CASE WHEN {column} = '{secret}' THEN 0 ELSE 1 END)) = 1) t"
    ),
    "SELECT count(*) FROM {table} WHERE {column} IN (SELECT t.{column} FROM {table} t WHERE t.{column} > 'p')",
    "SELECT count(max) FROM (SELECT max({column}) FROM {table} WHERE {column} >= 'p') t",
]


@pytest.mark.parametrize("query", QUIET)
@pytest.mark.parametrize(
    ("table", "column", "secret"),
    [
        ("ivoa.obscore", "obs_id", "secret-obs"),
        ("ivoa.obscore", "target_name", "secret star"),
        ("ivoa.obscore", "proposal_id", "secret-prop"),
        ("archive.files", "public_id", "secret"),
        ("archive.files", "propid", "secret-prop"),
        ("archive.observations", "obs_id", "secret-obs"),
        ("archive.hdus", "public_id", "secret"),
        ("archive.keywords", "content", "secret"),
        ("archive.programs", "propid", "secret-prop"),
        ("archive.collection_files", "public_id", "secret"),
    ],
)
def test_what_is_under_embargo_shows_in_no_clause(
    hidden: Database, query: str, table: str, column: str, secret: str
) -> None:
    assert told(hidden, query.format(table=table, column=column, secret=secret)) == [(0,)]


@pytest.mark.parametrize(
    "setting", ["enable_hashjoin", "enable_nestloop", "enable_mergejoin", "enable_indexscan", "enable_seqscan"]
)
def test_the_plan_makes_no_difference(hidden: Database, setting: str) -> None:
    query = (
        "SELECT o.obs_id FROM ivoa.obscore o JOIN archive.files f ON f.obs_id = o.obs_id JOIN archive.programs g"
        " ON g.propid = f.propid WHERE 1 / (CASE WHEN o.obs_id = 'secret-obs' OR g.propid = 'secret-prop' OR f.target"
        " = 'secret star' THEN 0 ELSE 1 END) = 1"
    )
    with asking(hidden) as cursor:
        cursor.execute(f"SET {setting} = off")
        cursor.execute(query)
        assert cursor.fetchall() == [("open-obs",)]


def test_who_has_the_right_is_told_and_errors_are_theirs(hidden: Database) -> None:
    staff = Caller(user_id=1, roles=frozenset({Role.OPERATOR}))
    assert told(hidden, "SELECT count(*) FROM ivoa.obscore", staff) == [(2,)]
    with pytest.raises(psycopg2.errors.DivisionByZero):
        told(hidden, QUIET[3].format(table="ivoa.obscore", column="obs_id", secret="secret-obs"), staff)
    without = Caller(user_id=1, roles=frozenset({Role.OPERATOR}), scopes=frozenset({Scope.READ_DATA}))
    assert told(hidden, "SELECT count(*) FROM ivoa.obscore", without) == [(1,)]


def test_programs_with_private_metadata_show_their_names_only(hidden: Database) -> None:
    assert told(hidden, "SELECT propid, pi_name FROM archive.programs") == [("open-prop", None)]
    with pytest.raises(psycopg2.errors.DivisionByZero):
        told(hidden, "SELECT 1 FROM ivoa.obscore WHERE 1 / (CASE WHEN proposal_pi IS NULL THEN 0 ELSE 1 END) = 1")


def test_published_columns_tell_of_the_archive(hidden: Database) -> None:
    row = told(hidden, "SELECT access_url, obs_publisher_did, data_rights, obs_collection FROM ivoa.obscore")[0]
    assert row == (
        "https://archive.example/data/open",
        "ivo://example.org/ct4m-decam?open",
        "public",
        "ct4m-decam",
    )
