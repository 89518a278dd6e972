# SPDX-License-Identifier: BSD-3-Clause
"""The home page and its one box."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from archive.web.context import caller, services
from archive.web.home.forms import QuickKind, read_quick
from archive.web.home.presenters import present_home
from archive.web.identity import Guard, guarded_by
from archive.web.sidebar import link
from archive.web.skymap import draw_sky

__all__ = ["blueprint"]

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@guarded_by(Guard.PUBLIC)
def index() -> str:
    """Show the holdings at a glance."""
    return render_template("home/index.html", page=present_home(services().overview.overview()))


@blueprint.get("/sky.svg")
@guarded_by(Guard.PUBLIC)
def sky() -> Response:
    """Draw where the holdings lie; the same for every caller."""
    overview = services().overview.overview()
    drawing = make_response(render_template("home/sky.svg", sky=draw_sky(overview.density, overview.order)))
    drawing.mimetype = "image/svg+xml"
    drawing.cache_control.public = True
    drawing.cache_control.max_age = 60
    return drawing


@blueprint.get("/go")
@guarded_by(Guard.PUBLIC)
def go() -> AnyResponse:
    """Lead from the one box to a program, a file name or a target."""
    quick = read_quick(request.args.get("q", ""))
    if quick.kind is QuickKind.NOTHING:
        return redirect("/search")
    if quick.kind is QuickKind.FILE:
        return redirect(link("/results", {"filename": [quick.text]}))
    propid = services().programs.known(caller(), quick.text)
    if propid is not None:
        return redirect(url_for("program.show", propid=propid))
    return redirect(link("/results", {"target": [quick.text]}))
