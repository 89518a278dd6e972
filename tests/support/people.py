"""Accounts for tests, at the least cost of a hash."""

from argon2 import PasswordHasher

from archive.services.passwords import Passwords

__all__ = ["CHEAP", "PASSWORD", "cheap_passwords"]

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def cheap_passwords() -> Passwords:
    """Give hashes that take no time."""
    return Passwords(CHEAP)
