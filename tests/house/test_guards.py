"""Each route says who may come through it, and what changes something asks for a form of ours."""

from flask import Flask

from archive.web.identity import Guard

# Flask's own view of the static folder.
UNGUARDED = {"static"}


def test_every_route_declares_its_guard(app: Flask) -> None:
    for name, view in app.view_functions.items():
        if name not in UNGUARDED:
            assert isinstance(getattr(view, "guard", None), Guard), f"{name} has no guard"
