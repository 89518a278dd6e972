# SPDX-License-Identifier: BSD-3-Clause
"""What a service needs of a queue."""

from typing import Protocol

__all__ = ["TaskQueue"]


class TaskQueue(Protocol):
    """Takes work by name.

    A task takes identifiers only and reads the state anew when it runs; it may run twice.
    Send after the commit, ``uow.after_commit(lambda: queue.send(PREVIEW, public_id))``,
    or a worker may look before there is anything to see.
    """

    def send(self, task_name: str, *args: int | str) -> None:
        """Put a task of `archive.queues.names` on its queue.

        Notes
        -----
        It does not fail when the broker is away: the work is in our tables, and the upkeep sends it anew.
        """
