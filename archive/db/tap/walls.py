# SPDX-License-Identifier: BSD-3-Clause
"""Walls around the role that runs queries, behind the first one, which is the translator.

The translator lets through what it knows and nothing else. Should it fail, the role still has no
function by which to change settings, run text as SQL, wait, lock or write, and nothing to read but
what is published. Rights of PostgreSQL's own functions are those of one database and are lost when
it is made anew, so they are taken at each upgrade and looked at before queries are served.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from archive.db.session import Database
from archive.errors import ConfigError, UnavailableError

__all__ = ["GUARDED", "TAP_ROLE", "fallen_walls", "raise_walls", "require_walls", "wall_statement"]

TAP_ROLE = "archive_tap"
VIEWS_ROLE = "archive_views"

GUARDED = ("product", "observation", "hdu", "program")
"""Tables some of whose rows are hidden from most."""

# Patterns of LIKE for names of functions.
DANGEROUS = (
    # Settings: among them the time limit, and who calls.
    "set_config",
    "current_setting",
    # Text that is run as SQL.
    "query_to_xml%",
    "table_to_xml%",
    "schema_to_xml%",
    "database_to_xml%",
    "cursor_to_xml%",
    "ts_stat",
    "ts_rewrite",
    "dblink%",
    # Waiting, and stopping others.
    "pg_sleep%",
    "pg_advisory%",
    "pg_try_advisory%",
    "pg_cancel_backend",
    "pg_terminate_backend",
    "pg_notify",
    # Writing.
    "lo\\_%",
    "loread",
    "lowrite",
    "pg_logical_emit_message",
    "pg_export_snapshot",
    # Much out of nothing.
    "generate_series",
    "repeat",
    "lpad",
    "rpad",
    "format",
    # What the server has and does.
    "txid_%",
    "pg_current_snapshot",
    "pg_current_xact_id%",
    "pg_database_size",
    "pg_tablespace_size",
    "pg_relation_size",
    "pg_table_size",
    "pg_indexes_size",
    "pg_total_relation_size",
    "pg_stat_get_%",
    "pg_show_all%",
    "pg_lock_status",
    "pg_%blocking_pids",
    "pg_cursor",
    "pg_prepared_%",
    "pg_listening_channels",
    "pg_notification_queue_usage",
    "pg_control_%",
    "pg_relation_file%",
    "pg_tablespace_%",
    "pg_timezone_%",
    "pg_sequence_last_value",
    "pg_describe_object",
    "pg_identify_object%",
    "current_query",
    "inet_client_%",
    "inet_server_%",
    # How things are defined, and who there is.
    "pg_get_%def",
    "pg_get_%def\\_%",
    "pg_get_expr",
    "pg_get_function_%",
    "pg_get_userbyid",
    "pg_get_publication_tables",
    "pg_get_replication_%",
    "pg_read_%",
    "pg_ls_%",
    "pg_stat_file",
)

# What queries by text and by keyword are found by.
LEAKPROOF = ("pg_catalog.lower(text)", "pg_catalog.jsonb_contains(jsonb,jsonb)")

LOCK = 0x5DA_0801
# Rights taken from everybody are given back to those to whom the database belongs, who else could not look after it.
# Those of PostgreSQL's own functions are a superuser's to take; without one they are left, and told by the check.
_RAISE = """
DO $$
DECLARE
    found record;
    owner CONSTANT text := (SELECT quote_ident(r.rolname) FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
                            WHERE d.datname = current_database());
    keepers CONSTANT text := concat_ws(', ', owner, quote_ident(current_user), 'pg_monitor', {keepers});
    keeper text;
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    FOR found IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname LIKE ANY ({patterns})
        AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
    LOOP
        EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', found.signature);
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %s', found.signature, keepers);
    END LOOP;
    FOR found IN
        SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND c.relkind IN ('r', 'v')
        AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 0 AND a.privilege_type = 'SELECT')
    LOOP
        EXECUTE format('REVOKE SELECT ON %s FROM PUBLIC', found.name);
        EXECUTE format('GRANT SELECT ON %s TO %s', found.name, keepers);
    END LOOP;
    -- These tell nothing of a text or a header but what they give, and may find rows by an index before who asks is
    -- looked at. (LIKE may not: it fails on some texts.)
    FOR found IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc p
        WHERE p.oid = ANY (ARRAY[{leakproof}]::regprocedure[]) AND NOT p.proleakproof
    LOOP
        EXECUTE format('ALTER FUNCTION %s LEAKPROOF', found.signature);
    END LOOP;
    -- So that queries can be kept from filling the disk: only who has this right can set a limit, or lift it.
    FOREACH keeper IN ARRAY ARRAY[owner, {keepers}]::text[] LOOP
        IF keeper IS NOT NULL AND NOT has_parameter_privilege(trim('"' FROM keeper), 'temp_file_limit', 'SET') THEN
            EXECUTE format('GRANT SET ON PARAMETER temp_file_limit TO %s', keeper);
        END IF;
    END LOOP;
    -- Its rule calls set_config.
    REVOKE UPDATE ON pg_settings FROM PUBLIC;
