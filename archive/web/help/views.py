# SPDX-License-Identifier: BSD-3-Clause
"""The help pages."""

from flask import Blueprint, render_template

from archive.domain.search import PARAMETERS
from archive.web.context import services
from archive.web.identity import Guard, guarded_by

__all__ = ["blueprint"]

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@guarded_by(Guard.PUBLIC)
def index() -> str:
    """Tell how to search and download."""
    return render_template("help/index.html", base_url=services().config.web.base_url)


@blueprint.get("/help/columns")
@guarded_by(Guard.PUBLIC)
def columns() -> str:
    """Tell what each column means."""
    search = services().search
    return render_template("help/columns.html", groups=search.columns.groups(), parameters=PARAMETERS)
