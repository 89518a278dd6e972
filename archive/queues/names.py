# SPDX-License-Identifier: BSD-3-Clause
"""Every task and every queue by name, in one place; each task has its shell in ``archive/tasks``."""

__all__ = ["PREVIEW", "PREVIEWS_QUEUE", "ROUTES", "UPKEEP", "UPKEEP_QUEUE"]

PREVIEW = "previews.make"
UPKEEP = "upkeep.run"

PREVIEWS_QUEUE = "previews"
UPKEEP_QUEUE = "upkeep"

# Which queue a task waits in. A backlog in one queue does not hold up another.
ROUTES = {PREVIEW: PREVIEWS_QUEUE, UPKEEP: UPKEEP_QUEUE}
