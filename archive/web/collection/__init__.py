"""The list of collections, and the page of each."""

from archive.web.collection.views import blueprint

__all__ = ["blueprint"]
