"""The page of an observing program."""

from archive.web.program.views import blueprint

__all__ = ["blueprint"]
