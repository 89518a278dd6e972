# SPDX-License-Identifier: BSD-3-Clause
"""Passwords as Argon2id hashes."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["Passwords"]

# Each hash takes 64 MiB while it is computed; a storm of logins must not take all memory.
_AT_ONCE = 4


class Passwords:
    """Makes and checks hashes; a check takes the same work whether there is a hash or not.

    Parameters
    ----------
    hasher
        Holds the cost; hashes of another cost are checked all the same and then renewed.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Make the hash that is stored."""
        with self._turn:
            return self._hasher.hash(_octets(password))

    def is_right(self, password: str, stored: str | None) -> bool:
        """Whether the password fits; False for whom no hash is stored, after the same work."""
        with self._turn:
            try:
                self._hasher.verify(stored or self._nobodys, _octets(password))
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made at another cost than the present one."""
        return self._hasher.check_needs_rehash(stored)


def _octets(password: str) -> bytes:
    # Forms may carry lone surrogates; they are a password like any other.
    return password.encode("utf-8", "surrogatepass")
