# SPDX-License-Identifier: BSD-3-Clause
"""What every page stands on: the frame's facts, addresses of assets, and the words for numbers."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flask import Flask, g, request, url_for

from archive.domain.access import ANONYMOUS

__all__ = ["bytes_in_words", "count_in_words", "install_layout"]

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


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
    app.jinja_env.filters["bytes"] = bytes_in_words
    app.jinja_env.filters["count"] = count_in_words
    app.jinja_env.filters["day"] = _day
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def frame() -> dict[str, object]:
        # A refused credential ends a request before anybody is known; its error page still has a frame.
        return {"viewer": g.get("caller", ANONYMOUS), "here": request.full_path.rstrip("?"), "here_path": request.path}


def bytes_in_words(size: int | None) -> str:
    """Tell a size in decimal units, as disks and networks are sold: 1 kB is 1000 bytes."""
    if size is None:
        return ""
    value = float(size)
    for unit in _UNITS:
        if value < 999.5 or unit == _UNITS[-1]:
            digits = 0 if unit == "bytes" or value >= 99.5 else 1
            return f"{value:.{digits}f} {unit}"
        value /= 1000
    raise AssertionError


def count_in_words(number: int) -> str:
    """Write a whole number with thin spaces between the thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _day(when: date | datetime | None) -> str:
    return "" if when is None else f"{when:%Y-%m-%d}"
