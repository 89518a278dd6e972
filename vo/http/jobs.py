# SPDX-License-Identifier: BSD-3-Clause
"""The resources of jobs (UWS 1.1 §2.2), for any service that has some."""

from collections.abc import Callable
from typing import Generic, TypeVar

from flask import Blueprint, Response

from vo.dali import NotFoundError, Parameters, UsageError, format_time, parse_time
from vo.http.answers import ERROR_TYPE, document, file_answer, plain, see_other
from vo.http.requests import Sent, read_request
from vo.http.views import Guard, View, free
from vo.tables import write_error
from vo.uws import (
    UWS_TYPE,
    Job,
    JobFile,
    JobQuery,
    JobRequest,
    JobService,
    JobWaiting,
    Phase,
    write_job,
    write_jobs,
    write_parameters,
    write_results,
)

__all__ = ["JobResources"]

# These steer the job and are none of its parameters.
_CONTROL = frozenset({"PHASE", "RUNID", "EXECUTIONDURATION", "DESTRUCTION", "ACTION", "WAIT"})
_CHUNK = 1 << 16
_MOST_AT_ONCE = 1_000

C = TypeVar("C")


class JobResources(Generic[C]):
    """A list of jobs and all that hangs below it.

    Parameters
    ----------
    url
        Of the list, absolute.
    identify
        Gives who is calling.
    owner_of
        Gives the opaque name of a caller; None for nobody known.
    largest
        Bytes that a request may bring.
    """

    def __init__(
        self,
        *,
        url: str,
        jobs: JobService,
        waiting: JobWaiting,
        identify: Callable[[], C],
        owner_of: Callable[[C], str | None],
        largest: int,
    ) -> None:
        self._url = url
        self._jobs = jobs
        self._waiting = waiting
        self._identify = identify
        self._owner_of = owner_of
        self._largest = largest

    def mount(self, blueprint: Blueprint, path: str, guard: Guard) -> None:
        """Add all resources to a blueprint."""
        job = f"{path}/<job_id>"
        routes: list[tuple[str, str, View]] = [
            ("GET", path, self.list_jobs),
            ("POST", path, self.create),
            ("GET", job, self.show),
            ("POST", job, self.change),
            ("DELETE", job, self.delete),
            ("GET", f"{job}/phase", self.phase),
            ("POST", f"{job}/phase", self.set_phase),
            ("GET", f"{job}/executionduration", self.duration),
            ("POST", f"{job}/executionduration", self.change),
            ("GET", f"{job}/destruction", self.destruction),
            ("POST", f"{job}/destruction", self.change),
            ("GET", f"{job}/quote", self.quote),
            ("GET", f"{job}/owner", self.owner),
            ("GET", f"{job}/error", self.error),
            ("GET", f"{job}/parameters", self.parameters),
            ("POST", f"{job}/parameters", self.change),
            ("GET", f"{job}/parameters/<path:name>", self.parameter),
            ("GET", f"{job}/results", self.results),
            ("GET", f"{job}/results/<path:name>", self.result),
            # No standard has it; astroquery's TapPlus deletes jobs so.
            ("POST", f"{path.rpartition('/')[0]}/deletejobs", self.delete_several),
        ]
        for method, rule, view in routes:
            endpoint = f"{method.lower()}_{rule.replace('<path:', '').translate(_ENDPOINT)}"
            guarded = guard(free(view), changes=method != "GET")
            blueprint.add_url_rule(rule, endpoint, guarded, methods=[method], strict_slashes=False)

    def list_jobs(self) -> Response:
        """Show the caller's jobs."""
        asked = read_request(self._largest).parameters
        phases = frozenset(_phase(text) for text in asked.all("PHASE") if text)
        after = asked.one("AFTER")
        last = asked.count("LAST")
        if last == 0:
            raise UsageError("LAST must be a whole number, 1 or more.")
        query = JobQuery(phases, parse_time(after, "AFTER") if after else None, last)
        return document(write_jobs(self._jobs.list(self._owner(), query), self._url), UWS_TYPE)

    def create(self) -> Response:
        """Make a job, and start it if PHASE=RUN says so."""
        sent = read_request(self._largest)
        owner = self._owner()
        phase = sent.parameters.one("PHASE")
        if phase is not None and phase.upper() != "RUN":
            raise UsageError("PHASE of a new job can be RUN only.")
        job = self._with_inputs(sent, lambda made: self._jobs.create(owner, made))
        if phase is not None:
            try:
                self._jobs.run(owner, job.job_id)
            except Exception:
                self._jobs.delete(owner, job.job_id)
                raise
        return self._to(job.job_id)

    def show(self, job_id: str) -> Response:
        """Show a job; with WAIT, when it has moved."""
        asked = read_request(self._largest).parameters
        job = self._job(job_id)
        seconds = _wait(asked)
        phase = asked.one("PHASE")
        if seconds and (phase is None or _phase(phase) is job.phase):
            self._waiting.wait(job, seconds)
            job = self._job(job_id)
        return document(write_job(job, self._url_of(job_id)), UWS_TYPE)

    def change(self, job_id: str) -> Response:
        """Take whatever is posted to a job: parameters, limits, a phase, or that it be deleted."""
        sent = read_request(self._largest)
        action = sent.parameters.one("ACTION")
        if action is not None:
            if action.upper() != "DELETE":
                raise UsageError("ACTION can be DELETE only.")
            return self.delete(job_id)
        owner = self._owner()
        duration = sent.parameters.count("EXECUTIONDURATION")
        destruction = sent.parameters.one("DESTRUCTION")
        self._jobs.get(owner, job_id)
        if any(name not in _CONTROL for name, _ in sent.parameters) or "RUNID" in sent.parameters:
            self._with_inputs(sent, lambda made: self._jobs.add_parameters(owner, job_id, made))
        if duration is not None:
            self._jobs.set_duration(owner, job_id, duration)
        if destruction is not None:
            self._jobs.set_destruction(owner, job_id, parse_time(destruction, "DESTRUCTION"))
        if "PHASE" in sent.parameters:
            return self._move(job_id, sent.parameters)
        return self._to(job_id)

    def set_phase(self, job_id: str) -> Response:
        """Start or stop a job."""
        return self._move(job_id, read_request(self._largest).parameters)

    def delete(self, job_id: str) -> Response:
        """Remove a job."""
        self._jobs.delete(self._owner(), job_id)
        return see_other(self._url)

    def delete_several(self) -> Response:
        """Remove all jobs that JOB_IDS names, or none if one of them is not there."""
        sent = read_request(self._largest).parameters
        ids = [each.strip() for text in sent.all("JOB_IDS") for each in text.split(",") if each.strip()]
        if not 1 <= len(ids) <= _MOST_AT_ONCE:
            raise UsageError(f"JOB_IDS names the jobs to be deleted, with commas between; {_MOST_AT_ONCE} at most.")
        owner = self._owner()
        for job_id in ids:
            self._jobs.get(owner, job_id)
        for job_id in dict.fromkeys(ids):
            self._jobs.delete(owner, job_id)
        return plain(f"Deleted: {', '.join(ids)}\n")

    def phase(self, job_id: str) -> Response:
        """Tell the phase."""
        return plain(self._job(job_id).phase)

    def duration(self, job_id: str) -> Response:
        """Tell how long the job may run."""
        return plain(str(self._job(job_id).execution_duration))

    def destruction(self, job_id: str) -> Response:
        """Tell when the job goes."""
        return plain(format_time(self._job(job_id).destruction))

    def quote(self, job_id: str) -> Response:
        """Tell when the job will be done, if that can be said."""
        quote = self._job(job_id).quote
        return plain(format_time(quote) if quote else "")

    def owner(self, job_id: str) -> Response:
        """Tell whose the job is."""
        return plain(self._job(job_id).owner or "")

    def error(self, job_id: str) -> Response:
        """Tell why the job failed; this is an answer like any other (TAP 1.1 §3.3)."""
        error = self._job(job_id).error
        return document(write_error(error.message), ERROR_TYPE) if error else plain("")

    def parameters(self, job_id: str) -> Response:
        """Show the parameters."""
        return document(write_parameters(self._job(job_id), self._url_of(job_id)), UWS_TYPE)

    def parameter(self, job_id: str, name: str) -> Response:
        """Give a file that came with the job, or the value of a parameter."""
        job = self._job(job_id)
        file = next((each for each in job.inputs if each.name == name), None)
        if file is not None:
            # What somebody sent is never shown as a page of ours.
            return self._file(job, file, "application/octet-stream")
        values = [value for other, value in job.parameters if other == name.upper()]
        if not values:
            raise NotFoundError("The job has no such parameter.")
        return plain("\n".join(values))

    def results(self, job_id: str) -> Response:
        """List the results."""
        return document(write_results(self._job(job_id), self._url_of(job_id)), UWS_TYPE)

    def result(self, job_id: str, name: str) -> Response:
        """Give a result; for a job that failed the error, with its status."""
        job = self._job(job_id)
        file = next((each for each in job.results if each.name == name), None)
        if file is not None:
            answer = self._file(job, file, file.media_type)
            if file.status:
                # For forms that have no place for it, such as CSV.
                answer.headers["X-VO-Query-Status"] = file.status
            return answer
        if job.error is not None and name == "result":
            return Response(write_error(job.error.message), job.error.status, content_type=ERROR_TYPE)
        raise NotFoundError(f"The job is {job.phase} and has no such result.")

    def _move(self, job_id: str, asked: Parameters) -> Response:
        move = {"RUN": self._jobs.run, "ABORT": self._jobs.abort}.get((asked.one("PHASE") or "").upper())
        if move is None:
            raise UsageError("PHASE must be RUN or ABORT.")
        move(self._owner(), job_id)
        return self._to(job_id)

    def _with_inputs(self, sent: Sent, use: Callable[[JobRequest], Job]) -> Job:
        """Store what came with a request, and throw it away again if nobody wants it."""
        parts = {part.name: part for _, part in sent.uploads() if part is not None}
        kept: list[JobFile] = []
        try:
            for part in parts.values():
                chunks = iter(lambda stream=part.stream: stream.read(_CHUNK), b"")  # type: ignore[misc]
                kept.append(self._jobs.keep(part.name, chunks, part.media_type, part.filename))
            return use(_job_request(sent.parameters, tuple(kept)))
        except Exception:
            for file in kept:
                self._jobs.discard(file)
            raise

    def _file(self, job: Job, file: JobFile, media_type: str) -> Response:
        etag = f"{job.job_id}-{file.name.encode().hex()}"
        return file_answer(self._jobs.open(file), file.size, media_type, file.filename, etag)

    def _job(self, job_id: str) -> Job:
        return self._jobs.get(self._owner(), job_id)

    def _owner(self) -> str | None:
        return self._owner_of(self._identify())

    def _url_of(self, job_id: str) -> str:
        return f"{self._url}/{job_id}"

    def _to(self, job_id: str) -> Response:
        return see_other(self._url_of(job_id))


_ENDPOINT = {ord(char): "_" for char in "/<>:.\"'\\\n\r\t "}


def _job_request(sent: Parameters, inputs: tuple[JobFile, ...]) -> JobRequest:
    files = {file.name.upper() for file in inputs}
    destruction = sent.one("DESTRUCTION")
    run_id = sent.one("RUNID") or ""
    if len(run_id) > 64:
        raise UsageError("RUNID has 64 characters at most.")
    return JobRequest(
        parameters=tuple((name, value) for name, value in sent if name not in _CONTROL and name not in files),
        inputs=inputs,
        run_id=run_id,
        execution_duration=sent.count("EXECUTIONDURATION"),
        destruction=parse_time(destruction, "DESTRUCTION") if destruction else None,
    )


def _phase(text: str) -> Phase:
    try:
        return Phase(text.upper())
    except ValueError:
        raise UsageError(f"There is no phase '{text[:40]}'; there are {', '.join(Phase)}.") from None


def _wait(asked: Parameters) -> int:
    text = asked.one("WAIT")
    if text is None:
        return 0
    if text.strip().startswith("-") and text.strip()[1:].isdigit():
        return -1
    return asked.count("WAIT") or 0
