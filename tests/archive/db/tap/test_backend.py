"""Queries on their way through PostgreSQL: with a caller's rights, and ended whenever somebody says so."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pytest
from sqlalchemy import text

from archive.db.session import Database
from archive.db.tap import BatchConnections, QuerySettings, TapBackend, TextConnections
from archive.db.tap.backend import BatchesRunning, CopyRunning
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.identity import Role, Scope
from tests.support.holdings import NOW, make_observation, make_product, make_program
from tests.support.processes import until
from tests.support.taprole import SITE
from vo.dali import CancelledError, DALIError, ServiceError, TooLargeError, UnavailableError, UsageError
from vo.tables import Door
from vo.tap import QueryTimeoutError, Statement

# The role has no generate_series.
NUMBERS = "WITH RECURSIVE t (n) AS (SELECT 1::bigint UNION ALL SELECT n + 1 FROM t WHERE n < {most}) SELECT n FROM t"
ENDLESS = Statement(NUMBERS.format(most=10**12), 60)
OTHERS = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
STAFF = Caller(user_id=1, username="op", roles=frozenset({Role.OPERATOR}))


@pytest.fixture
def backend(database: Database) -> Iterator[TapBackend]:
    settings = QuerySettings(database.url, connections=2)
    texts, batches = TextConnections(settings), BatchConnections(settings)
    yield TapBackend(texts=texts, batches=batches, site=SITE, clock=lambda: NOW)
    texts.dispose()
    batches.dispose()


def text_of(backend: TapBackend, sql: str, door: Door = Door.CSV, caller: Caller = ANONYMOUS) -> str:
    return b"".join(backend.copy(caller, Statement(sql, 30), door)).decode()


def table_of(backend: TapBackend, sql: str) -> pa.Table:
    return pa.Table.from_batches(list(backend.batches(ANONYMOUS, Statement(sql, 30))))


def running(backend: TapBackend, door: Door, statement: Statement) -> CopyRunning | BatchesRunning:
    if door is Door.BATCHES:
        return backend.batches(ANONYMOUS, statement)
    return backend.copy(ANONYMOUS, statement, door)


def busy(database: Database) -> int:
    """Count the statements of queries that are under way."""
    query = f"SELECT count(*) FROM {OTHERS} AND state = 'active' AND query LIKE '%RECURSIVE%'"
    with database.engine.connect() as connection:
        return int(connection.scalar(text(query)) or 0)


BOTH = pytest.mark.parametrize("door", [Door.TEXT, Door.BATCHES])


def test_rows_come_as_text_and_as_batches(backend: TapBackend) -> None:
    sql = "SELECT 1 AS a, 'é,\t\"x\"' AS b, NULL::float8 AS c"
    assert text_of(backend, sql) == '1,"é,\t""x""",\n'
    assert text_of(backend, sql, Door.TEXT) == '1\té,\\t"x"\t\\N\n'
    assert table_of(backend, sql).to_pylist() == [{"a": 1, "b": 'é,\t"x"', "c": None}]


@BOTH
def test_many_rows_come_in_pieces(backend: TapBackend, door: Door) -> None:
    pieces = list(running(backend, door, Statement(NUMBERS.format(most=300_000), 30)))
    assert len(pieces) > 1
    rows = sum(piece.count(b"\n") if isinstance(piece, bytes) else piece.num_rows for piece in pieces)
    assert rows == 300_000


def test_rows_are_those_of_the_caller(backend: TapBackend, database: Database) -> None:
    with database.begin() as uow:
        program = make_program(uow.session, "2014B-1")
        observation = make_observation(uow.session, "obs")
        for name, release in (("open", NOW), ("secret", None)):
            make_product(
                uow.session,
                name,
                program_id=program.id,
                observation_id=observation.id,
                metadata_release=release,
                data_release=release,
            )
    query = "SELECT public_id FROM ivoa.obscore ORDER BY 1"
    assert text_of(backend, query) == "open\n"
    assert text_of(backend, query, caller=STAFF) == "open\nsecret\n"
    # The connection is used again, and remembers nobody.
    assert text_of(backend, query) == "open\n"
    assert table_of(backend, query).to_pylist() == [{"public_id": "open"}]
    assert text_of(backend, "SELECT DISTINCT access_url FROM ivoa.obscore") == f"{SITE.base_url}/data/open\n"


@BOTH
@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("SELECT 1 / (n - n) FROM (VALUES (1)) AS t (n)", UsageError),
        ("SELECT CAST(x AS integer) FROM (VALUES ('abc')) AS t (x)", UsageError),
        ("SELECT * FROM public.account", ServiceError),
        ("SELECT pg_sleep(1)", ServiceError),
        ("SELECT set_config('archive.caller', '{}', true)", ServiceError),
    ],
)
def test_faults_are_told_in_our_words(backend: TapBackend, door: Door, sql: str, fault: type[DALIError]) -> None:
    with pytest.raises(fault) as caught:
        list(running(backend, door, Statement(sql, 30)))
    assert type(caught.value) is fault
    assert "permission" not in caught.value.message
    assert "abc" not in caught.value.message
    assert text_of(backend, "SELECT 1") == "1\n"


