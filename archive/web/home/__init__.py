"""The home page: one box, the holdings in numbers, the latest nights."""

from archive.web.home.views import blueprint

__all__ = ["blueprint"]
