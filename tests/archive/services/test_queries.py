"""The desk at which people ask: rows to look at, files, estimates, jobs, and refusals in the archive's words."""

from typing import BinaryIO

import pytest

from archive.domain.access import ANONYMOUS, Caller
from archive.domain.identity import Scope
from archive.errors import (
    ArchiveError,
    InvalidInputError,
    NotFoundError,
    QueryRefusedError,
    RateLimitedError,
    UnavailableError,
)
from archive.services.queries import LISTED_JOBS, Question
from archive.services.result_tables import SHOWN_ROWS
from tests.support.queries import QUERY, ROWS, QueryWorld
from vo.dali import DALIError, ServiceError
from vo.dali import NotFoundError as NotFoundFault
from vo.dali import UnavailableError as UnavailableFault
from vo.tables import FORMATS
from vo.uws import JobLimits, Phase

ADA = Caller(user_id=1, username="ada")
BOB = Caller(user_id=2, username="bob")


@pytest.fixture
def world() -> QueryWorld:
    return QueryWorld()


def ask(text: str = QUERY, form: str = "csv", most: int | None = None) -> Question:
    return Question(text, FORMATS[form], most)


def test_rows_are_shown_with_all_digits(world: QueryWorld) -> None:
    table = world.desk.show(ADA, ask())
    assert [field.name for field in table.fields] == ["obs_id", "s_ra", "access_url", "em_res"]
    assert table.fields[1].unit == "deg"
    assert table.rows[0] == ("obs-1", "10.6847", "https://archive.example/data/abc", "0.1")
    assert table.rows[1][1] is None
    assert not table.is_cut
    assert world.backend.memory.running[0].is_closed


def test_what_is_shown_is_cut_at_a_page_or_at_maxrec(world: QueryWorld) -> None:
    world.backend.memory.rows = [(f"o{number}", 1.0, None, None) for number in range(SHOWN_ROWS + 1)]
    table = world.desk.show(ANONYMOUS, ask(most=5000))
    assert (len(table.rows), table.is_cut) == (SHOWN_ROWS, True)
    world.backend.memory.rows.pop()
    table = world.desk.show(ANONYMOUS, ask())
    assert (len(table.rows), table.is_cut) == (SHOWN_ROWS, False)
    table = world.desk.show(ANONYMOUS, ask(most=3))
    assert (len(table.rows), table.is_cut) == (3, True)
    table = world.desk.show(ANONYMOUS, ask(most=0))
    assert (len(table.rows), len(table.fields)) == (0, 4)


def test_columns_of_one_name_are_both_shown(world: QueryWorld) -> None:
    table = world.desk.show(ADA, ask("SELECT a.obs_id, b.obs_id FROM ivoa.obscore AS a, ivoa.obscore AS b"))
    assert len(table.fields) == 2
    assert len(table.rows) == len(ROWS)


def test_rows_too_large_for_a_page_are_refused(world: QueryWorld) -> None:
    world.backend.memory.rows = [("x" * 1_000_000, 1.0, None, None)] * 20
    with pytest.raises(InvalidInputError, match="too large to be shown"):
        world.desk.show(ADA, ask())
    assert world.backend.memory.running[0].is_closed


def test_a_wrong_query_is_refused_with_its_place(world: QueryWorld) -> None:
    with pytest.raises(QueryRefusedError) as caught:
        world.desk.show(ADA, ask("SELECT obs_id\nFROM ivoa.obscor"))
    error = caught.value
    assert (error.line, error.status) == (2, 400)
    assert error.mark.splitlines()[1].strip() == "^" * len("ivoa.obscor")
    assert "ivoa.obscore" in error.message + error.suggestion


def test_tables_of_others_do_not_exist(world: QueryWorld) -> None:
    assert [schema.name for schema in world.desk.schemas(ADA)] == ["ivoa", "team"]
    assert [schema.name for schema in world.desk.schemas(BOB)] == ["ivoa"]
    with pytest.raises(QueryRefusedError):
        world.desk.show(BOB, ask("SELECT id FROM team.targets"))


@pytest.mark.parametrize("form", ["csv", "votable", "parquet", "json"])
def test_a_file_comes_whole_and_leaves_its_place(world: QueryWorld, form: str) -> None:
    answer = world.desk.download(ADA, ask(form=form))
    assert answer.media_type == FORMATS[form].media_type
    assert b"obs-1" in b"".join(answer) or form in {"votable", "parquet"}
    for _ in range(4):
        world.desk.download(ADA, ask(form=form)).close()
    assert all(running.is_closed for running in world.backend.memory.running)


def test_only_so_many_queries_at_a_time(world: QueryWorld) -> None:
    answers = [world.desk.download(ADA, ask()) for _ in range(2)]
    with pytest.raises(RateLimitedError) as caught:
        world.desk.show(ADA, ask())
    assert caught.value.retry_after > 0
    assert world.desk.start(ADA, ask()).phase is Phase.QUEUED, "a job needs no place"
    for answer in answers:
        answer.close()
    world.desk.show(ADA, ask())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(UnavailableFault("Not now."), UnavailableError), (ServiceError("Broken."), ArchiveError)],
)
def test_faults_are_told_in_our_words(world: QueryWorld, fault: DALIError, kind: type[ArchiveError]) -> None:
    world.backend.memory.failure = fault
    for act in (world.desk.show, world.desk.download):
        with pytest.raises(kind, match=fault.message):
            act(ADA, ask())
    world.backend.memory.failure = None
    assert world.desk.show(ADA, ask()).rows


