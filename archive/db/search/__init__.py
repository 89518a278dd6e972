"""Searches as SQL: conditions, pages by key, counts, streams."""

from archive.db.search.store import Counted, FoundPage, SearchStore

__all__ = ["Counted", "FoundPage", "SearchStore"]
