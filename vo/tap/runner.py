# SPDX-License-Identifier: BSD-3-Clause
"""Asynchronous queries: the work of TAP's jobs; the same room, entered by another door."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Generic, TypeVar

from vo.dali import Cancellation, Parameters, TooLargeError, UploadReference, UsageError, parse_uploads
from vo.tap.fetching import URLFetcher
from vo.tap.limits import TapLimits
from vo.tap.request import TapRequest, read_request
from vo.tap.service import TapAnswer, TapService
from vo.tap.uploading import tap_uploads
from vo.uws import Job, JobAnswer, ResultStore

__all__ = ["TapRunner"]

C = TypeVar("C")

# Bytes that are read before it is known what is asked of them.
_SMALL_UPLOADS = 2_000_000


class TapRunner(Generic[C]):
    """Runs the queries of jobs.

    Parameters
    ----------
    files
        Where the parts lie that came with the jobs.
    caller_of
        Gives the caller whom an owner's name stands for, with the rights of today.
    """

    def __init__(
        self,
        *,
        service: TapService[C],
        files: ResultStore,
        caller_of: Callable[[str | None], C],
        fetcher: URLFetcher,
        limits: TapLimits,
    ) -> None:
        self._service = service
        self._files = files
        self._caller_of = caller_of
        self._fetcher = fetcher
        self._limits = limits

    def run(self, job: Job, cancellation: Cancellation) -> JobAnswer:
        """Run a job's query."""
        request, caller = self._asked(job)
        answer = self._service.run(caller, request, cancellation, seconds=job.execution_duration)
        return JobAnswer(answer.media_type, answer.filename, self._limited(answer), answer.close, answer.status)

    def is_small(self, job: Job) -> bool:
        """Whether a job should be over in a moment; whatever is wrong with it is raised, as `run` would."""
        references = parse_uploads(Parameters(job.parameters).all("UPLOAD"))
        is_fetched = any(reference.part is None for reference in references)
        if is_fetched or sum(file.size for file in job.inputs) > _SMALL_UPLOADS:
            return False
        request, caller = self._asked(job)
        return self._service.is_small(caller, request, Cancellation())

    def _asked(self, job: Job) -> tuple[TapRequest, C]:
        parameters = Parameters(job.parameters)
        references = parse_uploads(parameters.all("UPLOAD"))
        uploads = tap_uploads(references, lambda reference: self._part_of(job, reference), self._fetcher)
        return read_request(parameters, self._limits, uploads), self._caller_of(job.owner)

    def _part_of(self, job: Job, reference: UploadReference) -> Callable[[], BinaryIO]:
        file = next((each for each in job.inputs if each.name == reference.part), None)
        if file is None:
            raise UsageError(f"UPLOAD says that '{reference.name}' is the part '{reference.part}', which was not sent.")
        return lambda: self._files.open(file.key)

    def _limited(self, answer: TapAnswer) -> Iterator[bytes]:
        size = 0
        for chunk in answer:
            size += len(chunk)
            if size > self._limits.result_bytes:
                raise TooLargeError(
                    f"The result is larger than the {self._limits.result_bytes} bytes that are kept; "
                    "please ask for fewer rows or columns, or for a more compact format."
                )
            yield chunk
