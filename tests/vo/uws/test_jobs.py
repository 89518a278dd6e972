import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.jobs import JobWorld
from tests.support.time import StillClock
from vo.dali import Cancellation, ForbiddenError, NoRoomError, NotFoundError, TooManyError, UnavailableError, UsageError
from vo.uws import FINISHED, MOVES, Job, JobAnswer, JobLimits, JobQuery, JobRequest, JobWaiting, Phase

QUERY = JobRequest(parameters=(("QUERY", "SELECT 1"),))


def test_a_job_goes_its_way() -> None:
    clock = StillClock()
    world = JobWorld(clock=clock)
    job = world.service.create("ada", QUERY)
    assert job.phase is Phase.PENDING
    assert len(job.job_id) == 32
    assert world.service.run("ada", job.job_id).phase is Phase.QUEUED
    assert world.queue.sent == [job.job_id]
    clock.move(seconds=5)
    world.execution.execute(job.job_id)
    done = world.service.get("ada", job.job_id)
    assert done.phase is Phase.COMPLETED
    assert (done.started, done.ended) == (clock.now, clock.now)
    [result] = done.results
    assert (result.name, result.media_type, result.filename) == ("result", "text/plain", "answer.txt")
    assert world.service.open(result).read() == b"done " + job.job_id.encode()


def test_starting_twice_is_starting_once() -> None:
    world = JobWorld()
    job = world.service.create("ada", QUERY)
    for _ in range(3):
        assert world.service.run("ada", job.job_id).phase is Phase.QUEUED
    assert world.queue.sent == [job.job_id]
    world.execution.execute(job.job_id)
    world.execution.execute(job.job_id)
    assert world.service.run("ada", job.job_id).phase is Phase.COMPLETED
    assert len(world.files.files) == 1


def test_only_legal_moves_exist() -> None:
    world = JobWorld()
    job = world.service.create(None, QUERY)
    with pytest.raises(ValueError, match="cannot go from PENDING to EXECUTING"):
        job.begun(world.clock())
    assert not any(MOVES.get(phase) for phase in FINISHED)
    world.service.abort(None, job.job_id)
    with pytest.raises(ForbiddenError, match="aborted"):
        world.service.run(None, job.job_id)
    with pytest.raises(ForbiddenError, match="ABORTED"):
        world.service.add_parameters(None, job.job_id, QUERY)
    # Aborting what is over changes nothing.
    assert world.service.abort(None, job.job_id).phase is Phase.ABORTED


def test_another_callers_job_does_not_exist() -> None:
    world = JobWorld()
    job = world.service.create("ada", QUERY)
    service = world.service
    for owner in ("eve", None):
        for act in (service.get, service.run, service.abort, service.delete):
            with pytest.raises(NotFoundError):
                act(owner, job.job_id)
        with pytest.raises(NotFoundError):
            service.add_parameters(owner, job.job_id, QUERY)
        assert list(service.list(owner, JobQuery())) == []
    assert service.get("ada", job.job_id) == job
    # What nobody known made is open to whoever has its id, and in nobody's list.
    open_job = service.create(None, QUERY)
    assert service.get("eve", open_job.job_id) == open_job
    assert list(service.list(None, JobQuery())) == []


def test_lists_are_filtered() -> None:
    clock = StillClock()
    world = JobWorld(clock=clock)
    made = []
    for _ in range(4):
        made.append(world.service.create("ada", QUERY))
        clock.move(minutes=1)
    world.service.run("ada", made[0].job_id)
    world.service.abort("ada", made[1].job_id)

    def ids(query: JobQuery) -> list[str]:
        return [job.job_id for job in world.service.list("ada", query)]

    newest_first = [job.job_id for job in reversed(made)]
    assert ids(JobQuery()) == newest_first
    assert ids(JobQuery(last=2)) == newest_first[:2]
    assert ids(JobQuery(after=made[1].created)) == newest_first[:2]
    assert ids(JobQuery(phases=frozenset({Phase.QUEUED, Phase.ABORTED}))) == newest_first[2:]
    assert ids(JobQuery(phases=frozenset({Phase.ARCHIVED}))) == []


