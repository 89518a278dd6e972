# SPDX-License-Identifier: BSD-3-Clause
"""A queue that does the work at once, for tests and one-off commands."""

from collections.abc import Callable, Mapping

from archive.queues.names import ROUTES

__all__ = ["InlineQueue"]


class InlineQueue:
    """Runs a task in the caller's own thread.

    Parameters
    ----------
    tasks
        What to run under which name; a task that is not here is only noted in `sent`.
    is_transaction_open
        Tells whether the caller is inside a unit of work, as ``Database.is_in_transaction``
        does. Sending from there is a mistake that a real queue shows only now and then,
        when its worker is faster than the commit; here it always fails.
    """

    def __init__(
        self,
        tasks: Mapping[str, Callable[..., object]] | None = None,
        *,
        is_transaction_open: Callable[[], bool] = lambda: False,
    ) -> None:
        self._tasks = dict(tasks or {})
        self._is_transaction_open = is_transaction_open
        self.sent: list[tuple[str, *tuple[int | str, ...]]] = []

    def send(self, task_name: str, *args: int | str) -> None:
        """Note the task and run it.

        Raises
        ------
        RuntimeError
            It was sent before the commit.
        KeyError
            The name is not in `archive.queues.names`.
        """
        if self._is_transaction_open():
            raise RuntimeError(f"{task_name} was sent inside a transaction; use uow.after_commit")
        if task_name not in ROUTES:
            raise KeyError(task_name)
        self.sent.append((task_name, *args))
        if task_name in self._tasks:
            self._tasks[task_name](*args)
