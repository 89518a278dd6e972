"""Every queue name has a task, and every task a queue."""

from itertools import chain

from archive.bootstrap import Services
from archive.queues import make_celery
from archive.queues.names import LANES, ROUTES
from archive.tasks import install_tasks


def no_services() -> Services:
    raise AssertionError("nothing is built when tasks are registered")


def test_names_and_tasks_are_the_same() -> None:
    for _ in range(2):
        # Twice, because two applications in one process must not share their tasks.
        app = make_celery(None, "postgresql://localhost/none")
        install_tasks(app, no_services)
        assert {name for name in app.tasks if not name.startswith("celery.")} == set(ROUTES)


def test_a_worker_listens_to_every_queue() -> None:
    app = make_celery(None, "postgresql://localhost/none")
    assert {queue.name for queue in app.conf.task_queues} == set(ROUTES.values())
    assert sorted(chain.from_iterable(LANES.values())) == sorted(ROUTES.values())
