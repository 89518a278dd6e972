"""What was tried as the role that runs queries, and does not work; and that a fallen wall is noticed."""

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from sqlalchemy import text

from archive.db.session import Database
from archive.db.tap import (
    BatchConnections,
    QuerySettings,
    TapBackend,
    TextConnections,
    fallen_walls,
    require_walls,
)
from archive.domain.access import ANONYMOUS
from archive.errors import ConfigError
from tests.support.holdings import NOW
from tests.support.taprole import SITE, asking, told
from vo.tables import Door
from vo.tap import Statement

DENIED = [
    "SELECT set_config('statement_timeout', '0', false)",
    "SELECT set_config('archive.caller', '{\"sees_all\": true}', false)",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT set_config('role', 'none', false)",
    "SELECT current_setting('archive.caller')",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "SELECT table_to_xml('product', true, true, '')",
    "SELECT database_to_xml(true, true, '')",
    "SELECT * FROM ts_stat('SELECT ''a b''::tsvector')",
    "SELECT pg_sleep(1)",
    "SELECT pg_sleep_for('1 s')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_xact_lock(1)",
    "SELECT pg_notify('queue', 'x')",
    "SELECT pg_cancel_backend(pg_backend_pid())",
    "SELECT pg_terminate_backend(1)",
    "SELECT lo_create(0)",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_get(1)",
    "SELECT txid_current()",
    "SELECT pg_export_snapshot()",
    "SELECT pg_logical_emit_message(false, 'a', 'b')",
    "SELECT repeat('a', 1000000000)",
    "SELECT lpad('a', 1000000000)",
    "SELECT * FROM generate_series(1, 1000000000000)",
    "SELECT * FROM generate_series(1, 2)",
    "SELECT format('%1000000000s', 'a')",
    "SELECT * FROM pg_show_all_settings()",
    "SELECT * FROM pg_lock_status()",
    "SELECT * FROM pg_cursor()",
    "SELECT * FROM pg_control_system()",
    "SELECT pg_get_userbyid(10)",
    "SELECT pg_get_constraintdef(1)",
    "SELECT pg_describe_object(1259, 1259, 0)",
    "SELECT current_query()",
    "SELECT inet_server_addr()",
    "SET temp_file_limit = -1",
    "SELECT * FROM generate_series(now(), now() + '1 year', '1 s')",
    "SELECT pg_total_relation_size('product')",
    "SELECT pg_get_viewdef('ivoa.obscore'::regclass)",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT * FROM pg_catalog.pg_user",
    "SELECT * FROM pg_class",
    "SELECT * FROM pg_namespace",
    "SELECT * FROM pg_roles",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_settings",
    "SELECT * FROM pg_stat_activity",
    "SELECT * FROM pg_stats",
    "SELECT * FROM information_schema.tables",
    "UPDATE pg_settings SET setting = '0' WHERE name = 'statement_timeout'",
    "SELECT * FROM product",
    "SELECT * FROM observation",
    "SELECT * FROM hdu",
    "SELECT * FROM footprint",
    "SELECT * FROM account",
    "SELECT * FROM token",
    "SELECT * FROM sky_footprints_filed('{1}', '{}', '{}')",
    "SELECT nextval('footprint_id_seq')",
    "CREATE TEMP TABLE mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE TABLE ivoa.mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "INSERT INTO tap_schema.schemas VALUES ('x')",
    "DELETE FROM tap_schema.columns",
    "DELETE FROM ivoa.obscore",
    "UPDATE archive.files SET obs_type = 'zero'",
    "COPY (SELECT 1) TO '/tmp/stolen'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$",
]


@pytest.mark.parametrize("attempt", DENIED)
def test_is_denied_even_where_writing_is_allowed(database: Database, attempt: str) -> None:
    denials = (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ObjectNotInPrerequisiteState)
    with asking(database, read_only=False) as cursor, pytest.raises(denials):
        cursor.execute(attempt)


def test_nothing_is_written_by_a_reader(database: Database) -> None:
    with asking(database) as cursor, pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute("CREATE TABLE public.mine (x int)")


def test_walls_stand_after_the_migrations(database: Database) -> None:
    assert fallen_walls(database) == []
    require_walls(database)


