"""Jobs in the database, driven by the library's own services."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.db.jobs import ServiceJobs
from archive.db.session import Database
from archive.domain.owners import covers
from archive.errors import NotFoundError
from archive.storage import LocalResultStore
from tests.support.jobs import MemoryQueue, Runner
from tests.support.time import StillClock
from vo.dali import NotFoundError as NoSuchJobError
from vo.dali import TooManyError, UnavailableError, UsageError
from vo.uws import Execution, Job, JobAnswer, JobLimits, JobQuery, JobRequest, JobService, JobUpkeep, Phase


class World:
    """All that jobs need, on a real database and a real disk."""

    def __init__(self, database: Database, folder: Path, clock: StillClock, service: str = "tap") -> None:
        self.clock = clock
        self.store = ServiceJobs(database=database, service=service, clock=clock)
        self.files = LocalResultStore(folder / "results")
        self.queue = MemoryQueue()
        self.runner = Runner(lambda job, _: JobAnswer("text/csv", "a.csv", [b"id\n", job.run_id.encode()]))
        limits = JobLimits(active_per_owner=2)
        self.service = JobService(store=self.store, queue=self.queue, files=self.files, limits=limits, clock=clock)
        self.execution = Execution(
            store=self.store, files=self.files, runner=self.runner, clock=clock, look_seconds=0.02, beat_seconds=0.05
        )
        self.upkeep = JobUpkeep(store=self.store, queue=self.queue, files=self.files, limits=limits, clock=clock)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def world(database: Database, tmp_path: Path, clock: StillClock) -> World:
    return World(database, tmp_path, clock)


def test_a_job_comes_back_as_it_was_stored(world: World) -> None:
    file = world.service.keep("part", [b"ra,dec\n"], "text/csv", "mine.csv")
    sent = JobRequest((("QUERY", "SELECT 'é'"), ("UPLOAD", "a,param:part"), ("UPLOAD", "b,http://x")), (file,), "run")
    job = world.service.create("ada", sent)
    assert world.service.get("ada", job.job_id) == job
    assert world.store.status(job.job_id) is not None
    with pytest.raises(NoSuchJobError):
        world.service.get("eve", job.job_id)


def test_a_job_runs_and_its_result_is_a_file(world: World) -> None:
    job = world.service.run("ada", world.service.create("ada", JobRequest(run_id="seven")).job_id)
    assert (job.phase, world.queue.sent) == (Phase.QUEUED, [job.job_id])
    world.execution.execute(job.job_id)
    world.execution.execute(job.job_id)
    done = world.service.get("ada", job.job_id)
    assert (done.phase, done.attempt) == (Phase.COMPLETED, 1)
    with world.service.open(done.results[0]) as file:
        assert file.read() == b"id\nseven"


def test_a_failure_is_kept_in_words_for_the_public(world: World) -> None:
    def fail(_: Job, __: object) -> JobAnswer:
        raise UsageError("column 3")

    world.runner.work = fail
    job = world.service.run(None, world.service.create(None, JobRequest()).job_id)
    world.execution.execute(job.job_id)
    failed = world.service.get(None, job.job_id)
    assert failed.phase is Phase.ERROR
    assert failed.error is not None
    assert failed.error.message == "column 3"


def test_lists_are_of_one_owner_and_one_service(world: World, database: Database, tmp_path: Path) -> None:
    first = world.service.create("ada", JobRequest())
    world.clock.now += timedelta(seconds=5)
    second = world.service.create("ada", JobRequest())
    world.service.create("eve", JobRequest())
    world.service.create(None, JobRequest())
    World(database, tmp_path, world.clock, "soda").service.create("ada", JobRequest())
    world.service.run("ada", second.job_id)

    def ids(query: JobQuery) -> list[str]:
        return [job.job_id for job in world.service.list("ada", query)]

    assert ids(JobQuery()) == [second.job_id, first.job_id]
    assert ids(JobQuery(phases=frozenset({Phase.PENDING}))) == [first.job_id]
    assert ids(JobQuery(last=1)) == [second.job_id]
    assert ids(JobQuery(after=first.created)) == [second.job_id]
    assert world.store.count_active("ada") == 1
    assert world.store.count_active(None) == 0


def test_a_person_has_the_jobs_of_all_tokens_and_a_token_its_own(world: World) -> None:
    names = ("ada", "ada;", "ada;read:metadata", "ada;read:data,read:metadata", "adam")
    made = {name: world.service.create(name, JobRequest()).job_id for name in names}
    service = JobService(
        store=world.store, queue=world.queue, files=world.files, limits=JobLimits(), clock=world.clock, covers=covers
    )
    for name in names:
        mine = {made[other] for other in names if other == name or (name == "ada" and other.startswith("ada;"))}
        assert {job.job_id for job in service.list(name, JobQuery())} == mine
        for job_id in made.values():
            if job_id in mine:
                assert service.get(name, job_id).job_id == job_id
            else:
                with pytest.raises(NoSuchJobError):
                    service.get(name, job_id)
    for name in ("ada;read:metadata", "ada;"):
        world.service.run(name, made[name])
    with pytest.raises(TooManyError):
        world.service.run("ada", made["ada"])


def test_of_many_who_change_a_version_one_succeeds(world: World) -> None:
    job = world.service.create("ada", JobRequest())
    changed = job.queued()
    won: list[bool] = []
    threads = [threading.Thread(target=lambda: won.append(world.store.swap(job, changed))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_what_a_dead_worker_left_is_begun_again(world: World) -> None:
    job = world.service.run("ada", world.service.create("ada", JobRequest()).job_id)
    begun = job.begun(world.clock())
    assert world.store.swap(job, begun)
    assert world.store.beat(job.job_id, 1, world.clock())
    assert not world.store.beat(job.job_id, 2, world.clock())
    assert world.upkeep.run() == 0
    world.clock.now += timedelta(minutes=3)
    assert world.upkeep.run() == 1
    assert world.service.get("ada", job.job_id).phase is Phase.QUEUED
    world.execution.execute(job.job_id)
    assert world.service.get("ada", job.job_id).attempt == 2


def test_what_was_lost_on_the_queue_is_sent_again(world: World) -> None:
    job = world.service.run("ada", world.service.create("ada", JobRequest()).job_id)
    world.clock.now += timedelta(minutes=11)
    assert world.upkeep.run() == 1
    assert world.queue.sent == [job.job_id] * 2


def test_a_job_goes_with_its_files_at_its_destruction(world: World) -> None:
    job = world.service.run("ada", world.service.create("ada", JobRequest()).job_id)
    world.execution.execute(job.job_id)
    file = world.service.get("ada", job.job_id).results[0]
    world.clock.now += timedelta(days=8)
    assert world.upkeep.run() == 1
    assert world.store.get(job.job_id) is None
    with pytest.raises(NotFoundError):
        world.files.open(file.key)


def test_a_database_that_is_away_is_told_in_the_words_of_the_library(tmp_path: Path, clock: StillClock) -> None:
    world = World(Database("postgresql://nobody@127.0.0.1:9/none"), tmp_path, clock)
    with pytest.raises(UnavailableError):
        world.service.create("ada", JobRequest())


def test_a_file_is_kept_wholly_or_not_at_all(tmp_path: Path) -> None:
    files = LocalResultStore(tmp_path)

    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        files.write(chunks())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(NotFoundError):
        files.open("../../etc/passwd")


KILLED = """
import os, sys, time
from pathlib import Path
from archive.storage import LocalResultStore
def chunks():
    yield b"half" * 10000
    print("half", flush=True)
    time.sleep(600)
LocalResultStore(Path(sys.argv[1])).write(chunks())
"""


def test_what_killed_workers_left_is_swept_and_what_belongs_to_jobs_is_not(world: World) -> None:
    folder = world.files._root
    kept = world.service.keep("part", [b"ra,dec"], "text/csv", "mine.csv")
    world.service.create("ada", JobRequest((), (kept,)))
    done = world.service.run(None, world.service.create(None, JobRequest()).job_id)
    world.execution.execute(done.job_id)
    forgotten = world.files.write([b"of nobody"])
    writers = [
        subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "half\n"
        writers[0].kill()
        writers[0].wait()
        assert world.files.sweep(world.store.file_keys, datetime.now(UTC) - timedelta(hours=1)) == 0
        assert world.files.sweep(world.store.file_keys, datetime.now(UTC) + timedelta(hours=1)) == 2
        with pytest.raises(NotFoundError):
            world.files.open(forgotten.key)
        for key in world.store.file_keys():
            world.files.open(key).close()
        assert len(list(folder.glob("??/*.part"))) == 1, "this one is being written"
        assert len(world.store.file_keys()) == 2
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
