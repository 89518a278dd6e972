# SPDX-License-Identifier: BSD-3-Clause
"""Every task and every queue by name, in one place; each task has its shell in ``archive/tasks``."""

__all__ = [
    "LANES",
    "LONG",
    "LONG_QUERIES_QUEUE",
    "LONG_QUERY",
    "PREVIEW",
    "PREVIEWS_QUEUE",
    "QUERIES_QUEUE",
    "QUERY",
    "ROUTES",
    "SHORT",
    "UPKEEP",
    "UPKEEP_QUEUE",
]

PREVIEW = "previews.make"
QUERY = "queries.run"
LONG_QUERY = "queries.run_long"
UPKEEP = "upkeep.run"

PREVIEWS_QUEUE = "previews"
QUERIES_QUEUE = "queries"
LONG_QUERIES_QUEUE = "queries.long"
UPKEEP_QUEUE = "upkeep"

# Which queue a task waits in. A backlog in one queue does not hold up another.
ROUTES = {
    PREVIEW: PREVIEWS_QUEUE,
    QUERY: QUERIES_QUEUE,
    LONG_QUERY: LONG_QUERIES_QUEUE,
    UPKEEP: UPKEEP_QUEUE,
}

# Which queues share processes: what may take hours holds none for which something short waits.
SHORT = "short"
LONG = "long"
LANES = {SHORT: (PREVIEWS_QUEUE, QUERIES_QUEUE, UPKEEP_QUEUE), LONG: (LONG_QUERIES_QUEUE,)}
