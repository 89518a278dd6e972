# SPDX-License-Identifier: BSD-3-Clause
"""Parameters of a request, the same whether they came in the address, in a form or as JSON."""

from flask import request

from archive.errors import InvalidInputError

__all__ = ["request_parameters"]


def request_parameters() -> dict[str, list[str]]:
    """Give all values of each parameter.

    Raises
    ------
    InvalidInputError
        The body is JSON of another form than names and values.
    """
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


def _json_object() -> dict[str, object]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInputError({"body": "the body must be a JSON object of names and values"})
    return body


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    raise InvalidInputError({name[:60]: "a value must be text, a number, yes or no, or a list of these"})