END
$$
"""

_ROLE = """
SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication
FROM pg_roles r WHERE r.rolname = :role
"""
_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.proname LIKE ANY (:patterns) AND has_function_privilege(:role, p.oid, 'EXECUTE')
UNION ALL
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.prosecdef AND p.pronamespace <> 'tap_inner'::regnamespace AND has_function_privilege(:role, p.oid, 'EXECUTE')
ORDER BY 1
"""
# Upload spaces and catalogues are read by it too, and by others of its kind not at all.
_READABLE = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND has_table_privilege(:role, c.oid, 'SELECT')
AND n.nspname NOT IN ('ivoa', 'archive', 'catalogues', 'tap_schema', 'tap_inner')
AND n.nspname NOT LIKE 'tap\\_upload\\_%'
AND n.nspname NOT LIKE 'pg\\_toast%' AND NOT (:logs_in AND c.oid IN ('pg_type'::regclass, 'pg_attribute'::regclass))
ORDER BY 1
"""
_WRITABLE = """
SELECT c.oid::regclass::text FROM pg_class c
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
AND has_table_privilege(:role, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
UNION ALL
SELECT 'schema ' || n.nspname FROM pg_namespace n WHERE has_schema_privilege(:role, n.oid, 'CREATE')
UNION ALL
SELECT 'temporary tables' WHERE has_database_privilege(:role, current_database(), 'TEMP')
UNION ALL
SELECT 'the database' WHERE has_database_privilege(:role, current_database(), 'CREATE') ORDER BY 1
"""
_UNGUARDED = """
SELECT c.relname FROM pg_class c WHERE c.oid = ANY (CAST(:guarded AS regclass[]))
AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = 'r'))
UNION ALL
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_roles r ON r.oid = c.relowner
WHERE n.nspname IN ('ivoa', 'archive', 'tap_inner') AND c.relkind = 'v' AND r.rolname <> :views ORDER BY 1
"""


def wall_statement(keepers: Sequence[str] = ()) -> str:
    """Give the statement that takes from everybody the rights that queries must not have; it may be run again.

    Parameters
    ----------
    keepers
        Names of roles that keep the rights, beside the database's owner.
    """
    values = {
        "patterns": f"ARRAY[{', '.join(map(_literal, DANGEROUS))}]",
        "leakproof": ", ".join(map(_literal, LEAKPROOF)),
        "keepers": ", ".join(map(_literal, keepers)) or "NULL",
        "lock": str(LOCK),
    }
    statement = _RAISE
    for name, value in values.items():
        statement = statement.replace(f"{{{name}}}", value)
    return statement


def raise_walls(database: Database) -> None:
    """Take from everybody the rights that queries must not have, in a database that has the published views."""
    with database.engine.begin() as connection:
        if connection.scalar(text("SELECT to_regnamespace('tap_inner') IS NOT NULL")):
            connection.execute(text(wall_statement().replace(":", "\\:")))


def fallen_walls(database: Database, role: str = TAP_ROLE) -> list[str]:
    """Tell what the role could do that it must not, each in a few words; nothing if all is well.

    Parameters
    ----------
    role
        That runs queries. One that logs in by itself may read names of types, which ADBC asks for.
    """
    with database.engine.connect() as connection:
        found = connection.execute(text(_ROLE), {"role": role}).one_or_none()
        if found is None:
            return [f"the role {role} does not exist"]
        if any(found):
            return [f"the role {role} has rights over the whole server"]
        return [*_role_walls(connection, VIEWS_ROLE), *_walls(connection, role)]


def require_walls(database: Database, role: str = TAP_ROLE) -> None:
    """Check the walls before queries are served.

    Raises
    ------
    ConfigError
        One of them is down.
    UnavailableError
        The database does not answer.
    """
    try:
        fallen = fallen_walls(database, role)
    except OperationalError as exc:
        raise UnavailableError("The archive's database does not answer just now. Please try again.") from exc
    if fallen:
        more = f", and {len(fallen) - 5} more" if len(fallen) > 5 else ""
        raise ConfigError(
            f"Queries by TAP are not safe in this database and are not served: {'; '.join(fallen[:5])}{more}. "
            "Run 'archive db upgrade' once with ARCHIVE_DATABASE_URL naming a superuser, or have one run in this"
            " database what 'archive db walls' prints."
        )


def _role_walls(connection: Connection, role: str) -> list[str]:
    found = connection.execute(text(_ROLE), {"role": role}).one_or_none()
    return [f"the role {role} passes the rules about rows"] if found is None or any(found) else []


def _walls(connection: Connection, role: str) -> list[str]:
    def named(query: str) -> list[str]:
        values = {
            "role": role,
            "patterns": list(DANGEROUS),
            "views": VIEWS_ROLE,
            "guarded": list(GUARDED),
            "logs_in": role != TAP_ROLE,
        }
        return list(connection.scalars(text(query), values))

    says: tuple[tuple[str, Callable[[str], str]], ...] = (
        (_FUNCTIONS, lambda name: f"it can call {name}"),
        (_READABLE, lambda name: f"it can read {name}"),
        (_WRITABLE, lambda name: f"it can write to or make {name}"),
        (_UNGUARDED, lambda name: f"the rows of {name} are not guarded"),
    )
    return [say(name) for query, say in says for name in named(query)]


def _literal(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
