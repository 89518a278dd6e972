# SPDX-License-Identifier: BSD-3-Clause
"""Alembic's entry: timeouts, and an advisory lock so that two starting nodes migrate one after the other."""

from alembic import context
from sqlalchemy import text

from archive.db.schema import Base

LOCK = 0x5DA_0001

connection = context.config.attributes["connection"]
connection.execute(text("SET lock_timeout = '30s'"))
connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
connection.commit()
try:
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
finally:
    connection.rollback()
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
    connection.commit()
