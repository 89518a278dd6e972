"""Work that outlives a request: it is sent by name, after the commit, and done by a worker."""

from archive.queues.inline import InlineQueue
from archive.queues.ports import TaskQueue

__all__ = ["InlineQueue", "TaskQueue"]