def test_what_finds_rows_by_text_may_use_an_index(database: Database) -> None:
    with database.engine.connect() as connection:
        marked = connection.scalars(
            text(
                "SELECT oid::regprocedure::text FROM pg_proc WHERE proleakproof AND proname IN ('lower', 'upper',"
                " 'textlike', 'texticlike', 'jsonb_contains', 'jsonb_path_exists', 'textcat') ORDER BY 1"
            )
        )
        assert marked.all() == ["jsonb_contains(jsonb,jsonb)", "lower(text)"]


@pytest.mark.parametrize(
    ("breach", "repair", "told_of"),
    [
        ("GRANT SELECT ON account TO archive_tap", "REVOKE SELECT ON account FROM archive_tap", "it can read account"),
        (
            "GRANT INSERT ON night TO archive_tap",
            "REVOKE INSERT ON night FROM archive_tap",
            "it can write to or make night",
        ),
        (
            "GRANT CREATE ON SCHEMA public TO archive_tap",
            "REVOKE CREATE ON SCHEMA public FROM archive_tap",
            "it can write to or make schema public",
        ),
        (
            "ALTER TABLE product DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE product ENABLE ROW LEVEL SECURITY",
            "the rows of product are not guarded",
        ),
        (
            "CREATE FUNCTION public.deputy() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "DROP FUNCTION public.deputy()",
            "it can call deputy()",
        ),
        (
            "GRANT EXECUTE ON FUNCTION set_config(text, text, boolean) TO archive_tap",
            "REVOKE EXECUTE ON FUNCTION set_config(text, text, boolean) FROM archive_tap",
            "it can call set_config(text,text,boolean)",
        ),
        (
            "GRANT SELECT ON pg_class TO archive_tap",
            "REVOKE SELECT ON pg_class FROM archive_tap",
            "it can read pg_class",
        ),
    ],
)
def test_a_wall_that_is_down_is_told(database: Database, breach: str, repair: str, told_of: str) -> None:
    with database.engine.begin() as connection:
        is_super = connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
        if not is_super and ("set_config" in breach or "pg_class" in breach):
            pytest.skip("only a superuser can take down this wall")
        connection.execute(text(breach))
    try:
        assert told_of in fallen_walls(database)
        with pytest.raises(ConfigError, match="not safe"):
            require_walls(database)
    finally:
        with database.engine.begin() as connection:
            connection.execute(text(repair))
    assert fallen_walls(database) == []


def test_a_role_that_is_not_there_or_rules_is_told(database: Database) -> None:
    assert fallen_walls(database, "nobody_of_this_name") == ["the role nobody_of_this_name does not exist"]
    with database.engine.connect() as connection:
        ruler = connection.scalar(text("SELECT current_user"))
    assert fallen_walls(database, str(ruler))


def test_what_is_published_is_there(database: Database) -> None:
    with database.engine.connect() as connection:
        views = connection.scalars(
            text(
                "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname IN ('ivoa', 'archive', 'tap_schema') AND c.relkind IN ('r', 'v')"
            )
        ).all()
    assert len(views) == 14
    for view in views:
        assert (told(database, f"SELECT count(*) FROM {view}") == [(0,)]) is not view.startswith("tap_schema")


def test_a_user_of_its_own_can_run_queries(database: Database) -> None:
    name = f"tap_user_{os.getpid()}"
    with database.engine.begin() as connection:
        if not connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            pytest.skip("only a superuser can let it read the names of types")
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'secret' IN ROLE archive_tap"))
        connection.execute(text(f"GRANT SELECT ON pg_type, pg_attribute TO {name}"))
    try:
        assert fallen_walls(database, name) == []
        parts = urlsplit(database.url)
        host = f"{name}:secret@{parts.hostname}:{parts.port}"
        settings = QuerySettings(urlunsplit(parts._replace(netloc=host)), role=None, connections=1)
        texts, batches = TextConnections(settings), BatchConnections(settings)
        backend = TapBackend(texts=texts, batches=batches, site=SITE, clock=lambda: NOW)
        statement = Statement("SELECT count(*) FROM ivoa.obscore", 10)
        assert b"".join(backend.copy(ANONYMOUS, statement, Door.CSV)) == b"0\n"
        assert [batch.to_pylist() for batch in backend.batches(ANONYMOUS, statement)] == [[{"count": 0}]]
        texts.dispose()
        batches.dispose()
    finally:
        with database.engine.begin() as connection:
            connection.execute(text(f"REVOKE SELECT ON pg_type, pg_attribute FROM {name}"))
            connection.execute(text(f"DROP ROLE {name}"))
