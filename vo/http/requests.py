# SPDX-License-Identifier: BSD-3-Clause
"""What a request brought: parameters of GET and POST alike, and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, cast

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from vo.dali import Parameters, UploadReference, UsageError, parse_uploads

__all__ = ["Part", "Sent", "read_request"]

# A query or a list of ids may be long; files are not kept in memory.
_LONGEST_FIELD = 4 * 1024 * 1024
# A form without parts is read at once, and taken apart in memory several times its size.
_LONGEST_FORM = 8 * 1024 * 1024
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Part:
    """A file that came with a request."""

    name: str
    filename: str
    media_type: str
    stream: BinaryIO


@dataclass(frozen=True)
class Sent:
    """What came with a request."""

    parameters: Parameters
    parts: Mapping[str, Part]

    def uploads(self) -> tuple[tuple[UploadReference, Part | None], ...]:
        """Give the uploads that are asked for, each with its part of this request, if it is in one.

        Raises
        ------
        UsageError
            UPLOAD is wrong, or names a part that did not come.
        """
        return tuple((each, self._part_of(each)) for each in parse_uploads(self.parameters.all("UPLOAD")))

    def _part_of(self, reference: UploadReference) -> Part | None:
        name = reference.part
        if name is None:
            return None
        if name in self.parts:
            return self.parts[name]
        # A part that is sent without a file name looks like a parameter.
        text = self.parameters.one(name)
        if text is None:
            raise UsageError(f"UPLOAD says that '{reference.name}' is the part '{name[:60]}', which was not sent.")
        return Part(name, "", "", BytesIO(text.encode()))


def read_request(largest: int) -> Sent:
    """Read the present request.

    Parameters
    ----------
    largest
        Bytes of the whole body at most; more is answered with 413.
    """
    limit = min(largest, _LONGEST_FORM) if request.mimetype == _FORM else largest
    request.max_content_length = limit
    # Of a body whose length nobody told, werkzeug gives the beginning as if it were all.
    if request.mimetype == _FORM and request.content_length is None and len(request.get_data()) >= limit:
        raise RequestEntityTooLarge
    request.max_form_memory_size = _LONGEST_FIELD
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    parts = {
        name: Part(name, _printable(file.filename or ""), _printable(file.mimetype), cast("BinaryIO", file.stream))
        for name, file in request.files.items()
    }
    return Sent(Parameters(pairs), parts)


def _printable(text: str) -> str:
    """Leave out what would break a header of ours: a file's name may hold any character."""
    return "".join(char for char in text if char.isprintable())[:200]
