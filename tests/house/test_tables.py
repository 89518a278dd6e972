"""The tables are as the migrations make them, and each column says what it is."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from archive.db.schema import Base, facts_of
from archive.db.session import Database

COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]


def test_models_equal_migrations(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_column_has_its_facts(column: object) -> None:
    known = facts_of(column)  # type: ignore[arg-type]
    assert known.label
    assert known.description.endswith(".")
    assert known.ucd, "each column has a UCD"
