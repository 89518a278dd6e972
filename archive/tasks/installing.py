# SPDX-License-Identifier: BSD-3-Clause
"""Every task of the archive, put on one Celery application."""

from collections.abc import Callable

import structlog
from celery import Celery

from archive.bootstrap import Services
from archive.errors import UnavailableError
from archive.queues.names import LONG_QUERY, PREVIEW, QUERY, UPKEEP
from vo.dali import UnavailableError as UnavailableFault

__all__ = ["install_tasks"]

_log = structlog.get_logger(__name__)


def install_tasks(app: Celery, services: Callable[[], Services]) -> None:
    """Register all tasks.

    Parameters
    ----------
    services
        Gives the use cases of the process that runs the task; called by each task, so that
        nothing is built before a pool process has been forked.
    """

    def make_preview(public_id: str) -> None:
        services().previews.make(public_id)

    def run_query(job_id: str) -> None:
        services().tap.lanes.run(job_id)

    def run_long_query(job_id: str) -> None:
        services().tap.lanes.run_long(job_id)

    def run_upkeep() -> None:
        try:
            services().upkeep.run()
        except UnavailableError as exc:
            _log.warning("no upkeep now", why=exc.message)

    # A database that is away for a moment is no reason to give up.
    patience = {"autoretry_for": (UnavailableError, UnavailableFault), "retry_backoff": 5, "max_retries": 5}
    # Not shared: a second application in the same process has its own services.
    app.task(name=PREVIEW, shared=False, **patience)(make_preview)
    app.task(name=QUERY, shared=False, **patience)(run_query)
    app.task(name=LONG_QUERY, shared=False, **patience)(run_long_query)
    app.task(name=UPKEEP, shared=False)(run_upkeep)
