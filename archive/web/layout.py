# SPDX-License-Identifier: BSD-3-Clause
"""What every page stands on: the frame's facts, addresses of assets, and the templates' filters."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, g, request, url_for

from archive.domain.access import ANONYMOUS
from archive.web.wording import FILTERS

__all__ = ["install_layout"]


def install_layout(app: Flask) -> None:
    """Give the templates their globals and filters."""
    static = Path(app.static_folder or "")

    @cache
    def digest(name: str) -> str:
        return hashlib.sha256((static / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        """Give an asset's address; it changes with the bytes, so that browsers may keep it for long."""
        return url_for("static", filename=name, v=digest(name))

    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 30 * 24 * 3600
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def frame() -> dict[str, object]:
        # A refused credential ends a request before anybody is known; its error page still has a frame.
        return {
            "viewer": g.get("caller", ANONYMOUS),
            "here": request.full_path.rstrip("?"),
            "here_path": request.path,
        }
