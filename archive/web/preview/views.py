# SPDX-License-Identifier: BSD-3-Clause
"""``/file/<id>/preview.png`` and ``thumbnail.png``: the service decides who may have them."""

from flask import Blueprint, Response, request

from archive.domain.previews import PreviewSize
from archive.web.context import caller, services
from archive.web.identity import Guard, guarded_by

__all__ = ["blueprint"]

blueprint = Blueprint("preview", __name__)


@blueprint.get("/file/<public_id>/preview.png")
@guarded_by(Guard.PUBLIC)
def preview(public_id: str) -> Response:
    """Send the large picture."""
    return _picture(public_id, PreviewSize.LARGE)


@blueprint.get("/file/<public_id>/thumbnail.png")
@guarded_by(Guard.PUBLIC)
def thumbnail(public_id: str) -> Response:
    """Send the small picture."""
    return _picture(public_id, PreviewSize.THUMBNAIL)


def _picture(public_id: str, size: PreviewSize) -> Response:
    image = services().previews.image(caller(), public_id, size)
    response = Response(image.png, mimetype="image/png")
    response.set_etag(image.sha256)
    if image.is_public:
        response.cache_control.public = True
        response.cache_control.max_age = 300
    else:
        # What one person may see no shared cache may keep, and a right may end.
        response.cache_control.private = True
        response.cache_control.no_cache = True
    response.vary.update(("Cookie", "Authorization"))
    response.make_conditional(request)
    return response
