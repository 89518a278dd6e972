"""What a unit of work promises when the database is away or all its connections are in use."""

from contextlib import ExitStack

import pytest

from archive.db.session import Database
from archive.errors import UnavailableError


def test_too_many_at_once_are_told_to_come_back(database_url: str) -> None:
    busy = Database(database_url, pool_size=1, pool_timeout=0.2)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(busy.begin()).session.connection()
        with pytest.raises(UnavailableError, match="busy"), busy.begin() as uow:
            uow.session.connection()
    with busy.begin() as uow:
        assert not uow.session.connection().closed
    busy.dispose()


def test_a_database_that_is_away_is_unavailable() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    assert not away.is_alive()
    with pytest.raises(UnavailableError), away.begin() as uow:
        uow.session.connection()


def test_what_follows_runs_after_the_commit_or_not_at_all(database: Database) -> None:
    done: list[bool] = []
    with database.begin() as uow:
        uow.after_commit(lambda: done.append(database.is_in_transaction()))
        assert done == []
    assert done == [False]
    with pytest.raises(ZeroDivisionError):
        _fail_after_registering(database, done)
    assert done == [False]


def _fail_after_registering(database: Database, done: list[bool]) -> None:
    with database.begin() as uow:
        uow.after_commit(lambda: done.append(True))
        raise ZeroDivisionError
