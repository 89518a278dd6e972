"""The JSON interface under ``/api``, for programs."""

from archive.web.api.views import blueprint

__all__ = ["blueprint"]
