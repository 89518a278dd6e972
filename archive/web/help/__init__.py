"""Help: how to search and download, and what the columns mean."""

from archive.web.help.views import blueprint

__all__ = ["blueprint"]
