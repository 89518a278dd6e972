"""What is wired from the settings, and given back."""

from sqlalchemy import text

from archive.bootstrap import Services
from archive.db.session import Database
from archive.domain.access import ANONYMOUS
from archive.services.queries import Question
from tests.support.processes import until
from vo.tables import FORMATS


def test_all_connections_are_given_back(services: Services, database: Database) -> None:
    before = others(database)
    query = "SELECT TOP 1 table_name FROM tap_schema.tables"
    for form in ("csv", "parquet"):
        assert b"".join(services.queries.download(ANONYMOUS, Question(query, FORMATS[form])))
    assert others(database) >= before + 4
    services.dispose()
    until(lambda: others(database) <= before, what="the end of the connections")


def others(database: Database) -> int:
    """Count the connections of clients other than the one that asks."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with database.engine.connect() as connection:
        return int(connection.scalar(text(query)) or 0)
