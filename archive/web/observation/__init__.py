"""The pages of an observation and of a file."""

from archive.web.observation.views import blueprint

__all__ = ["blueprint"]
