import gc
import threading
import time
from collections.abc import Iterator

import pytest
import requests
from pyvo.dal import AsyncTAPJob, DALQueryError, DALServiceError, TAPService

from tests.support.jobs import JobWorld, ThreadQueue
from tests.support.vohttp import job_app, served
from vo.dali import Cancellation, UsageError
from vo.tables import write_error
from vo.uws import Job, JobAnswer, JobWaiting

# pyvo leaves the bodies of streamed answers unread and their sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


class Work:
    """Lasts until a test lets it end."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.cancelled = threading.Event()

    def __call__(self, job: Job, cancellation: Cancellation) -> JobAnswer:
        parameters = dict(job.parameters)
        if "nonsense" in parameters.get("QUERY", ""):
            raise UsageError("line 1, column 1: nonsense cannot stand here")
        while not self.may_end.wait(0.02):
            if cancellation.is_cancelled:
                self.cancelled.set()
                cancellation.check()
        return JobAnswer("application/x-votable+xml", "answer.vot", [write_error("").replace(b"ERROR", b"OK")])


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.may_end.set()


@pytest.fixture
def world(work: Work) -> Iterator[JobWorld]:
    queue = ThreadQueue()
    world = JobWorld(work=work, queue=queue)
    yield world
    work.may_end.set()
    queue.join()


@pytest.fixture
def url(world: JobWorld) -> Iterator[str]:
    waiting = JobWaiting(store=world.store, longest=600)
    with served(lambda base: job_app(world, f"{base}/tap", waiting)) as base:
        yield f"{base}/tap"
    gc.collect()


def session() -> requests.Session:
    made = requests.Session()
    made.headers["Authorization"] = "Bearer ada"
    return made


def test_a_job_is_waited_for_and_its_result_has_a_fixed_place(url: str, work: Work) -> None:
    with session() as http:
        job = AsyncTAPJob.create(url, "SELECT 1", session=http)
        assert job.phase == "PENDING"
        job.run()
        assert job.phase in {"QUEUED", "EXECUTING"}
        threading.Timer(0.4, work.may_end.set).start()
        job.wait(timeout=120)
        assert job.phase == "COMPLETED"
        assert job.result_uri == f"{url}/async/{job.job_id}/results/result"
        assert http.get(job.result_uri).status_code == 200
        job.raise_if_error()
        job.delete()
        assert http.get(f"{url}/async").text.count("jobref") == 0


def test_wait_is_answered_when_the_phase_changes(url: str, work: Work, world: JobWorld) -> None:
    with session() as http:
        job = AsyncTAPJob.create(url, "SELECT 1", session=http)
        job.run()
        while job.phase != "EXECUTING":
            time.sleep(0.01)
        looks = world.store.looks

        def end_when_waited_for() -> None:
            # The job itself is looked at too, as it runs.
            while world.store.looks < looks + 20:
                time.sleep(0.01)
            work.may_end.set()

        ending = threading.Thread(target=end_when_waited_for)
        ending.start()
        # Held back until the end of the job: nothing else ends it in the time that a test has.
        answer = http.get(f"{job.url}?WAIT=-1&PHASE=EXECUTING")
        ending.join()
        assert "<uws:phase>COMPLETED" in answer.text


def test_an_aborted_job_stops_its_work(url: str, work: Work) -> None:
    with session() as http:
        job = AsyncTAPJob.create(url, "SELECT 1", session=http)
        job.run()
        job.abort()
        assert job.phase == "ABORTED"
        with pytest.raises(DALServiceError, match="not active"):
            job.wait(timeout=120)
        # The work may not even have begun.
        time.sleep(0.2)
        assert not work.may_end.is_set()


def test_a_deleted_job_stops_its_work(url: str, work: Work, world: JobWorld) -> None:
    with session() as http:
        job = AsyncTAPJob.create(url, "SELECT 1", session=http)
        job.run()
        while job.phase != "EXECUTING":
            time.sleep(0.01)
        job.delete()
        assert work.cancelled.wait(120)
        assert isinstance(world.queue, ThreadQueue)
        world.queue.join()
        assert world.files.files == {}


def test_the_error_of_a_job_is_told(url: str) -> None:
    with session() as http:
        job = AsyncTAPJob.create(url, "nonsense", session=http)
        job.run().wait(timeout=120)
        with pytest.raises(DALQueryError, match="line 1, column 1: nonsense cannot stand here"):
            job.raise_if_error()
        with pytest.raises(DALQueryError, match="nonsense cannot stand here"):
            job.fetch_result()


def test_the_list_of_jobs(url: str, work: Work) -> None:
    work.may_end.set()
    with session() as http:
        service = TAPService(url, session=http)
        jobs = [AsyncTAPJob.create(url, "SELECT 1", session=http) for _ in range(3)]
        jobs[0].run().wait(timeout=120)
        assert {each.jobid for each in service.get_job_list()} == {each.job_id for each in jobs}
        assert [each.jobid for each in service.get_job_list(phases=["COMPLETED"])] == [jobs[0].job_id]
        assert [each.jobid for each in service.get_job_list(last=1)] == [jobs[2].job_id]
        assert service.get_job(jobs[0].job_id).phase == "COMPLETED"
    assert "jobref" not in requests.get(f"{url}/async", timeout=120).text
