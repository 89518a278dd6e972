# SPDX-License-Identifier: BSD-3-Clause
"""The page of a program."""

from flask import Blueprint, render_template

from archive.web.context import caller, services
from archive.web.identity import Guard, guarded_by
from archive.web.program.presenters import present_program

__all__ = ["blueprint"]

blueprint = Blueprint("program", __name__)


@blueprint.get("/program/<path:propid>")
@guarded_by(Guard.PUBLIC)
def show(propid: str) -> str:
    """Show a program and what was observed for it."""
    return render_template("program/show.html", page=present_program(services().programs.report(caller(), propid)))
