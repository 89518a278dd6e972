# SPDX-License-Identifier: BSD-3-Clause
"""Celery's queues in PostgreSQL: a kombu transport on the table ``queue_message``.

A worker takes a message by moving its `visible` ahead (a lease, ``SKIP LOCKED``), renews the lease
while the task runs, and deletes the row when the task is acknowledged. Whatever happens to the
worker, the message is seen again once the lease is over. ``NOTIFY`` wakes idle workers. There is no
fanout, so no remote control: tasks are stopped by the state in our own tables.
"""

import contextlib
import json
import select
import socket
import time
from collections.abc import Sequence
from queue import Empty
from typing import Any

import psycopg2
import psycopg2.extensions
import structlog
from kombu.transport import TRANSPORT_ALIASES, virtual

__all__ = ["SCHEME", "Channel", "Transport", "install"]

SCHEME = "archivepg"
CHANNEL = "archive_queue"

# A dead worker's tasks start anew after this many seconds; a live one renews three times before.
LEASE = 30.0
# What a lost notification or an ended lease costs at most.
POLL = 5.0
# A message that ended as many workers is the cause, not the victim.
MOST_READS = 5

_TAKE = """
UPDATE queue_message SET visible = now() + %(lease)s * interval '1 second', reads = reads + 1
WHERE id = (
    SELECT id FROM queue_message WHERE queue = %(queue)s AND visible <= now()
    ORDER BY visible, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, body, reads
"""
_PUT = """
WITH sent AS (INSERT INTO queue_message (queue, body, visible, reads) VALUES (%s, %s, now(), 0) RETURNING queue)
SELECT pg_notify(%s, queue) FROM sent
"""
_RELEASE = "UPDATE queue_message SET visible = now() WHERE id = ANY(%s)"
_RENEW = "UPDATE queue_message SET visible = now() + %s * interval '1 second' WHERE id = ANY(%s)"

_log = structlog.get_logger(__name__)


