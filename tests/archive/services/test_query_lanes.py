"""Jobs in two lanes: small ones are never behind long ones, whatever was expected of them."""

import threading

import pytest

from archive.domain.access import ANONYMOUS
from archive.queues import InlineQueue
from archive.queues.names import LONG_QUERY
from archive.services.queries import Question
from archive.services.tap import QueryLanes
from tests.support.queries import QUERY, QueryWorld
from vo.tables import FORMATS
from vo.tap import Plan
from vo.uws import JobRequest, Phase

QUESTION = Question(QUERY, FORMATS["csv"])


@pytest.fixture
def world() -> QueryWorld:
    return QueryWorld()


@pytest.fixture
def passed_on() -> InlineQueue:
    return InlineQueue()


def lanes_of(world: QueryWorld, queue: InlineQueue, seconds: float = 60) -> QueryLanes:
    return QueryLanes(
        store=world.jobs.store, runner=world.runner, execution=world.jobs.execution, queue=queue, small_seconds=seconds
    )


def phase_of(world: QueryWorld, job_id: str) -> Phase:
    return world.desk.job(ANONYMOUS, job_id).phase


def test_what_is_small_is_done_at_once(world: QueryWorld, passed_on: InlineQueue) -> None:
    job = world.desk.start(ANONYMOUS, QUESTION).job_id
    lanes_of(world, passed_on).run(job)
    assert (phase_of(world, job), passed_on.sent) == (Phase.COMPLETED, [])
    lanes_of(world, passed_on).run(job)
    lanes_of(world, passed_on).run("of nobody")
    assert passed_on.sent == [], "what is over is passed to nobody"


def test_what_is_expected_to_be_long_is_passed_on_untouched(world: QueryWorld, passed_on: InlineQueue) -> None:
    world.backend.memory.plan = Plan(10, 7200.0)
    job = world.desk.start(ANONYMOUS, QUESTION).job_id
    lanes = lanes_of(world, passed_on)
    lanes.run(job)
    assert (phase_of(world, job), passed_on.sent) == (Phase.QUEUED, [(LONG_QUERY, job)])
    assert world.jobs.store.jobs[job].attempt == 0
    lanes.run_long(job)
    assert phase_of(world, job) is Phase.COMPLETED


def test_what_proves_to_be_long_is_passed_on(world: QueryWorld, passed_on: InlineQueue) -> None:
    world.backend.memory.delay = 600
    job = world.desk.start(ANONYMOUS, QUESTION).job_id
    lanes = lanes_of(world, passed_on, seconds=0.1)
    lanes.run(job)
    assert (phase_of(world, job), passed_on.sent) == (Phase.QUEUED, [(LONG_QUERY, job)])
    assert world.backend.memory.running[0].is_cancelled.is_set()
    world.backend.memory.delay = 0
    lanes.run_long(job)
    assert phase_of(world, job) is Phase.COMPLETED


def test_what_cannot_be_done_is_told_at_once(world: QueryWorld, passed_on: InlineQueue) -> None:
    asked = (("LANG", "ADQL"), ("QUERY", "SELECT nothing FROM nowhere"))
    job = world.jobs.service.create(None, JobRequest(asked)).job_id
    world.jobs.service.run(None, job)
    lanes_of(world, passed_on).run(job)
    assert (phase_of(world, job), passed_on.sent) == (Phase.ERROR, [])


def test_a_long_one_in_its_lane_is_stopped_by_its_owner_alone(world: QueryWorld, passed_on: InlineQueue) -> None:
    world.backend.memory.delay = 600
    job = world.desk.start(ANONYMOUS, QUESTION).job_id
    thread = threading.Thread(target=lanes_of(world, passed_on, seconds=0.01).run_long, args=[job])
    thread.start()
    while phase_of(world, job) is Phase.QUEUED:
        thread.join(0.01)
    thread.join(0.2)
    assert thread.is_alive()
    world.desk.abort(ANONYMOUS, job)
    thread.join()
    assert phase_of(world, job) is Phase.ABORTED
