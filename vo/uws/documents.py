# SPDX-License-Identifier: BSD-3-Clause
"""Jobs as XML (UWS 1.1 §2.2.2 and appendix B). Some clients look for the prefix ``uws:`` literally."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from vo.dali import format_time
from vo.dali.xml import add, start, to_bytes
from vo.uws.job import Job

__all__ = ["UWS_TYPE", "write_job", "write_jobs", "write_parameters", "write_results"]

UWS_TYPE = "text/xml; charset=utf-8"

_NAMESPACES = {
    "uws": "http://www.ivoa.net/xml/UWS/v1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_NIL = {"xsi:nil": "true"}


def write_jobs(jobs: Iterable[Job], url: str) -> bytes:
    """Write a list of jobs.

    Parameters
    ----------
    url
        Of the list, absolute.
    """
    root = _root("uws:jobs")
    for job in jobs:
        entry = add(root, "uws:jobref", None, {"id": job.job_id, "xlink:href": f"{url}/{job.job_id}"})
        add(entry, "uws:phase", job.phase)
        if job.run_id:
            add(entry, "uws:runId", job.run_id)
        if job.owner is not None:
            add(entry, "uws:ownerId", job.owner)
        add(entry, "uws:creationTime", format_time(job.created))
    return to_bytes(root)


def write_job(job: Job, url: str) -> bytes:
    """Write a job.

    Parameters
    ----------
    url
        Of the job, absolute.
    """
    root = _root("uws:job")
    add(root, "uws:jobId", job.job_id)
    if job.run_id:
        add(root, "uws:runId", job.run_id)
    add(root, "uws:ownerId", job.owner, _NIL if job.owner is None else None)
    add(root, "uws:phase", job.phase)
    _time(root, "uws:quote", job.quote if job.ended is None else job.ended)
    add(root, "uws:creationTime", format_time(job.created))
    _time(root, "uws:startTime", job.started)
    _time(root, "uws:endTime", job.ended)
    add(root, "uws:executionDuration", str(job.execution_duration))
    add(root, "uws:destruction", format_time(job.destruction))
    _parameters(add(root, "uws:parameters"), job, url)
    _results(add(root, "uws:results"), job, url)
    if job.error is not None:
        kind = "transient" if job.error.is_transient else "fatal"
        summary = add(root, "uws:errorSummary", None, {"type": kind, "hasDetail": "true"})
        add(summary, "uws:message", job.error.message)
    told = [file.status for file in job.results if file.status]
    if told:
        info = add(root, "uws:jobInfo")
        for status in told:
            add(info, "QUERY_STATUS", status)
    return to_bytes(root)


def write_parameters(job: Job, url: str) -> bytes:
    """Write a job's parameters."""
    root = start("uws:parameters", _NAMESPACES)
    _parameters(root, job, url)
    return to_bytes(root)


def write_results(job: Job, url: str) -> bytes:
    """Write the list of a job's results."""
    root = start("uws:results", _NAMESPACES)
    _results(root, job, url)
    return to_bytes(root)


def _root(tag: str) -> ET.Element:
    root = start(tag, _NAMESPACES)
    root.set("version", "1.1")
    return root


def _time(parent: ET.Element, tag: str, moment: datetime | None) -> None:
    if moment is None:
        add(parent, tag, None, _NIL)
    else:
        add(parent, tag, format_time(moment))


def _parameters(parent: ET.Element, job: Job, url: str) -> None:
    for name, value in job.parameters:
        add(parent, "uws:parameter", value, {"id": name})
    for file in job.inputs:
        attributes = {"id": file.name, "byReference": "true"}
        add(parent, "uws:parameter", f"{url}/parameters/{quote(file.name, safe='')}", attributes)


def _results(parent: ET.Element, job: Job, url: str) -> None:
    for file in job.results:
        attributes = {
            "id": file.name,
            "xlink:type": "simple",
            "xlink:href": f"{url}/results/{quote(file.name, safe='')}",
            "size": str(file.size),
            "mime-type": file.media_type,
        }
        add(parent, "uws:result", None, attributes)
