# SPDX-License-Identifier: BSD-3-Clause
"""Tasks sent through Celery, by name."""

import structlog
from celery import Celery
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError

from archive.queues import transport
from archive.queues.names import ROUTES

__all__ = ["CeleryQueue", "make_celery"]

_log = structlog.get_logger(__name__)
# Of a sender, which has something else to do; a worker waits for its broker as long as it takes.
_PATIENCE = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}


def make_celery(broker_url: str | None, database_url: str) -> Celery:
    """Make the Celery application that senders and workers share.

    Parameters
    ----------
    broker_url
        RabbitMQ or Redis; None for queues in the archive's own database.
    database_url
        Address of that database.
    """
    transport.install()
    app = Celery("archive", set_as_current=False)
    app.conf.update(
        broker_url=broker_url or f"{transport.SCHEME}://",
        broker_transport_options={} if broker_url else {"dsn": database_url, **_PATIENCE},
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_queues=[Queue(name, Exchange(name, type="direct"), routing_key=name) for name in set(ROUTES.values())],
        task_routes={task: {"queue": queue} for task, queue in ROUTES.items()},
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        # The result of a task is what it leaves in our tables.
        task_ignore_result=True,
        # A task is done when it has ended, not when it has begun: a lost worker's tasks run again.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # Libraries that read FITS are not free of leaks.
        worker_max_tasks_per_child=500,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=broker_url is not None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_publish_retry_policy=_PATIENCE,
    )
    return app


class CeleryQueue:
    """Sends tasks to the workers.

    Parameters
    ----------
    app
        As `make_celery` gives it.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send(self, task_name: str, *args: int | str) -> None:
        """Put a task on its queue.

        Notes
        -----
        A broker that does not answer is logged and not raised: what was committed stays committed,
        and the upkeep sends anew what nobody took.
        """
        try:
            self._app.send_task(task_name, args=args)
        except OperationalError as exc:
            _log.warning("the queue does not answer; the upkeep will send it", task=task_name, args=args, why=str(exc))
