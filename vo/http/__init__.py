"""The protocols over HTTP: blueprints made from services handed in. The only room of vo that knows Flask."""

from vo.http.boundary import QuotedBoundary
from vo.http.jobs import JobResources
from vo.http.tap import tap_blueprint
from vo.http.views import Guard, View

__all__ = ["Guard", "JobResources", "QuotedBoundary", "View", "tap_blueprint"]
