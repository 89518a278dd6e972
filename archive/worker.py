# SPDX-License-Identifier: BSD-3-Clause
"""The worker process: registers the tasks, and sends the upkeep its regular call."""

import logging
import warnings
from functools import cache
from itertools import chain
from typing import Any

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning
from celery.platforms import SecurityWarning
from celery.signals import worker_process_shutdown, worker_ready

from archive.bootstrap import Services, build_services
from archive.config import Config
from archive.errors import ConfigError
from archive.queues import CeleryQueue, make_celery
from archive.queues.names import LANES, UPKEEP
from archive.tasks import install_tasks

__all__ = ["create_worker", "work"]

# Every worker sends it; the upkeep claims each of its duties, so that each runs once.
UPKEEP_SECONDS = 60.0


def create_worker(config: Config) -> Celery:
    """Make the Celery application of a worker.

    Raises
    ------
    ConfigError
        No database is named.
    """
    if config.database.url is None:
        raise ConfigError("A worker needs the address of a database")

    @cache
    def services() -> Services:
        return build_services(config)

    def close(**_: object) -> None:
        if services.cache_info().currsize:
            services().dispose()

    app = make_celery(config.queue.broker_url, config.database.url)
    queue = CeleryQueue(app)
    install_tasks(app, services)

    def begin_upkeep(sender: Any, **_: object) -> None:  # noqa: ANN401 -- Celery's consumer
        if sender.app is not app:
            return
        # It is about a setting that we have made; Celery has it shown always as it starts.
        warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
        queue.send(UPKEEP)
        sender.timer.call_repeatedly(UPKEEP_SECONDS, queue.send, (UPKEEP,))

    worker_ready.connect(begin_upkeep, weak=False)
    worker_process_shutdown.connect(close, weak=False)
    return app


def work(config: Config, lane: str, processes: int) -> None:
    """Work until told to stop; running tasks are finished first.

    Parameters
    ----------
    lane
        Of `archive.queues.names.LANES`: whose queues tasks are taken from.
    processes
        Tasks done at the same time.
    """
    app = create_worker(config)
    # It is about pickled messages, which we neither send nor take.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    for chatty in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(chatty).setLevel(logging.DEBUG if config.log_level == "DEBUG" else logging.WARNING)
    options = {"-Q": ",".join(LANES[lane]), "-n": f"{lane}@%h", "-c": str(processes), "--loglevel": config.log_level}
    app.worker_main(["-q", "worker", *chain.from_iterable(options.items())])