def test_parameters_are_replaced_and_uploads_come_together() -> None:
    world = JobWorld()
    job = world.service.create("ada", JobRequest(parameters=(("QUERY", "a"), ("UPLOAD", "t1,param:x"))))
    more = JobRequest(parameters=(("QUERY", "b"), ("UPLOAD", "t2,http://y/")), run_id="mine")
    changed = world.service.add_parameters("ada", job.job_id, more)
    assert changed.parameters == (("UPLOAD", "t1,param:x"), ("QUERY", "b"), ("UPLOAD", "t2,http://y/"))
    assert changed.run_id == "mine"


def test_time_limits_are_kept() -> None:
    clock = StillClock()
    limits = JobLimits(
        default_duration=60,
        hard_duration=600,
        default_retention=timedelta(days=1),
        hard_retention=timedelta(days=3),
    )
    world = JobWorld(limits=limits, clock=clock)
    job = world.service.create("ada", QUERY)
    assert (job.execution_duration, job.destruction) == (60, clock.now + timedelta(days=1))
    for asked, given in ((30, 30), (0, 600), (5000, 600)):
        assert world.service.set_duration("ada", job.job_id, asked).execution_duration == given
    for asked_days, given_days in ((2, 2), (99, 3), (-5, 0)):
        changed = world.service.set_destruction("ada", job.job_id, clock.now + timedelta(days=asked_days))
        assert changed.destruction == clock.now + timedelta(days=given_days)


def test_one_owner_has_so_many_under_way() -> None:
    world = JobWorld(limits=JobLimits(active_per_owner=2, active_anonymous=1))
    jobs = [world.service.create("ada", QUERY) for _ in range(3)]
    for job in jobs[:2]:
        world.service.run("ada", job.job_id)
    with pytest.raises(TooManyError, match="2 jobs") as told:
        world.service.run("ada", jobs[2].job_id)
    assert told.value.retry_after > 0
    world.execution.execute(jobs[0].job_id)
    assert world.service.run("ada", jobs[2].job_id).phase is Phase.QUEUED


def test_one_owner_keeps_so_much() -> None:
    world = JobWorld(limits=JobLimits(kept_bytes=5))
    part = world.service.keep("part", [b"12345"], "text/csv", "a.csv")
    first = world.service.create("ada", JobRequest(inputs=(part,)))
    waiting = world.service.create("ada", QUERY)
    acts: tuple[Callable[[], Job], ...] = (
        lambda: world.service.create("ada", JobRequest(inputs=(part,))),
        lambda: world.service.add_parameters("ada", waiting.job_id, JobRequest(inputs=(part,))),
        lambda: world.service.run("ada", waiting.job_id),
    )
    for act in acts:
        with pytest.raises(ForbiddenError, match=r"files of your jobs have .* GB.* delete jobs"):
            act()
    assert world.service.get("ada", waiting.job_id).phase is Phase.PENDING
    world.service.create("eve", JobRequest(inputs=(part,)))
    world.service.delete("ada", first.job_id)
    assert world.service.run("ada", waiting.job_id).phase is Phase.QUEUED


def test_a_failure_is_told_in_words_for_the_public(caplog: pytest.LogCaptureFixture) -> None:
    def fail(job: Job, cancellation: Cancellation) -> JobAnswer:
        if job.run_id == "usage":
            raise UsageError("QUERY is missing.")
        raise RuntimeError("password=hunter2")

    world = JobWorld(work=fail)
    usage = world.service.create("ada", JobRequest(run_id="usage"))
    secret = world.service.create("ada", JobRequest())
    for job in (usage, secret):
        world.service.run("ada", job.job_id)
        world.execution.execute(job.job_id)
    error = world.service.get("ada", usage.job_id).error
    assert error is not None
    assert (error.message, error.status, error.is_transient) == ("QUERY is missing.", 400, False)
    error = world.service.get("ada", secret.job_id).error
    assert error is not None
    assert error.status == 500
    assert "hunter2" not in error.message
    assert "hunter2" in caplog.text


def test_a_job_that_breaks_off_leaves_no_result() -> None:
    def break_off(job: Job, cancellation: Cancellation) -> JobAnswer:
        def chunks() -> object:
            yield b"half"
            raise NoRoomError("There is no room for the result.")

        return JobAnswer("text/csv", "x.csv", chunks())  # type: ignore[arg-type]

    world = JobWorld(work=break_off)
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)
    world.execution.execute(job.job_id)
    ended = world.service.get("ada", job.job_id)
    assert ended.phase is Phase.ERROR
    assert ended.error is not None
    assert ended.error.is_transient
    assert world.files.files == {}


