"""Search in the browser: the simple form, the advanced form, the results."""

from archive.web.search.views import blueprint

__all__ = ["blueprint"]
