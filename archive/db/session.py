# SPDX-License-Identifier: BSD-3-Clause
"""One engine and one unit of work for web, workers and command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from archive.errors import UnavailableError

__all__ = ["Database", "UnitOfWork"]


class UnitOfWork:
    """One transaction and what shall happen once it is committed.

    Parameters
    ----------
    session
        For the stores of this room; services hand the unit of work on and never look inside.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._following: list[Callable[[], object]] = []

    def after_commit(self, action: Callable[[], object]) -> None:
        """Run `action` after the commit, and not at all if there is none."""
        self._following.append(action)

    def run_following(self) -> None:
        """Run what was registered, in order."""
        for action in self._following:
            action()


class Database:
    """The catalogue's PostgreSQL.

    Parameters
    ----------
    url
        ``postgresql://…``, version 15 or newer.
    pool_size
        Connections kept open; as many as there are threads that use them.
    pool_timeout
        Seconds that a caller waits for a connection while all are in use.
    """

    def __init__(self, url: str, pool_size: int = 5, pool_timeout: float = 10) -> None:
        self.url = url
        self.engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg2://", 1),
            pool_size=pool_size,
            max_overflow=2,
            pool_timeout=pool_timeout,
            # A server that went away and came back costs one ping, not one failed request.
            pool_pre_ping=True,
            # A user who is called as a schema of the published views must not make tables there.
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC -c jit=off -c search_path=public"},
        )
        self._depth: ContextVar[int] = ContextVar("depth", default=0)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """Open a unit of work; it commits when the block ends well, else rolls back.

        Raises
        ------
        UnavailableError
            The database does not answer, or all connections are in use.
        """
        self._depth.set(self._depth.get() + 1)
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                uow = UnitOfWork(session)
                yield uow
        except PoolTimeoutError as exc:
            raise UnavailableError("The archive is very busy just now. Please try again.") from exc
        except OperationalError as exc:
            raise UnavailableError("The archive's database does not answer just now. Please try again.") from exc
        finally:
            self._depth.set(self._depth.get() - 1)
        uow.run_following()

    def is_in_transaction(self) -> bool:
        """Whether the calling thread is inside a unit of work."""
        return self._depth.get() > 0

    def is_alive(self) -> bool:
        """Whether the database answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return False
        return True

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()
