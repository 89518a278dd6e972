"""TAP of a live archive, asked by the clients that people use."""

import gc
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from astropy.table import Table
from pyvo.auth import AuthSession
from pyvo.dal import DALQueryError, TAPService

from archive.web.tap.examples import EXAMPLES
from tests.conformance.archives import COUNT, LiveArchive
from tests.support.requirements import program
from vo.tables import FORMATS

# pyvo leaves the bodies of streamed answers unread and their sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def service(live: LiveArchive) -> Iterator[TAPService]:
    yield TAPService(f"{live.url}/tap")
    gc.collect()


@pytest.fixture
def own_service(live: LiveArchive) -> Iterator[TAPService]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {live.token}"
        yield TAPService(f"{live.url}/tap", session=session)
    gc.collect()


def test_pyvo_counts_what_the_caller_may_know(service: TAPService, own_service: TAPService) -> None:
    query = "SELECT COUNT(*) AS n FROM ivoa.obscore"
    assert service.search(query)["n"][0] == COUNT
    assert own_service.search(query)["n"][0] == COUNT + 1


def test_pyvo_logs_in_by_what_the_capabilities_say(live: LiveArchive) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {live.token}"
        auth = AuthSession()
        auth.credentials.set("ivo://ivoa.net/sso#OAuth", session)
        service = TAPService(f"{live.url}/tap", session=auth)
        # Jobs lie below the base that the capabilities name, so that they are asked for with the token too.
        for run in (service.run_sync, service.run_async):
            assert run("SELECT COUNT(*) AS n FROM ivoa.obscore")["n"][0] == COUNT + 1
    gc.collect()


def test_pyvo_finds_where_the_data_are(service: TAPService) -> None:
    row = service.search("SELECT TOP 1 obs_id, access_url FROM ivoa.obscore")[0]
    assert row.getdataurl() == row["access_url"]
    assert "/data/p0" in row.getdataurl()


def test_pyvo_finds_by_place(service: TAPService) -> None:
    found = service.search(
        "SELECT obs_id, s_region, access_url FROM ivoa.obscore "
        "WHERE 1 = INTERSECTS(s_region, CIRCLE(10, 41, 0.12)) ORDER BY obs_id"
    )
    assert list(found["obs_id"]) == [f"ct4m.{number}" for number in range(6)]
    found = service.search("SELECT obs_id FROM ivoa.obscore WHERE DISTANCE(s_ra, s_dec, 10, 41) < 0.06 ORDER BY 1")
    assert list(found["obs_id"]) == ["ct4m.0", "ct4m.1"]


def test_pyvo_runs_a_job(service: TAPService, own_service: TAPService) -> None:
    job = service.run_async("SELECT obs_id, t_min FROM ivoa.obscore WHERE t_min < 57005 ORDER BY t_min")
    assert len(job) == 5
    job = own_service.submit_job("SELECT obs_id FROM ivoa.obscore", maxrec=3)
    assert [each.jobid for each in own_service.get_job_list()] == [job.job_id]
    job.run().wait(timeout=240)
    assert job.phase == "COMPLETED"
    assert len(job.fetch_result()) == 3
    assert service.get_job_list() == []
    job.delete()
    assert own_service.get_job_list() == []


def test_pyvo_uploads(service: TAPService) -> None:
    mine = Table({"name": ["a", "b", "é"], "ra": [10.0, 11.0, 200.0], "dec": [41.0, 41.0, 0.0]})
    found = service.search(
        "SELECT u.name, o.obs_id FROM TAP_UPLOAD.mine AS u JOIN ivoa.obscore AS o "
        "ON 1 = CONTAINS(POINT(u.ra, u.dec), o.s_region) WHERE o.t_min IN (57000, 57020) ORDER BY u.name",
        uploads={"mine": mine},
    )
    assert [(row["name"], row["obs_id"]) for row in found] == [("a", "ct4m.0"), ("b", "ct4m.20")]
    result = service.run_async("SELECT name FROM TAP_UPLOAD.mine WHERE dec = 0", uploads={"mine": mine})
    assert list(result["name"]) == ["é"]


def test_pyvo_is_told_what_is_wrong(service: TAPService) -> None:
    with pytest.raises(DALQueryError, match=r"(?s)line 1, column 8.*obs_id"):
        service.search("SELECT obsid FROM ivoa.obscore")
    with pytest.raises(DALQueryError, match="pg_user"):
        service.search("SELECT * FROM pg_catalog.pg_user")


def test_limits_are_told(service: TAPService) -> None:
    found = service.search("SELECT obs_id FROM ivoa.obscore", maxrec=COUNT)
    assert found.status[0] == "OK"
    found = service.search("SELECT obs_id FROM ivoa.obscore", maxrec=COUNT - 1)
    assert (len(found), found.status[0]) == (COUNT - 1, "OVERFLOW")


def test_pyvo_reads_the_schema(service: TAPService) -> None:
    tables = {table.name: table for table in service.tables.values()}
    assert {"ivoa.obscore", "tap_schema.columns", "archive.files"} <= set(tables)
    columns = {column.name for column in tables["ivoa.obscore"].columns}
    listed = service.search("SELECT column_name FROM tap_schema.columns WHERE table_name = 'ivoa.obscore'")
    assert set(listed["column_name"]) == columns


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.anchor)
def test_examples_run(service: TAPService, example: object) -> None:
    assert service.search(example.query).fieldnames  # type: ignore[attr-defined]


def test_examples_are_read_by_pyvo(service: TAPService) -> None:
    assert [example["QUERY"] for example in service.examples] == [example.query for example in EXAMPLES]


@pytest.mark.parametrize("form", FORMATS)
def test_all_formats_come(live: LiveArchive, form: str) -> None:
    query = "SELECT obs_id, s_ra, t_exptime, s_region, obs_release_date FROM ivoa.obscore"
    asked = {"QUERY": query, "LANG": "ADQL", "RESPONSEFORMAT": form}
    with requests.get(f"{live.url}/tap/sync", asked, stream=True, timeout=120) as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == FORMATS[form].media_type
        is_packed = form not in {"fits", "parquet", "votable_gzip"}
        assert answer.headers.get("Content-Encoding") == ("gzip" if is_packed else None)
        assert len(answer.content) > 1000


# Each with its reason; whatever else taplint finds is a fault of ours.
KNOWN = {
    "E-CAP-KEYX": "taplint of 3.4 is older than ADQL 2.1 and does not know its features-adql-conditional",
    "W-CAP-CULF": "it warns of each declared extension, which TAPRegExt 1.0 allows: CASE, CROSS JOIN, %, bitwise",
}


def test_taplint_finds_no_fault(live: LiveArchive, tmp_path: Path) -> None:
    stilts = program("stilts")
    stages = "TMV TME TMS TMC CPV CAP AVV QGE QPO QAS UWS MDQ OBS UPL EXA"
    command = [stilts, "taplint", f"tapurl={live.url}/tap", f"stages={stages}", "report=EWF", "maxrepeat=20"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, cwd=tmp_path, check=False)
    faults = [line for line in done.stdout.splitlines() if line[:2] in {"E-", "W-", "F-"}]
    assert [line for line in faults if line[:10] not in KNOWN] == [], done.stdout
