"""TAP of a live archive, asked by astroquery's TapPlus as its users do."""

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from astropy.table import Table

from tests.conformance.archives import COUNT, LiveArchive

# TapPlus leaves connections open, and its parsers warn of much.
pytestmark = pytest.mark.filterwarnings("ignore")

QUERY = "SELECT obs_id, s_ra, t_min FROM ivoa.obscore ORDER BY t_min"


@pytest.fixture
def service(live: LiveArchive) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        core = pytest.importorskip("astroquery.utils.tap.core")
    yield core.TapPlus(url=f"{live.url}/tap")
    gc.collect()


@pytest.mark.parametrize("form", ["votable", "votable_gzip", "csv", "json", "ecsv"])
def test_rows_come_in_each_form(service: Any, form: str) -> None:
    for launch in (service.launch_job, service.launch_job_async):
        found = launch(QUERY, output_format=form).get_results()
        assert list(found["obs_id"]) == [f"ct4m.{number}" for number in range(COUNT)]


def test_a_job_is_found_again_and_removed(service: Any, live: LiveArchive) -> None:
    made = service.launch_job_async(QUERY, background=True)
    assert made.jobid
    again = service.load_async_job(jobid=made.jobid)
    assert len(again.get_results()) == COUNT
    assert again.get_phase() == "COMPLETED"
    # Without a login there is no list; the job is known by its id alone.
    assert service.list_async_jobs() in (None, [])
    service.remove_jobs([made.jobid])
    assert requests.get(f"{live.url}/tap/async/{made.jobid}", timeout=120).status_code == 404
    with pytest.raises(requests.exceptions.HTTPError):
        service.remove_jobs(made.jobid)


def test_results_are_saved(service: Any, tmp_path: Path) -> None:
    job = service.launch_job_async(QUERY, output_file=str(tmp_path / "rows.vot"), dump_to_file=True)
    service.save_results(job)
    assert len(Table.read(tmp_path / "rows.vot", format="votable")) == COUNT


def test_a_table_is_brought_and_joined(service: Any, tmp_path: Path) -> None:
    path = tmp_path / "mine.xml"
    Table({"n": [1, 2], "obs": ["ct4m.7", "é"]}).write(path, format="votable")
    query = "SELECT u.n, o.obs_id FROM tap_upload.mine AS u JOIN ivoa.obscore AS o ON o.obs_id = u.obs"
    for launch in (service.launch_job, service.launch_job_async):
        found = launch(query, upload_resource=str(path), upload_table_name="mine").get_results()
        assert [(row["n"], row["obs_id"]) for row in found] == [(1, "ct4m.7")]


def test_what_is_wrong_is_shown(service: Any) -> None:
    for launch in (service.launch_job, service.launch_job_async):
        with pytest.raises(Exception, match="no column obsid"):
            launch("SELECT obsid FROM ivoa.obscore").get_results()


def test_what_only_its_own_servers_have_is_refused(service: Any) -> None:
    with pytest.raises(requests.exceptions.HTTPError):
        service.upload_table(upload_resource=Table({"n": [1]}), table_name="mine")
    with pytest.raises(requests.exceptions.HTTPError):
        service.delete_user_table(table_name="mine")
