"""TAP of a live archive in bad times: long queries, killed processes, a full disk, clients that go away."""

import os
import resource
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from archive.db.session import Database
from archive.queues import CeleryQueue, make_celery
from archive.queues.names import UPKEEP
from tests.conformance.archives import LiveArchive, a_live_archive
from tests.support.live import served, working
from tests.support.postgres import empty
from tests.support.processes import descendants, until

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc"),
    pytest.mark.timeout(900),
]

SMALL = "SELECT COUNT(*) AS n FROM ivoa.obscore"
TABLES = ", ".join(f"tap_schema.columns AS {name}" for name in "abcdef")
# Hours, with one row in the end; and hours of rows.
LONG = f"SELECT COUNT(*) AS n FROM {TABLES}"
ROWS = f"SELECT a.description FROM {TABLES}"
PATIENCE = 180


class Site:
    """A live archive as its clients meet it, and what goes on behind."""

    def __init__(self, live: LiveArchive) -> None:
        self.live = live
        self.database = live.database
        self.results = Path(live.settings["ARCHIVE_HOME"]) / "results"

    def ask(
        self, query: str, *, known: bool = False, url: str | None = None, stream: bool = False
    ) -> requests.Response:
        # Compressed, hours of like rows would go into few bytes.
        headers = {"Accept-Encoding": "identity"}
        if known:
            headers["Authorization"] = f"Bearer {self.live.token}"
        asked = {"LANG": "ADQL", "QUERY": query, "RESPONSEFORMAT": "csv", "MAXREC": "1000000000"}
        return requests.post(
            f"{url or self.live.url}/tap/sync", data=asked, headers=headers, stream=stream, timeout=PATIENCE
        )

    def start(self, query: str, url: str | None = None, **more: str) -> str:
        """Start a job; give its address."""
        asked = {"LANG": "ADQL", "QUERY": query, "RESPONSEFORMAT": "csv", "PHASE": "RUN", **more}
        answer = requests.post(f"{url or self.live.url}/tap/async", data=asked, timeout=PATIENCE, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return f"{self.live.url}/tap/async/{answer.headers['Location'].rpartition('/')[2]}"

    def await_phase(self, job: str, *phases: str) -> None:
        until(lambda: told(f"{job}/phase") in phases, PATIENCE, f"the phase {phases} of {told(job)}")

    def await_running(self, count: int) -> None:
        until(lambda: self.running() == count, PATIENCE, f"{count} running statements instead of {self.running()}")

    def running(self) -> int:
        """Count the long statements under way."""
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND state = 'active' AND backend_type = 'client backend' AND query LIKE '%columns%columns%columns%'"
        )
        return int(self.sql(query))

    def sql(self, statement: str) -> int:
        with self.database.engine.begin() as connection:
            done = connection.execute(text(statement))
            return int(done.scalar() or 0) if done.returns_rows else done.rowcount

    def let_time_pass(self) -> None:
        """Make all that is noted lie ten minutes back, so that upkeep is due and who was silent is dead."""
        self.sql("UPDATE job SET started = started - interval '10 minutes', heard = heard - interval '10 minutes'")
        self.sql("DELETE FROM upkeep")

    def files(self) -> list[Path]:
        return [path for path in self.results.rglob("*") if path.is_file()]


def told(url: str) -> str:
    return requests.get(url, timeout=PATIENCE).text


def processes(command: str) -> list[int]:
    """Give our processes that run this command of the archive."""
    found = []
    for pid in descendants(os.getpid()):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if Path(f"/proc/{pid}").exists() else []
        if command.encode() in words:
            found.append(pid)
    return found


