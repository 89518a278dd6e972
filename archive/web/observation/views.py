# SPDX-License-Identifier: BSD-3-Clause
"""The pages of an observation and of a file."""

from flask import Blueprint, render_template, request

from archive.domain.clock import utc_now
from archive.web.context import caller, services
from archive.web.identity import Guard, guarded_by
from archive.web.observation.presenters import present_file, present_header, present_observation

__all__ = ["blueprint"]

blueprint = Blueprint("observation", __name__)


@blueprint.get("/obs/<path:obs_id>")
@guarded_by(Guard.PUBLIC)
def observation(obs_id: str) -> str:
    """Show an observation and its files."""
    found = services().observations.observations(caller(), obs_id)
    pictured = services().previews.pictured(file for part in found for file in part.files)
    page = present_observation(found, pictured, services().search.columns, utc_now())
    return render_template("observation/observation.html", page=page)


@blueprint.get("/file/<public_id>")
@guarded_by(Guard.PUBLIC)
def file(public_id: str) -> str:
    """Show a file and everything that is known of it."""
    detail = services().observations.product(caller(), public_id)
    status = services().previews.status(caller(), public_id)
    pictured = services().previews.pictured(detail.siblings)
    base_url = services().config.web.base_url
    page = present_file(detail, status, pictured, services().search.columns, base_url, utc_now())
    return render_template("observation/file.html", page=page)


@blueprint.get("/file/<public_id>/header")
@guarded_by(Guard.PUBLIC)
def header(public_id: str) -> str:
    """Show the header of an HDU, every card of it."""
    detail = services().observations.product(caller(), public_id)
    headers = services().observations.header(caller(), public_id)
    page = present_header(detail, headers, request.args.get("hdu", "0"))
    return render_template("observation/header.html", page=page)