@pytest.mark.parametrize("how", ["abort", "delete"])
def test_a_running_job_stops_when_it_is_not_wanted(how: str) -> None:
    world = JobWorld()

    def work(job: Job, cancellation: Cancellation) -> JobAnswer:
        getattr(world.service, how)("ada", job.job_id)
        for _ in range(500):
            if cancellation.is_cancelled:
                break
            time.sleep(0.01)
        cancellation.check()
        raise AssertionError("it was never told to stop")

    world.runner.work = work
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)
    world.execution.execute(job.job_id)
    kept = world.store.get(job.job_id)
    assert (kept.phase if kept else None) is (Phase.ABORTED if how == "abort" else None)
    assert world.files.files == {}


def test_the_result_of_a_job_that_is_gone_is_thrown_away() -> None:
    world = JobWorld()

    def work(job: Job, cancellation: Cancellation) -> JobAnswer:
        world.service.delete("ada", job.job_id)
        return JobAnswer("text/csv", "x.csv", [b"late"])

    world.runner.work = work
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)
    world.execution.execute(job.job_id)
    assert world.files.files == {}


def test_a_job_runs_no_longer_than_it_may() -> None:
    world = JobWorld(limits=JobLimits(default_duration=1))

    def work(job: Job, cancellation: Cancellation) -> JobAnswer:
        while not cancellation.is_cancelled:
            time.sleep(0.01)
        cancellation.check()
        raise AssertionError

    world.runner.work = work
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)
    world.execution.execute(job.job_id)
    error = world.service.get("ada", job.job_id).error
    assert error is not None
    assert "longer than its execution duration of 1 s" in error.message


def test_a_job_that_is_no_small_one_is_stopped_and_begins_anew_elsewhere() -> None:
    world = JobWorld()
    begun = []

    def work(job: Job, cancellation: Cancellation) -> JobAnswer:
        begun.append(job.attempt)
        while len(begun) == 1 and not cancellation.is_cancelled:
            time.sleep(0.01)
        cancellation.check()
        return JobAnswer("text/csv", "x.csv", [b"done"])

    world.runner.work = work
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)
    assert not world.execution.execute(job.job_id, within=0.05)
    waiting = world.service.get("ada", job.job_id)
    assert (waiting.phase, waiting.started, waiting.error) == (Phase.QUEUED, None, None)
    assert world.execution.execute(job.job_id)
    assert world.service.get("ada", job.job_id).phase is Phase.COMPLETED
    assert begun == [1, 2]
    assert world.execution.execute(job.job_id, within=60), "what is over need not be passed on"


def test_a_job_under_which_the_database_went_away_begins_anew_and_is_given_up_in_the_end() -> None:
    world = JobWorld()
    outages = [2]

    def work(job: Job, cancellation: Cancellation) -> JobAnswer:
        if outages[0]:
            outages[0] -= 1
            raise UnavailableError("The database does not answer.")
        return JobAnswer("text/csv", "x.csv", [b"done"])

    world.runner.work = work
    for most, phase in ((2, Phase.COMPLETED), (99, Phase.ERROR)):
        outages[0] = most
        job = world.service.create("ada", QUERY)
        world.service.run("ada", job.job_id)
        for _ in range(2):
            assert not world.execution.execute(job.job_id)
            assert world.service.get("ada", job.job_id).phase is Phase.QUEUED
        assert world.execution.execute(job.job_id)
        assert world.service.get("ada", job.job_id).phase is phase


@pytest.mark.parametrize("act", ["abort", "delete"])
def test_a_job_that_nobody_wants_is_not_passed_on(act: str) -> None:
    world = JobWorld()

    def work(job: Job, cancellation: Cancellation) -> JobAnswer:
        while not cancellation.is_cancelled:
            time.sleep(0.01)
        getattr(world.service, act)("ada", job.job_id)
        cancellation.check()
        raise AssertionError

    world.runner.work = work
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)
    assert world.execution.execute(job.job_id, within=0.05)


