"""The embedded PostgreSQL: finds its binaries, makes, starts and stops the server, drops privileges."""

from archive.db.embedded.server import EmbeddedPostgres, ServerStatus

__all__ = ["EmbeddedPostgres", "ServerStatus"]
