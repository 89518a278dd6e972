# SPDX-License-Identifier: BSD-3-Clause
"""The page of a night."""

from flask import Blueprint, render_template

from archive.web.context import caller, services
from archive.web.identity import Guard, guarded_by
from archive.web.night.presenters import present_night

__all__ = ["blueprint"]

blueprint = Blueprint("night", __name__)


@blueprint.get("/night/<caldat>/<telescope>")
@guarded_by(Guard.PUBLIC)
def show(caldat: str, telescope: str) -> str:
    """Show what was planned and what was observed."""
    return render_template("night/show.html", page=present_night(services().nights.log(caller(), caldat, telescope)))
