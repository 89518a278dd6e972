"""All documents of a live archive, held against their schemas and by the validator of VOTables."""

import subprocess
from pathlib import Path

import pytest
import requests
from astropy.io import votable

from tests.conformance.archives import LiveArchive
from tests.support.requirements import program
from tests.support.xml import require_valid_xml

# What a caller may meet: a table of all types, with places and times, cut, empty, described only, and an error.
QUERIES = {
    "all columns": ({"QUERY": "SELECT * FROM ivoa.obscore"}, 200),
    "of files": ({"QUERY": "SELECT TOP 5 * FROM archive.files"}, 200),
    "shapes": ({"QUERY": "SELECT TOP 2 POINT(s_ra, s_dec) AS p, CIRCLE(s_ra, s_dec, 1) AS c FROM ivoa.obscore"}, 200),
    "cut": ({"QUERY": "SELECT obs_id FROM ivoa.obscore", "MAXREC": "3"}, 200),
    "empty": ({"QUERY": "SELECT * FROM ivoa.obscore WHERE s_ra > 400"}, 200),
    "described": ({"QUERY": "SELECT * FROM tap_schema.columns", "MAXREC": "0"}, 200),
    "two frames": ({"QUERY": "SELECT a.s_ra, b.s_ra, a.t_min FROM ivoa.obscore a JOIN ivoa.obscore b ON 1 = 1"}, 200),
    "a mistake": ({"QUERY": 'SELECT "<&é>" FROM ivoa.obscore'}, 400),
}


def votlint(body: bytes, folder: Path) -> list[str]:
    path = folder / "table.vot"
    path.write_bytes(body)
    command = [program("stilts"), "votlint", f"votable={path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("ERROR", "WARN", "INFO"))]


@pytest.mark.parametrize(
    ("name", "form"),
    [*((name, "votable") for name in QUERIES), ("all columns", "votable/td"), ("all columns", "votable/b")],
)
def test_votables_pass_votlint(live: LiveArchive, tmp_path: Path, name: str, form: str) -> None:
    asked, status = QUERIES[name]
    answer = requests.get(f"{live.url}/tap/sync", {**asked, "FORMAT": form}, timeout=60)
    assert answer.status_code == status
    assert votlint(answer.content, tmp_path) == []


def test_places_and_times_refer_to_their_frames(live: LiveArchive, tmp_path: Path) -> None:
    answer = requests.get(f"{live.url}/tap/sync", {"QUERY": "SELECT * FROM ivoa.obscore"}, timeout=60)
    path = tmp_path / "t.vot"
    path.write_bytes(answer.content)
    resource = votable.parse(path).resources[0]
    [sky] = resource.coordinate_systems
    [clock] = resource.time_systems
    refs = {field.name: field.ref for field in resource.tables[0].fields if field.ref}
    assert refs == {**dict.fromkeys(("s_ra", "s_dec", "s_region"), sky.ID), "t_min": clock.ID, "t_max": clock.ID}
    assert (sky.system, clock.timescale, clock.timeorigin) == ("ICRS", "UTC", "MJD-origin")


@pytest.mark.parametrize("path", ["capabilities", "availability", "tables", "tables/ivoa.obscore"])
def test_documents_of_the_service_are_valid(live: LiveArchive, tmp_path: Path, path: str) -> None:
    require_valid_xml(requests.get(f"{live.url}/tap/{path}", timeout=60).content, tmp_path)


def test_documents_of_jobs_are_valid(live: LiveArchive, tmp_path: Path) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {live.token}"
        for query, phase in (("SELECT obs_id FROM ivoa.obscore", "COMPLETED"), ("SELECT x FROM ivoa.obscore", "ERROR")):
            asked = {"QUERY": query, "PHASE": "RUN", "MAXREC": "3", "RUNID": "a&b"}
            job = session.post(f"{live.url}/tap/async", asked, timeout=60).url
            while session.get(f"{job}/phase", timeout=60).text in {"QUEUED", "EXECUTING"}:
                session.get(f"{job}?WAIT=20", timeout=60)
            document = session.get(job, timeout=60)
            assert f"<uws:phase>{phase}</uws:phase>" in document.text
            require_valid_xml(document.content, tmp_path)
        require_valid_xml(session.get(f"{live.url}/tap/async", timeout=60).content, tmp_path)
