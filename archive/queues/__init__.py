"""Work that outlives a request: it is sent by name, after the commit, and done by a worker."""

from archive.queues.celery import CeleryQueue, make_celery
from archive.queues.inline import InlineQueue
from archive.queues.ports import TaskQueue

__all__ = ["CeleryQueue", "InlineQueue", "TaskQueue", "make_celery"]
