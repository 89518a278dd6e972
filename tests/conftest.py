"""Fixtures that every test may ask for."""

from tests.support.postgres import database, database_server, database_url, template_database
from tests.support.requirements import shared

__all__ = ["database", "database_server", "database_url", "shared", "template_database"]
