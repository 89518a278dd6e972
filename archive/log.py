# SPDX-License-Identifier: BSD-3-Clause
"""Structured logging: events with fields; request, job and user are bound once."""

import logging
import sys

import structlog

__all__ = ["configure_logging"]


def configure_logging(level: str, *, as_json: bool) -> None:
    """Send all logging to standard error.

    Parameters
    ----------
    level
        A name of `logging`, such as ``INFO``.
    as_json
        One JSON object a line, for collectors; else lines for people.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _on_one_line,
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False,
            # The other formatter puts the values of variables into the log, passwords among them.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    tail: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        tail.append(structlog.processors.format_exc_info)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*tail, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # It tells of each step at INFO, at every start.
    logging.getLogger("alembic").setLevel(max(root.level, logging.WARNING))


def _on_one_line(_: object, __: str, event_dict: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Join the lines of an event; libraries write some."""
    event = event_dict.get("event")
    if isinstance(event, str) and "\n" in event:
        event_dict["event"] = " ".join(event.split())
    return event_dict
