# SPDX-License-Identifier: BSD-3-Clause
"""What callers have under way, counted over all processes and machines by advisory locks of the database."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg2
import psycopg2.extensions

from vo.dali import UnavailableError

__all__ = ["SharedCount"]

_TAKE = "SELECT n FROM unnest(%s::bigint[]) AS n WHERE pg_try_advisory_lock(n) LIMIT 1"


class SharedCount:
    """`vo.tap.CallerCount`: the numbers of a caller, each held by one connection at a time.

    A process has one connection for all that it holds. It ends with the process, however that ends, and so
    do the locks: nothing is counted that is not under way.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: psycopg2.extensions.connection | None = None
        self._held: set[int] = set()

    def take(self, key: str, most: int) -> Callable[[], None] | None:
        """Count one more; give what is to be called once when it is over, None if there are so many already.

        Raises
        ------
        UnavailableError
            The database does not answer.
        """
        numbers = [_number(key, each) for each in range(most)]
        with self._lock:
            # A connection that has a lock gets it again; so what is held here is not asked for.
            free = [number for number in numbers if number not in self._held]
            taken = self._taken(free) if free else None
            if taken is None:
                return None
            self._held.add(taken)
        return lambda: self._give_back(taken)

    def close(self) -> None:
        """Hang up; what is held is counted no longer."""
        with self._lock:
            self._hang_up()

    def _taken(self, numbers: list[int]) -> int | None:
        was_connected = self._connection is not None
        try:
            rows = self._asked(_TAKE, numbers)
        except psycopg2.Error as exc:
            self._hang_up()
            if was_connected:
                # It may have been cut long ago, with the locks of what ended then.
                return self._taken(numbers)
            raise UnavailableError("The database does not answer just now. Please try again.") from exc
        return int(rows[0][0]) if rows else None

    def _give_back(self, number: int) -> None:
        with self._lock:
            self._held.discard(number)
            if self._connection is not None:
                try:
                    self._asked("SELECT pg_advisory_unlock(%s)", number)
                except psycopg2.Error:
                    self._hang_up()

    def _asked(self, statement: str, value: object) -> list[tuple[int, ...]]:
        if self._connection is None:
            self._connection = psycopg2.connect(self._url, connect_timeout=5, application_name="archive counting")
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(statement, (value,))
            return cursor.fetchall()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg2.Error):
                connection.close()


def _number(key: str, place: int) -> int:
    digest = hashlib.sha256(f"queries {place} {key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
