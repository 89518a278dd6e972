"""What every store of jobs has to hold to; each implementation runs these tests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from vo.uws import Job, JobError, JobFile, JobQuery, JobStore, Phase

__all__ = ["JobStoreContract", "job"]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILE = JobFile("p1", "key", 12, "text/csv", "x.csv")


def job(job_id: str, owner: str | None = "ada", created: datetime = NOW) -> Job:
    """Give a new job with something in each of its places."""
    return Job(
        job_id,
        owner,
        created,
        created + timedelta(days=7),
        600,
        run_id="mine",
        parameters=(("QUERY", "SELECT 'é\n'"), ("UPLOAD", "a,param:p1"), ("UPLOAD", "b,http://x/")),
        inputs=(FILE,),
    )


class JobStoreContract:
    """Inherit it with a fixture ``store``, a `JobStore` whose clock is the fixture ``clock``."""

    def test_a_job_is_kept_whole(self, store: JobStore) -> None:
        store.add(job("j1"))
        assert store.get("j1") == job("j1")
        assert store.get("j2") is None
        store.add(job("j2", owner=None))
        assert store.get("j2") == job("j2", owner=None)

    def test_each_change_is_kept_whole(self, store: JobStore) -> None:
        store.add(job("j1"))
        store.add(job("j2"))
        begun = [job(name).queued().begun(NOW) for name in ("j1", "j2")]
        for before, after in zip((job("j1"), job("j2")), begun, strict=True):
            assert store.swap(before, replace(after, version=before.version + 1))
        done = replace(begun[0], version=2).completed(NOW, replace(FILE, name="result", status="OVERFLOW"))
        failed = replace(begun[1], version=2).failed(NOW, JobError("line 1\n ^", 404, is_transient=True))
        assert store.swap(replace(begun[0], version=2), done)
        assert store.swap(replace(begun[1], version=2), failed)
        assert store.get("j1") == done
        assert store.get("j2") == failed

    def test_who_is_late_changes_nothing(self, store: JobStore) -> None:
        store.add(job("j1"))
        queued = job("j1").queued()
        assert store.swap(job("j1"), queued)
        assert not store.swap(job("j1"), job("j1").aborted(NOW))
        assert store.get("j1") == queued
        assert not store.swap(job("j9"), job("j9").queued())

    def test_a_status_is_what_is_needed_while_waiting(self, store: JobStore) -> None:
        store.add(job("j1"))
        status = store.status("j1")
        assert status is not None
        assert (status.owner, status.phase, status.version) == ("ada", Phase.PENDING, 1)
        assert store.status("j2") is None

    def test_a_deleted_job_is_gone(self, store: JobStore) -> None:
        store.add(job("j1"))
        store.delete("j1")
        store.delete("j1")
        assert store.get("j1") is None
        assert store.status("j1") is None

    def test_lists_show_an_owners_jobs_newest_first(self, store: JobStore) -> None:
        for number in range(4):
            store.add(job(f"j{number}", created=NOW + timedelta(minutes=number)))
        store.add(job("other", owner="eve"))
        store.add(job("nobodys", owner=None))
        store.swap(job("j0"), job("j0").queued())

        def ids(query: JobQuery) -> list[str]:
            return [found.job_id for found in store.find("ada", query)]

        assert ids(JobQuery()) == ["j3", "j2", "j1", "j0"]
        assert ids(JobQuery(last=2)) == ["j3", "j2"]
        assert ids(JobQuery(after=NOW + timedelta(minutes=1))) == ["j3", "j2"]
        assert ids(JobQuery(phases=frozenset({Phase.QUEUED}))) == ["j0"]
        assert ids(JobQuery(frozenset({Phase.QUEUED, Phase.PENDING}), NOW, 1)) == ["j3"]
        assert ids(JobQuery(phases=frozenset({Phase.ARCHIVED}))) == []

    def test_what_is_active_is_counted_by_owner(self, store: JobStore) -> None:
        for name, owner in (("j1", "ada"), ("j2", "ada"), ("j3", "ada"), ("j4", None)):
            store.add(job(name, owner))
            if name != "j3":
                store.swap(job(name, owner), job(name, owner).queued())
        assert (store.count_active("ada"), store.count_active(None), store.count_active("eve")) == (2, 1, 0)

    def test_what_is_kept_is_counted_by_owner(self, store: JobStore) -> None:
        file = JobFile("part", "key", 3_000_000_000, "text/csv", "a.csv")
        store.add(replace(job("j1"), inputs=(file, file)))
        store.add(replace(job("j2"), inputs=(), results=(file,)))
        store.add(replace(job("j3", owner=None), inputs=(file,)))
        counted = (store.count_bytes("ada"), store.count_bytes(None), store.count_bytes("eve"))
        assert counted == (9_000_000_000, 3_000_000_000, 0)

    def test_jobs_of_silent_workers_are_found(self, store: JobStore, clock: Callable[[], datetime]) -> None:
        store.add(job("j1"))
        queued = job("j1").queued()
        begun = queued.begun(clock())
        store.swap(job("j1"), queued)
        store.swap(queued, begun)
        later = clock() + timedelta(minutes=5)
        assert store.silent(clock() - timedelta(minutes=1), 10) == []
        assert [found.job_id for found in store.silent(later, 10)] == ["j1"]
        assert store.beat("j1", 1, later)
        assert store.get("j1") == begun
        assert list(store.silent(later, 10)) == []
        assert not store.beat("j1", 2, later)
        assert not store.beat("j9", 1, later)
        store.swap(begun, begun.aborted(clock()))
        assert not store.beat("j1", 1, later)
        assert list(store.silent(later + timedelta(days=1), 10)) == []

    def test_jobs_that_wait_for_long_and_those_that_are_due_are_found(
        self, store: JobStore, clock: Callable[[], datetime]
    ) -> None:
        for name in ("j1", "j2"):
            store.add(job(name))
        store.swap(job("j1"), job("j1").queued())
        assert list(store.forgotten(clock() - timedelta(minutes=1), 10)) == []
        assert [found.job_id for found in store.forgotten(clock() + timedelta(minutes=1), 10)] == ["j1"]
        assert list(store.expired(NOW + timedelta(days=6), 10)) == []
        assert {found.job_id for found in store.expired(NOW + timedelta(days=7), 10)} == {"j1", "j2"}
        assert len(store.expired(NOW + timedelta(days=7), 1)) == 1

    @pytest.mark.parametrize("job_id", ["", "' OR 1=1 --", "x" * 1000, "\x00"])
    def test_ids_that_never_were_are_not_found(self, store: JobStore, job_id: str) -> None:
        assert store.get(job_id) is None
        assert store.status(job_id) is None
        store.delete(job_id)
