# SPDX-License-Identifier: BSD-3-Clause
"""``/data/<id>``: the bytes of a file, by its identifier, to who may have them."""

import base64
import re
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request
from werkzeug.http import http_date

from archive.domain.downloads import Offer
from archive.services.downloads import Parcel
from archive.services.transfer import CHUNK
from archive.web.context import caller, services
from archive.web.download.conditions import Verdict, decide
from archive.web.download.forms import parse_wanted
from archive.web.identity import Guard, guarded_by

__all__ = ["blueprint"]

blueprint = Blueprint("download", __name__)


@blueprint.get("/data/<public_id>")
@guarded_by(Guard.PUBLIC)
def data(public_id: str) -> Response:
    """Send a file, a part of it, or what is told of it."""
    parcel = services().downloads.prepare(caller(), public_id, parse_wanted(request.args))
    verdict = decide(request, parcel.offer)
    if verdict.status in {200, 206}:
        answer = _body(parcel, verdict)
    elif verdict.status == 304:
        answer = Response(status=304)
    else:
        answer = _refused(verdict)
    _describe(answer, parcel.offer, verdict)
    return answer


def _body(parcel: Parcel, verdict: Verdict) -> Response:
    part = (verdict.start, verdict.stop) if verdict.status == 206 else (0, None)
    size = parcel.offer.size if part[1] is None else verdict.stop - verdict.start
    answer = Response(status=verdict.status, direct_passthrough=True)
    if request.method != "HEAD":
        transfer = services().downloads.send(caller(), parcel, verdict.status, *part)
        wrapper = request.environ.get("wsgi.file_wrapper")
        if wrapper is not None and hasattr(transfer, "fileno"):
            answer.response = wrapper(transfer, CHUNK)
        else:
            answer.response = transfer
    answer.headers["Content-Type"] = parcel.offer.media_type
    answer.headers["Content-Disposition"] = _attachment(parcel.offer.filename)
    if size is not None:
        answer.headers["Content-Length"] = str(size)
    if verdict.status == 206:
        answer.headers["Content-Range"] = f"bytes {verdict.start}-{verdict.stop - 1}/{parcel.offer.size}"
    return answer


def _refused(verdict: Verdict) -> Response:
    words = {
        412: ("precondition_failed", "The file is not the one that the request speaks of."),
        416: ("range_not_satisfiable", "The file has no such bytes."),
    }
    title, detail = words[verdict.status]
    answer = jsonify({"type": "about:blank", "title": title, "status": verdict.status, "detail": detail})
    answer.status_code = verdict.status
    answer.content_type = "application/problem+json"
    return answer


def _describe(answer: Response, offer: Offer, verdict: Verdict) -> None:
    """Say what the bytes are: RFC 9110 §8.8, §14.3; RFC 9530; RFC 3230 for clients of before it."""
    headers = answer.headers
    headers["ETag"] = f'"{offer.etag}"'
    headers["Last-Modified"] = http_date(offer.modified)
    headers["Accept-Ranges"] = "bytes" if offer.is_seekable else "none"
    headers["Cache-Control"] = f"{'public' if offer.is_public else 'private'}, no-cache"
    answer.vary.update(("Cookie", "Authorization"))
    if verdict.status == 416:
        headers["Content-Range"] = f"bytes */{offer.size}"
    if verdict.status in {200, 206} and offer.sha256 and offer.md5:
        sha256, md5 = (base64.b64encode(bytes.fromhex(digest)).decode() for digest in (offer.sha256, offer.md5))
        headers["Repr-Digest"] = f"sha-256=:{sha256}:"
        headers["Digest"] = f"SHA-256={sha256},MD5={md5}"
        if verdict.status == 200:
            # It is of the bytes in this very answer (RFC 1864), so a part has none.
            headers["Content-MD5"] = md5


def _attachment(filename: str) -> str:
    """Name the file (RFC 6266); nothing in a name can end the header or lead out of a folder."""
    safe = re.sub(r"[\x00-\x1f\x7f/\\]", "_", filename).lstrip(".")[-200:] or "file"
    plain = re.sub(r"[^ !#-\[\]-~]", "_", safe).replace("%", "_")
    if plain == safe:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='', errors='replace')}"
