"""Searching the holdings: pages, exports, choices for forms, names as positions."""

from archive.services.search.service import Export, SearchService

__all__ = ["Export", "SearchService"]
