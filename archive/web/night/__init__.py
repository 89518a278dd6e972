"""The page of a night at a telescope."""

from archive.web.night.views import blueprint

__all__ = ["blueprint"]