@BOTH
def test_nothing_can_be_written(backend: TapBackend, door: Door) -> None:
    with pytest.raises(DALIError):
        list(running(backend, door, Statement("SELECT lo_create(0)", 30)))


@BOTH
def test_a_query_ends_at_its_time(backend: TapBackend, door: Door) -> None:
    count = f"SELECT count(*) FROM ({ENDLESS.sql}) AS q"
    with pytest.raises(QueryTimeoutError, match=r"0\.2 s"):
        list(running(backend, door, Statement(count, 0.2)))


@BOTH
def test_a_query_is_cancelled_from_another_thread(backend: TapBackend, database: Database, door: Door) -> None:
    query = running(backend, door, Statement(f"SELECT count(*) FROM ({ENDLESS.sql}) AS q", 60))
    timer = threading.Timer(0.3, query.cancel)
    timer.start()
    with pytest.raises(CancelledError):
        list(query)
    until(lambda: busy(database) == 0)
    assert text_of(backend, "SELECT 1") == "1\n"


@BOTH
def test_a_query_ends_when_nobody_reads_on(backend: TapBackend, database: Database, door: Door) -> None:
    for _ in range(4):
        # More of them than there are connections: each gives its own back.
        rows = iter(running(backend, door, ENDLESS))
        assert next(rows)
        assert busy(database) == 1
        rows.close()  # type: ignore[attr-defined]
        until(lambda: busy(database) == 0)
    assert text_of(backend, "SELECT 1") == "1\n"
    assert table_of(backend, "SELECT 1 AS a").to_pylist() == [{"a": 1}]


@BOTH
def test_a_query_that_was_cancelled_before_it_began_does_not_begin(backend: TapBackend, door: Door) -> None:
    query = running(backend, door, ENDLESS)
    query.cancel()
    with pytest.raises(CancelledError):
        list(query)


@BOTH
def test_a_connection_that_was_cut_is_told_and_made_anew(backend: TapBackend, database: Database, door: Door) -> None:
    list(running(backend, door, Statement("SELECT 1", 30)))
    rows = iter(running(backend, door, ENDLESS))
    next(rows)
    _cut(database)
    with pytest.raises(UnavailableError):
        list(rows)
    assert len(list(running(backend, door, Statement("SELECT 1", 30)))) == 1
    _cut(database)
    assert len(list(running(backend, door, Statement("SELECT 1", 30)))) == 1


def _cut(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM {OTHERS}"))


def test_a_plan_tells_of_rows_and_scans(backend: TapBackend) -> None:
    plan = backend.explain(ANONYMOUS, Statement("SELECT * FROM tap_schema.tables", 30))
    assert [name for name, _ in plan.scans] == ["tables"]
    with pytest.raises(DALIError):
        backend.explain(ANONYMOUS, Statement("SELECT * FROM nowhere", 30))


@BOTH
def test_a_query_does_not_fill_the_disk(database: Database, door: Door) -> None:
    settings = QuerySettings(database.url, connections=1, work_mem="64kB", temp_files="1MB")
    texts, batches = TextConnections(settings), BatchConnections(settings)
    backend = TapBackend(texts=texts, batches=batches, site=SITE, clock=lambda: NOW)
    sorting = f"SELECT n FROM ({NUMBERS.format(most=200_000)}) AS t ORDER BY md5(n::text)"
    with pytest.raises(TooLargeError):
        list(running(backend, door, Statement(sorting, 60)))
    assert len(list(running(backend, door, Statement("SELECT 1", 60)))) == 1
    texts.dispose()
    batches.dispose()


def test_a_plan_that_rests_on_hidden_rows_is_for_those_who_know_them_all(backend: TapBackend) -> None:
    staff = Caller(user_id=1, username="op", roles=frozenset({Role.OPERATOR}))
    for caller, relation, is_told in (
        (ANONYMOUS, "ivoa.obscore", False),
        (ANONYMOUS, "archive.keywords", False),
        (ANONYMOUS, "archive.programs", False),
        (Caller(user_id=2, username="pi", programs=frozenset({1})), "ivoa.obscore", False),
        (replace(staff, scopes=frozenset({Scope.READ_DATA})), "ivoa.obscore", False),
        (staff, "ivoa.obscore", True),
        (ANONYMOUS, "archive.nights", True),
        (ANONYMOUS, "tap_schema.columns", True),
    ):
        plan = backend.explain(caller, Statement(f"SELECT count(*) FROM {relation}", 30))
        assert plan.is_told is is_told, (caller, relation)


def test_a_database_that_is_away_is_told() -> None:
    settings = QuerySettings("postgresql://nobody@127.0.0.1:9/none")
    away = TapBackend(texts=TextConnections(settings), batches=BatchConnections(settings), site=SITE, clock=lambda: NOW)
    for door in (Door.CSV, Door.BATCHES):
        with pytest.raises(UnavailableError):
            list(running(away, door, ENDLESS))
