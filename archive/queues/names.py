# SPDX-License-Identifier: BSD-3-Clause
"""Every task and every queue by name, in one place; each task has its shell in ``archive/tasks``."""

__all__ = ["PREVIEW", "PREVIEWS_QUEUE", "QUERIES_QUEUE", "QUERY", "ROUTES", "UPKEEP", "UPKEEP_QUEUE"]

PREVIEW = "previews.make"
QUERY = "queries.run"
UPKEEP = "upkeep.run"

PREVIEWS_QUEUE = "previews"
QUERIES_QUEUE = "queries"
UPKEEP_QUEUE = "upkeep"

# Which queue a task waits in. A backlog in one queue does not hold up another.
ROUTES = {PREVIEW: PREVIEWS_QUEUE, QUERY: QUERIES_QUEUE, UPKEEP: UPKEEP_QUEUE}
