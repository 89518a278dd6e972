from datetime import UTC, datetime
from pathlib import Path

from tests.support.xml import parse_xml, require_valid_xml
from vo.uws import Job, JobError, JobFile, write_job, write_jobs, write_parameters, write_results

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://archive.example/tap/async/j1"
NAMES = {"uws": "http://www.ivoa.net/xml/UWS/v1.0", "xlink": "http://www.w3.org/1999/xlink"}
PART = JobFile("p 1", "k0", 10, "application/x-votable+xml", "t.xml")
RESULT = JobFile("result", "k1", 12, "text/csv", "x.csv", "OVERFLOW")
PENDING = Job("j1", None, NOW, NOW, 60)
FULL = Job(
    "j1",
    "ada <ada@example>",
    NOW,
    NOW,
    60,
    run_id="run & 1\x00",
    parameters=(("QUERY", "SELECT a\nFROM t WHERE b < 1"), ("UPLOAD", "t1,param:p 1")),
    inputs=(PART,),
)


def full_job() -> Job:
    return FULL.queued().begun(NOW).completed(NOW, RESULT)


def test_documents_are_valid(tmp_path: Path) -> None:
    failed = FULL.queued().begun(NOW).failed(NOW, JobError("line 1\n  ^"))
    for job in (PENDING, full_job(), failed):
        require_valid_xml(write_job(job, URL), tmp_path)
    require_valid_xml(write_jobs([PENDING, full_job()], "https://archive.example/tap/async"), tmp_path)
    require_valid_xml(write_jobs([], "https://archive.example/tap/async"), tmp_path)
    require_valid_xml(write_parameters(full_job(), URL), tmp_path)
    require_valid_xml(write_results(full_job(), URL), tmp_path)


def test_a_job_tells_all_of_itself_with_the_prefix_that_tapplus_reads() -> None:
    body = write_job(full_job(), URL)
    assert b"<uws:job " in body
    assert b"<uws:phase>COMPLETED</uws:phase>" in body
    root = parse_xml(body)
    assert root.get("version") == "1.1"
    found = {element.get("id"): element.text for element in root.iterfind(".//uws:parameter", NAMES)}
    assert found["QUERY"] == "SELECT a\nFROM t WHERE b < 1"
    assert found["p 1"] == f"{URL}/parameters/p%201"
    [result] = root.iterfind(".//uws:result", NAMES)
    assert result.get("{http://www.w3.org/1999/xlink}href") == f"{URL}/results/result"
    assert (result.get("size"), result.get("mime-type")) == ("12", "text/csv")
    assert root.findtext("uws:runId", namespaces=NAMES) == "run & 1\ufffd"
    assert root.findtext("uws:quote", namespaces=NAMES) == "2026-03-01T12:00:00.000Z"


def test_a_failed_job_says_why() -> None:
    failed = FULL.queued().begun(NOW).failed(NOW, JobError("no such table", is_transient=True))
    summary = parse_xml(write_job(failed, URL)).find("uws:errorSummary", NAMES)
    assert summary is not None
    assert summary.get("type") == "transient"
    assert summary.findtext("uws:message", namespaces=NAMES) == "no such table"


def test_the_list_shows_what_each_job_is() -> None:
    [entry] = parse_xml(write_jobs([full_job()], "https://x/async")).iterfind("uws:jobref", NAMES)
    assert entry.get("id") == "j1"
    assert entry.get("{http://www.w3.org/1999/xlink}href") == "https://x/async/j1"
    assert entry.findtext("uws:creationTime", namespaces=NAMES) == "2026-03-01T12:00:00.000Z"
