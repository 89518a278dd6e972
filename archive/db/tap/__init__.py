"""TAP's side of the database: what is published, who may see which rows of it, and how queries run."""

from archive.db.tap.backend import TapBackend
from archive.db.tap.connections import BatchConnections, QuerySettings, TextConnections
from archive.db.tap.identity import Site, caller_words
from archive.db.tap.published import SCHEMAS, PublishedTables, describe_all
from archive.db.tap.uploads import TapUploads
from archive.db.tap.walls import TAP_ROLE, fallen_walls, raise_walls, require_walls, wall_statement

__all__ = [
    "SCHEMAS",
    "TAP_ROLE",
    "BatchConnections",
    "PublishedTables",
    "QuerySettings",
    "Site",
    "TapBackend",
    "TapUploads",
    "TextConnections",
    "caller_words",
    "describe_all",
    "fallen_walls",
    "raise_walls",
    "require_walls",
    "wall_statement",
]
