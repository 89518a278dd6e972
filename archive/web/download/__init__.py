"""The bytes of files: `/data/<id>`."""

from archive.web.download.views import blueprint

__all__ = ["blueprint"]