def kill(pids: Iterable[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def site(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database = Database(database_url)
    # One process with two places: one for any query, one for a small one.
    further = {"ARCHIVE_WEB_THREADS": "3", "ARCHIVE_TAP_SYNC_SECONDS": "5"}
    with a_live_archive(database, tmp_path_factory.mktemp("site"), further) as live:
        yield Site(live)
    empty(database)
    database.dispose()


@pytest.fixture(autouse=True)
def _quiet(site: Site) -> Iterator[None]:
    yield
    site.await_running(0)


def test_a_small_query_is_answered_beside_a_long_one(site: Site) -> None:
    with site.ask(ROWS, stream=True) as long:
        assert long.status_code == 200
        for _ in range(3):
            assert site.ask(SMALL, known=True).text == "n\n41\n"
            # Who stands still for long is let go.
            assert long.raw.read(4_000_000)
        for query, is_known in ((SMALL, False), (LONG, True)):
            refused = site.ask(query, known=is_known)
            assert refused.status_code == 429, "one caller has one place, and a long one finds none"
            assert int(refused.headers["Retry-After"]) > 0
            assert long.raw.read(4_000_000)
        assert site.running() == 1
    # The client has gone, and so must its query.
    site.await_running(0)
    until(lambda: site.ask(SMALL).status_code == 200, PATIENCE, "a free place")


def test_a_callers_queries_are_counted_over_all_processes_of_the_server(site: Site, tmp_path: Path) -> None:
    settings = {**site.live.settings, "ARCHIVE_WEB_THREADS": "4"}
    with served(settings, tmp_path / "log") as url:
        with site.ask(ROWS, url=url, stream=True) as long:
            assert long.status_code == 200
            assert {site.ask(SMALL, url=url).status_code for _ in range(8)} == {429}
            assert long.raw.read(4_000_000)
            assert {site.ask(SMALL, url=url, known=True).status_code for _ in range(8)} == {200}
        site.await_running(0)


def test_a_synchronous_query_ends_at_its_time(site: Site) -> None:
    late = site.ask(LONG)
    assert late.status_code == 400
    assert "no row within 5 s" in late.text
    site.await_running(0)


def test_a_small_job_is_done_while_long_ones_run_and_wait(site: Site) -> None:
    long = [site.start(LONG) for _ in range(2)]
    until(lambda: "EXECUTING" in {told(f"{job}/phase") for job in long}, PATIENCE, "a long job")
    for _ in range(2):
        small = site.start(SMALL)
        site.await_phase(small, "COMPLETED")
        assert told(f"{small}/results/result") == "n\n40\n"
    assert sorted(told(f"{job}/phase") for job in long) == ["EXECUTING", "QUEUED"]
    site.await_running(1)
    requests.post(f"{long[1]}/phase", data={"PHASE": "ABORT"}, timeout=PATIENCE, allow_redirects=False)
    requests.delete(long[0], timeout=PATIENCE, allow_redirects=False)
    assert told(f"{long[1]}/phase") == "ABORTED"
    assert requests.get(long[0], timeout=PATIENCE).status_code == 404
    site.await_running(0)


def test_a_job_ends_at_its_time_and_says_so(site: Site) -> None:
    job = site.start(LONG, EXECUTIONDURATION="1")
    site.await_phase(job, "ERROR")
    assert "execution duration of 1 s" in told(f"{job}/error")
    site.await_running(0)


def test_a_full_disk_ends_the_job_with_a_word_and_nothing_is_left(site: Site) -> None:
    before = set(site.files())
    query = "SELECT a.description, b.description FROM tap_schema.columns AS a, tap_schema.columns AS b"
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in processes("worker")}
    for pid, (_, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (100_000, hard))
    job = site.start(query, MAXREC="20000")
    site.await_phase(job, "ERROR")
    assert "no room" in told(f"{job}/error")
    assert set(site.files()) == before
    for pid, limit in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
    job = site.start(query, MAXREC="20000")
    site.await_phase(job, "COMPLETED")
    assert len(set(site.files()) - before) == 1
    # Its destruction takes the file and the row with it.
    requests.post(
        f"{job}/destruction", data={"DESTRUCTION": "2000-01-01T00:00:00Z"}, timeout=PATIENCE, allow_redirects=False
    )
    site.let_time_pass()
    CeleryQueue(make_celery(None, site.database.url)).send(UPKEEP)
    until(lambda: requests.get(job, timeout=PATIENCE).status_code == 404, PATIENCE, "the destruction")
    assert set(site.files()) == before


def test_a_job_goes_on_without_the_web_server_and_is_done_again_without_its_worker(site: Site, tmp_path: Path) -> None:
    others = set(processes("serve"))
    with served(site.live.settings, tmp_path / "web") as url:
        job = site.start(LONG, url)
        site.await_phase(job, "EXECUTING")
        site.await_running(1)
        kill(set(processes("serve")) - others)
    assert told(f"{job}/phase") == "EXECUTING"
    assert site.running() == 1
    kill(processes("worker"))
    # PostgreSQL itself notices that nobody wants the rows.
    site.await_running(0)
    assert told(f"{job}/phase") == "EXECUTING", "nobody could write down the end"
    site.let_time_pass()
    with working(site.live.settings, tmp_path / "worker"):
        site.await_running(1)
        assert site.sql("SELECT attempt FROM job WHERE phase = 'EXECUTING'") == 2
        requests.delete(job, timeout=PATIENCE, allow_redirects=False)
        site.await_running(0)
