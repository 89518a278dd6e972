"""The queue that works at once."""

import pytest

from archive.db.session import Database
from archive.queues import InlineQueue
from archive.queues.names import PREVIEW


def test_runs_what_it_is_sent() -> None:
    done: list[str] = []
    queue = InlineQueue({PREVIEW: done.append})
    queue.send(PREVIEW, "abc")
    assert done == ["abc"]
    assert queue.sent == [(PREVIEW, "abc")]


def test_unknown_task_is_refused() -> None:
    with pytest.raises(KeyError):
        InlineQueue().send("previews.maek", 1)


def test_sending_before_the_commit_fails_and_after_it_works(database: Database) -> None:
    queue = InlineQueue(is_transaction_open=database.is_in_transaction)
    with pytest.raises(RuntimeError, match="after_commit"), database.begin():
        queue.send(PREVIEW, "abc")
    assert queue.sent == []
    with database.begin() as uow:
        uow.after_commit(lambda: queue.send(PREVIEW, "abc"))
    assert queue.sent == [(PREVIEW, "abc")]
