"""The protocols over HTTP: blueprints made from services handed in. The only room of vo that knows Flask."""

from vo.http.boundary import QuotedBoundary
from vo.http.jobs import JobResources

__all__ = ["JobResources", "QuotedBoundary"]