def test_a_dead_workers_job_is_done_by_another_and_given_up_in_the_end() -> None:
    clock = StillClock()
    world = JobWorld(clock=clock, limits=JobLimits(attempts=2))
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)

    def die() -> None:
        waiting = world.store.jobs[job.job_id]
        assert world.store.swap(waiting, waiting.begun(clock.now))

    die()
    assert world.upkeep.revive() == 0
    clock.move(minutes=5)
    assert world.upkeep.revive() == 1
    assert world.store.jobs[job.job_id].phase is Phase.QUEUED
    assert world.queue.sent == [job.job_id] * 2
    die()
    clock.move(minutes=5)
    world.upkeep.run()
    ended = world.store.jobs[job.job_id]
    assert ended.phase is Phase.ERROR
    assert ended.error is not None
    assert "begun 2 times" in ended.error.message


def test_a_worker_that_was_taken_for_dead_leaves_no_trace() -> None:
    clock = StillClock()
    world = JobWorld(clock=clock)

    def work(job: Job, cancellation: Cancellation) -> JobAnswer:
        if job.attempt == 1:
            clock.move(hours=1)
            world.store.beats[job.job_id] = job.created
            assert world.upkeep.revive() == 1
            world.execution.execute(job.job_id)
        return JobAnswer("text/plain", "x.txt", [b"attempt %d" % job.attempt])

    world.runner.work = work
    job = world.service.create("ada", QUERY)
    world.service.run("ada", job.job_id)
    world.execution.execute(job.job_id)
    [result] = world.service.get("ada", job.job_id).results
    assert world.service.open(result).read() == b"attempt 2"
    assert len(world.files.files) == 1


def test_a_lost_message_is_sent_again() -> None:
    class Deaf:
        def __init__(self) -> None:
            self.sent: list[str] = []

        def send(self, job_id: str) -> None:
            if not self.sent:
                self.sent.append("lost")
                raise UnavailableError("The broker is away.")
            self.sent.append(job_id)

    clock = StillClock()
    world = JobWorld(clock=clock, queue=Deaf())  # type: ignore[arg-type]
    job = world.service.create("ada", QUERY)
    assert world.service.run("ada", job.job_id).phase is Phase.QUEUED
    assert world.upkeep.resend() == 0
    clock.move(minutes=11)
    assert world.upkeep.resend() == 1
    assert world.upkeep.resend() == 0
    assert world.queue.sent == ["lost", job.job_id]


def test_destruction_takes_all_files() -> None:
    clock = StillClock()
    world = JobWorld(clock=clock)
    part = world.service.keep("p1", [b"<VOTABLE/>"], "application/x-votable+xml", "t.xml")
    job = world.service.create("ada", JobRequest(inputs=(part,)))
    world.service.run("ada", job.job_id)
    world.execution.execute(job.job_id)
    assert len(world.files.files) == 2
    assert world.upkeep.destroy() == 0
    clock.move(days=8)
    assert world.upkeep.destroy() == 1
    assert world.files.files == {}
    with pytest.raises(NotFoundError):
        world.service.get("ada", job.job_id)


class Time:
    """Passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events: dict[float, object] = {}

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_waiting_ends_with_the_phase_or_the_time() -> None:
    world = JobWorld()
    passed = Time()
    waiting = JobWaiting(store=world.store, longest=45, sleep=passed.sleep, monotonic=lambda: passed.now)
    job = world.service.create("ada", QUERY)
    waiting.wait(job, 5)
    assert passed.now == pytest.approx(5)
    passed.now = 0
    waiting.wait(job, -1)
    assert passed.now == pytest.approx(45)
    assert world.store.looks < 120
    passed.now = 0
    world.service.run("ada", job.job_id)
    waiting.wait(job, 30)
    assert passed.now == pytest.approx(0.05)
    waiting.wait(world.service.abort("ada", job.job_id), 30)
    assert passed.now == pytest.approx(0.05)


def test_who_finds_no_place_is_answered_at_once() -> None:
    world = JobWorld()
    passed = Time()
    job = world.service.create("ada", QUERY)

    def sleep(seconds: float) -> None:
        passed.sleep(seconds)
        before = passed.now
        waiting.wait(job, 20)
        assert passed.now == before

    waiting = JobWaiting(store=world.store, places=1, sleep=sleep, monotonic=lambda: passed.now)
    waiting.wait(job, 3)
    assert passed.now == pytest.approx(3)
