# SPDX-License-Identifier: BSD-3-Clause
"""Parameters of a request, the same whether they came in the address, in a form or as JSON."""

import json
from urllib.parse import unquote_to_bytes

from flask import request

from archive.errors import InvalidInputError, UnreadableBodyError

__all__ = ["check_encoding", "request_parameters"]

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


def request_parameters() -> dict[str, list[str]]:
    """Give all values of each parameter.

    Raises
    ------
    InvalidInputError
        The body is JSON of another form than names and values, names one twice, or is not in UTF-8.
    UnreadableBodyError
        The body is neither a form nor JSON.
    """
    _check_body()
    params = {name: request.args.getlist(name) for name in request.args}
    for name in request.form:
        params.setdefault(name, []).extend(request.form.getlist(name))
    # A form of ours may carry its token; it is no parameter of the search.
    params.pop("csrf_token", None)
    if request.is_json:
        for name, value in _json_object().items():
            items = value if isinstance(value, list) else [value]
            params.setdefault(name, []).extend(_text(name, item) for item in items)
    return params


def check_encoding(encoded: bytes) -> None:
    """Check that parameters, as they are written in an address or a form, are in UTF-8.

    Raises
    ------
    InvalidInputError
        One is not; it would otherwise be read as if its percent signs were meant.
    """
    for pair in encoded.split(b"&"):
        try:
            unquote_to_bytes(pair).decode()
        except UnicodeDecodeError as exc:
            name = pair.partition(b"=")[0].decode("ascii", "replace")
            raise InvalidInputError({name[:60]: "it is not written in UTF-8"}) from exc


def _check_body() -> None:
    """Let no body be passed over: the framework takes one that it cannot read for an empty form."""
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return
    if request.mimetype == _FORM:
        check_encoding(request.get_data())
    elif request.mimetype == _MULTIPART:
        if request.files:
            raise InvalidInputError({name[:60]: "a file is no value of a parameter" for name in request.files})
        if not request.form:
            raise UnreadableBodyError(f"The body holds no parameters that can be read as {_MULTIPART}.")
    elif not request.is_json:
        raise UnreadableBodyError(f"Send parameters as {_FORM}, {_MULTIPART} or application/json.")


def _json_object() -> dict[str, object]:
    try:
        body = json.loads(request.get_data(), object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as exc:
        raise InvalidInputError({"body": "the body is not JSON, or is nested too deeply"}) from exc
    if not isinstance(body, dict):
        raise InvalidInputError({"body": "the body must be a JSON object of names and values"})
    return body


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise InvalidInputError({twice[:60]: "it is given more than once; write several values as a list"})
    return found


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    raise InvalidInputError({name[:60]: "a value must be text, a number, yes or no, or a list of these"})
