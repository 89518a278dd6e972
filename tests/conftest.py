"""Fixtures that every test may ask for."""

from tests.support.postgres import database, database_server, database_url, template_database
from tests.support.requirements import shared
from tests.support.web import app, client, config, services

__all__ = [
    "app",
    "client",
    "config",
    "database",
    "database_server",
    "database_url",
    "services",
    "shared",
    "template_database",
]