def install() -> None:
    """Make the transport known to kombu under its scheme."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


class QoS(virtual.QoS):  # type: ignore[misc]
    """Keeps what was delivered and not yet acknowledged, in step with the table."""

    def ack(self, delivery_tag: str) -> None:
        """Delete the message: its task is done."""
        self.channel.execute("DELETE FROM queue_message WHERE id = %s", (int(delivery_tag),))
        self._forget(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 -- kombu's signature
        """Give the message back, or drop it."""
        if requeue:
            self.channel.execute(_RELEASE, ([int(delivery_tag)],))
            self.channel.may_have_more = True
        else:
            self.channel.execute("DELETE FROM queue_message WHERE id = %s", (int(delivery_tag),))
        self._forget(delivery_tag)

    def _forget(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        # There is room for another now.
        if self.channel.connection is not None:
            self.channel.connection.deliver_soon()

    def unacknowledged(self) -> list[int]:
        """Give the rows that are leased."""
        self._flush()
        return [int(tag) for tag in self._delivered]

    def restore_unacked_once(self, stderr: object = None) -> None:  # noqa: ARG002 -- kombu's signature
        """Give back what was taken, when the channel closes."""
        self._on_collect.cancel()
        rows = self.unacknowledged()
        self._delivered.clear()
        if rows:
            # Without a database the leases simply end.
            with contextlib.suppress(psycopg2.Error):
                self.channel.execute(_RELEASE, (rows,))


class Channel(virtual.Channel):  # type: ignore[misc]
    """One connection to the table."""

    QoS = QoS
    # Messages are text already.
    body_encoding = None

    def __init__(self, connection: "Transport", **kwargs: object) -> None:
        super().__init__(connection, **kwargs)
        self._dsn = str(connection.client.transport_options["dsn"])
        self._lease = float(connection.client.transport_options.get("lease", LEASE))
        self._database: psycopg2.extensions.connection | None = None
        self.may_have_more = True

    def execute(self, statement: str, values: object) -> list[tuple[Any, ...]]:
        """Run one statement as one transaction, on a new connection where the old one was cut."""
        fresh = self._database is None
        try:
            return self._execute(statement, values)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self._disconnect()
            if fresh:
                raise
            return self._execute(statement, values)
        finally:
            if self.closed:
                self._disconnect()

    def connect(self) -> psycopg2.extensions.connection:
        """Give the channel's connection to the database, made if there is none."""
        if self._database is None:
            self._database = connect(self._dsn)
        return self._database

    def _execute(self, statement: str, values: object) -> list[tuple[Any, ...]]:
        with self.connect().cursor() as cursor:
            cursor.execute(statement, values)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def _disconnect(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(psycopg2.Error):
                database.close()

    def _put(self, queue: str, message: dict[str, Any], **_: object) -> None:
        self.execute(_PUT, (queue, json.dumps(message), CHANNEL))

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002 -- kombu's signature
        while True:
            rows = self.execute(_TAKE, {"queue": queue, "lease": self._lease})
            if not rows:
                raise Empty
            row, body, reads = rows[0]
            if reads <= MOST_READS:
                message: dict[str, Any] = json.loads(body)
                message["properties"]["delivery_tag"] = str(row)
                return message
            _log.error("dropped a task that ended its worker each time", queue=queue, reads=reads - 1, body=body[:500])
            self.execute("DELETE FROM queue_message WHERE id = %s", (row,))

    def deliver(self) -> bool:
        """Hand over what may be taken now, from all queues in turn; tell whether there was anything."""
        delivered = False
        while self.may_have_more and self._active_queues and self.qos.can_consume():
            self.may_have_more = False
            for queue in list(self._active_queues):
                if not self.qos.can_consume():
                    self.may_have_more = True
                    break
                with contextlib.suppress(Empty):
                    message = self._get(queue)
                    self.may_have_more = delivered = True
                    self.connection._deliver(message, queue)  # noqa: SLF001 -- how kombu's own channels do it
        return delivered

    def basic_consume(self, *args: object, **kwargs: object) -> None:
        """Begin to take from a queue."""
        super().basic_consume(*args, **kwargs)
        self.may_have_more = True
        self.connection.deliver_soon()

    def renew(self) -> None:
        """Lengthen the leases of what is being worked on."""
        rows = self.qos.unacknowledged()
        if rows:
            self.execute(_RENEW, (self._lease, rows))

    def _size(self, queue: str) -> int:
        return int(self.execute("SELECT count(*) FROM queue_message WHERE queue = %s", (queue,))[0][0])

    def _purge(self, queue: str) -> int:
        return len(self.execute("DELETE FROM queue_message WHERE queue = %s RETURNING id", (queue,)))

    def _delete(self, queue: str, *_: object, **__: object) -> None:
        self._purge(queue)

    def _has_queue(self, queue: str, **_: object) -> bool:  # noqa: ARG002 -- queues are names here
        return True

    def close(self) -> None:
        """Give back what was taken and hang up."""
        super().close()
        self._disconnect()


class Transport(virtual.Transport):  # type: ignore[misc]
    """The connection of a worker or sender; waits on a ``LISTEN`` connection of its own."""

    Channel = Channel
    driver_type = "postgresql"
    driver_name = "psycopg2"
    can_parse_url = True
    connection_errors = (*virtual.Transport.connection_errors, psycopg2.OperationalError, psycopg2.InterfaceError)
    channel_errors = (*virtual.Transport.channel_errors, psycopg2.DatabaseError)
    implements = virtual.Transport.implements.extend(asynchronous=True, exchange_type=frozenset({"direct"}))

    def __init__(self, client: Any, **kwargs: object) -> None:  # noqa: ANN401 -- a kombu Connection
        super().__init__(client, **kwargs)
        self._listening: psycopg2.extensions.connection | None = None
        self._loop: Any = None
        self._timers: Sequence[Any] = ()
        self._is_due = False

    def driver_version(self) -> str:
        """Tell the version of the database's client library."""
        return str(psycopg2.__libpq_version__)

    def establish_connection(self) -> "Transport":
        """Connect.

        Notes
        -----
        The base class does nothing that could fail. Here kombu learns that the database is away, and
        tries again in growing steps; found out later, it would try again at once and without end.
        """
        channel = self.create_channel(self)
        try:
            channel.connect()
        except psycopg2.Error:
            channel.close()
            raise
        self._avail_channels.append(channel)
        return self

    def register_with_event_loop(self, connection: object, loop: Any) -> None:  # noqa: ANN401, ARG002 -- kombu's
        """Let the worker's event loop wake us."""
        self._unregister()
        lease = float(self.client.transport_options.get("lease", LEASE))
        self._loop = loop
        listening = self._listen()
        loop.add_reader(listening.fileno(), self._on_notification)
        self._timers = (
            loop.call_repeatedly(lease / 4, self._renew),
            loop.call_repeatedly(POLL, self._look_again),
        )

    def drain_events(self, connection: object, timeout: float | None = None) -> None:  # noqa: ARG002 -- kombu's
        """Deliver what there is, waiting up to `timeout` seconds for it; for use without an event loop.

        Raises
        ------
        socket.timeout
            There was nothing.
        """
        listening = self._listen()
        until = time.monotonic() + (timeout if timeout is not None else 3600.0)
        while not self._deliver_all():
            wait = min(until - time.monotonic(), POLL)
            if wait <= 0:
                raise socket.timeout  # noqa: UP041 -- kombu catches it by this name
            if select.select([listening], [], [], wait)[0]:
                self._on_notification()
            else:
                self._look_again()
            self._renew()

    def close_connection(self, connection: object) -> None:
        """Hang up all channels."""
        self._unregister()
        super().close_connection(connection)
        listening, self._listening = self._listening, None
        if listening is not None:
            with contextlib.suppress(psycopg2.Error):
                listening.close()

    def _listen(self) -> psycopg2.extensions.connection:
        if self._listening is None:
            self._listening = connect(str(self.client.transport_options["dsn"]))
            with self._listening.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._look_again()
        return self._listening

    def _unregister(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None:
            return
        for timer in self._timers:
            timer.cancel()
        if self._listening is not None and not self._listening.closed:
            loop.remove(self._listening.fileno())

    def deliver_soon(self) -> None:
        """Deliver what there is before the event loop waits again.

        Notes
        -----
        Not in the loop's ``on_tick``: what is handed to Celery's pool there may lie until the next event.
        """
        if self._loop is not None and not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._deliver_all)

    def _on_notification(self) -> None:
        listening = self._listen()
        listening.poll()
        listening.notifies.clear()
        self._look_again()

    def _look_again(self) -> None:
        for channel in self.channels:
            channel.may_have_more = True
        self.deliver_soon()

    def _deliver_all(self) -> bool:
        self._is_due = False
        return any([channel.deliver() for channel in list(self.channels)])  # noqa: C419 -- each has its turn

    def _renew(self) -> None:
        for channel in list(self.channels):
            channel.renew()


def connect(dsn: str) -> psycopg2.extensions.connection:
    """Open a connection on which each statement is a transaction.

    Raises
    ------
    psycopg2.OperationalError
        There is none; the message has one line.
    """
    try:
        connection = psycopg2.connect(dsn, connect_timeout=5, application_name="archive queue")
    except psycopg2.OperationalError as exc:
        raise psycopg2.OperationalError(" ".join(str(exc).split())) from exc
    connection.autocommit = True
    return connection
