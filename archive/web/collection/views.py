# SPDX-License-Identifier: BSD-3-Clause
"""The list of collections and the page of each."""

from flask import Blueprint, render_template

from archive.web.context import caller, services
from archive.web.identity import Guard, guarded_by
from archive.web.skymap import draw_sky

__all__ = ["blueprint"]

blueprint = Blueprint("collection", __name__)


@blueprint.get("/collections")
@guarded_by(Guard.PUBLIC)
def index() -> str:
    """List all collections."""
    return render_template("collection/index.html", collections=services().collections.collections(caller()))


@blueprint.get("/collections/<name>")
@guarded_by(Guard.PUBLIC)
def show(name: str) -> str:
    """Show what a collection holds."""
    report = services().collections.report(caller(), name)
    return render_template("collection/show.html", report=report, sky=draw_sky(report.density, report.order))
