"""How many statements a block sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from archive.db.session import Database

__all__ = ["statements"]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent within the block."""
    sent: list[str] = []

    def collect(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", collect)
