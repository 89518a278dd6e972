# SPDX-License-Identifier: BSD-3-Clause
"""Conditional requests and ranges (RFC 9110 §13 and §14), decided before a byte is sent."""

import re
from dataclasses import dataclass

from flask import Request

from archive.domain.downloads import Offer

__all__ = ["Verdict", "decide"]

_UNIT = re.compile(r"\s*bytes\s*=\s*(.*)", re.IGNORECASE)
_RANGE = re.compile(r"\s*(\d*)-(\d*)\s*", re.ASCII)
# Beyond any file.
_FAR = 10**18


@dataclass(frozen=True)
class Verdict:
    """What a request shall be answered with: 200, 206, 304, 412 or 416.

    Parameters
    ----------
    start, stop
        Of a 206: the bytes from `start` up to `stop`.
    """

    status: int
    start: int = 0
    stop: int = 0


def decide(request: Request, offer: Offer) -> Verdict:
    """Judge the preconditions in the order of RFC 9110 §13.2.2, then the range.

    Notes
    -----
    More than one range is answered with the whole, as §14.2 allows.
    """
    refused = _precondition(request, offer)
    if refused is not None:
        return refused
    header = request.headers.get("Range")
    if header is None or request.method != "GET" or not offer.is_seekable or offer.size is None:
        return Verdict(200)
    if "If-Range" in request.headers and not _is_same(request, offer):
        return Verdict(200)
    return _range(header, offer.size)


def _precondition(request: Request, offer: Offer) -> Verdict | None:
    headers = request.headers
    if "If-Match" in headers:
        if not (request.if_match.star_tag or request.if_match.contains(offer.etag)):
            return Verdict(412)
    elif request.if_unmodified_since is not None and offer.modified > request.if_unmodified_since:
        return Verdict(412)
    if "If-None-Match" in headers:
        if request.if_none_match.star_tag or request.if_none_match.contains_weak(offer.etag):
            return Verdict(304)
    elif request.if_modified_since is not None and offer.modified <= request.if_modified_since:
        return Verdict(304)
    return None


def _is_same(request: Request, offer: Offer) -> bool:
    """Whether If-Range names these bytes; a weak tag never does (§13.1.5)."""
    if request.headers["If-Range"].strip().startswith("W/"):
        return False
    condition = request.if_range
    if condition.date is not None:
        return condition.date == offer.modified
    return condition.etag == offer.etag


def _range(header: str, size: int) -> Verdict:
    unit = _UNIT.fullmatch(header)
    match = _RANGE.fullmatch(unit[1]) if unit else None
    if match is None or match.groups() == ("", ""):
        return Verdict(200)
    first, last = match.groups()
    if not first:
        start, stop = max(0, size - _number(last)), size
    else:
        start, stop = _number(first), min(size, _number(last) + 1) if last else size
        if last and _number(last) < _number(first):
            return Verdict(200)
    return Verdict(206, start, stop) if start < stop else Verdict(416)


def _number(digits: str) -> int:
    # A number of thousands of digits is beyond int().
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= 18 else _FAR
