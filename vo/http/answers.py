# SPDX-License-Identifier: BSD-3-Clause
"""Answers: documents, files, redirections, faults."""

from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO

from flask import Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import wrap_file

from vo.dali import DALIError, TooManyError, as_fault
from vo.tables import write_error

__all__ = ["ERROR_TYPE", "FaultAnswers", "document", "file_answer", "plain", "see_other"]

ERROR_TYPE = "application/x-votable+xml"

_WORDS = {
    404: "There is no such resource.",
    405: "This resource does not take such a request.",
    413: "More was sent than is taken here.",
}


def document(body: bytes, media_type: str) -> Response:
    """Answer with a document that belongs to this caller and this moment."""
    return Response(body, content_type=media_type, headers={"Cache-Control": "private, no-cache"})


def plain(text: str, status: int = 200) -> Response:
    """Answer with bare text."""
    return Response(text, status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


def see_other(url: str) -> Response:
    """Send the client on to where it shall look (RFC 9110 §15.4.4).

    Parameters
    ----------
    url
        Absolute.
    """
    answer = plain(f"See {url}\n", 303)
    # Else werkzeug would complete it from the header Host.
    answer.autocorrect_location_header = False
    answer.headers["Location"] = url
    return answer


def file_answer(body: BinaryIO, size: int, media_type: str, filename: str, etag: str) -> Response:
    """Answer with a file, or with the part of it that is asked for."""
    answer = Response(wrap_file(request.environ, body), content_type=media_type, direct_passthrough=True)
    answer.content_length = size
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers.set("Content-Disposition", "inline", filename=filename)
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return answer


class FaultAnswers:
    """Turns exceptions into answers.

    Parameters
    ----------
    translate
        Knows the exceptions of the application.
    challenges
        Gives what a 401 tells in ``WWW-Authenticate``, from the exception.
    is_text
        Whether the present request is one whose faults are told as bare text rather than as VOTable.
    """

    def __init__(
        self,
        translate: Callable[[Exception], DALIError | None],
        challenges: Callable[[Exception | None], Sequence[str]],
        is_text: Callable[[], bool],
    ) -> None:
        self._translate = translate
        self._challenges = challenges
        self._is_text = is_text

    def __call__(self, error: Exception) -> Response:
        """Answer with what the public may know of an exception."""
        if isinstance(error, HTTPException):
            return self._of_http(error)
        fault = as_fault(error, self._translate)
        answer = self._answer(fault.message, fault.status, fault.infos)
        if isinstance(fault, TooManyError):
            answer.headers["Retry-After"] = str(fault.retry_after)
        if fault.status == 401:
            for challenge in self._challenges(error):
                answer.headers.add("WWW-Authenticate", challenge)
        return answer

    def _of_http(self, error: HTTPException) -> Response:
        status = error.code or 500
        answer = self._answer(_WORDS.get(status, "The request could not be understood."), status)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                answer.headers[name] = value
        return answer

    def _answer(self, message: str, status: int, infos: Mapping[str, str] | None = None) -> Response:
        if self._is_text():
            return plain(message + "\n", status)
        return Response(
            write_error(message, infos), status, content_type=ERROR_TYPE, headers={"Cache-Control": "no-store"}
        )
