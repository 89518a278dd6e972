"""Logging in and out, and what is a user's own: programs, tokens, password."""

from archive.web.account.views import blueprint

__all__ = ["blueprint"]