def test_an_estimate_tells_rows_and_reasons(world: QueryWorld) -> None:
    estimate = world.desk.estimate(ADA, ask(most=10))
    assert (estimate.rows, estimate.matched, estimate.uses_index) == (10, 5000, True)


@pytest.mark.parametrize("form", ["votable", "votable/td", "votable_gzip", "csv", "tsv", "fits", "parquet"])
def test_a_job_runs_and_its_result_is_shown(world: QueryWorld, form: str) -> None:
    job = world.desk.start(ADA, ask(form=form, most=2))
    assert job.phase is Phase.QUEUED
    assert world.desk.result(ADA, job.job_id) is None
    world.work()
    assert world.desk.job(ADA, job.job_id).phase is Phase.COMPLETED
    table = world.desk.result(ADA, job.job_id)
    assert table is not None
    assert [row[0] for row in table.rows] == ["obs-1", "<script>alert(1)</script>"]
    assert table.rows[0][1] == "10.6847"
    assert table.rows[1][1] is None or form == "fits"


@pytest.mark.parametrize("form", ["html", "text", "json"])
def test_a_result_of_another_format_is_fetched_instead(world: QueryWorld, form: str) -> None:
    job = world.desk.start(ADA, ask(form=form))
    world.work()
    assert world.desk.result(ADA, job.job_id) is None


def test_a_job_whose_file_is_gone_can_still_be_looked_at(world: QueryWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    job = world.desk.start(ADA, ask())
    world.work()

    def gone(key: str) -> BinaryIO:
        raise NotFoundFault(f"{key} is no longer here.")

    monkeypatch.setattr(world.jobs.files, "open", gone)
    assert world.desk.result(ADA, job.job_id) is None
    assert world.desk.job(ADA, job.job_id).phase is Phase.COMPLETED


def test_of_a_long_result_the_first_rows_are_shown(world: QueryWorld) -> None:
    world.backend.memory.rows = [(f"o{number}", 1.0, None, None) for number in range(1000)]
    job = world.desk.start(ADA, ask(form="votable"))
    world.work()
    table = world.desk.result(ADA, job.job_id)
    assert table is not None
    assert (len(table.rows), table.is_cut) == (SHOWN_ROWS, True)
    assert table.rows[-1][0] == f"o{SHOWN_ROWS - 1}"


def test_a_wrong_query_makes_no_job(world: QueryWorld) -> None:
    with pytest.raises(QueryRefusedError):
        world.desk.start(ADA, ask("SELECT FROM"))
    assert world.desk.jobs(ADA) == []


def test_a_job_that_cannot_be_started_is_not_left_behind() -> None:
    world = QueryWorld(job_limits=JobLimits(active_per_owner=1))
    world.desk.start(ADA, ask())
    with pytest.raises(RateLimitedError):
        world.desk.start(ADA, ask())
    assert len(world.desk.jobs(ADA)) == 1


def test_jobs_are_their_owners(world: QueryWorld) -> None:
    token = Caller(user_id=1, username="ada", scopes=frozenset({Scope.READ_METADATA}))
    job = world.desk.start(ADA, ask())
    assert [each.job_id for each in world.desk.jobs(ADA)] == [job.job_id]
    for stranger in (BOB, ANONYMOUS, token):
        assert list(world.desk.jobs(stranger)) == []
        for act in (world.desk.job, world.desk.result, world.desk.abort, world.desk.delete):
            with pytest.raises(NotFoundError):
                act(stranger, job.job_id)
    world.desk.abort(ADA, job.job_id)
    assert world.desk.job(ADA, job.job_id).phase is Phase.ABORTED
    world.desk.delete(ADA, job.job_id)
    with pytest.raises(NotFoundError):
        world.desk.job(ADA, job.job_id)


def test_a_job_of_nobody_is_open_to_whoever_has_its_id(world: QueryWorld) -> None:
    job = world.desk.start(ANONYMOUS, ask())
    assert list(world.desk.jobs(ANONYMOUS)) == []
    assert world.desk.job(BOB, job.job_id).job_id == job.job_id


def test_only_the_newest_jobs_are_listed() -> None:
    world = QueryWorld(job_limits=JobLimits(active_per_owner=100))
    made = [world.desk.start(ADA, ask()).job_id for _ in range(LISTED_JOBS + 2)]
    assert {job.job_id for job in world.desk.jobs(ADA)} == set(made[2:])


def test_nothing_runs_while_a_wall_is_down(world: QueryWorld) -> None:
    world.fallen.append("a function")
    for act in (world.desk.show, world.desk.download, world.desk.estimate, world.desk.start):
        with pytest.raises(UnavailableError, match="for reasons of safety"):
            act(ADA, ask())
    assert world.backend.memory.statements == []
    assert list(world.desk.jobs(ADA)) == []
    world.fallen.clear()
    assert world.desk.show(ADA, ask()).rows
