# SPDX-License-Identifier: BSD-3-Clause
"""Wildcards of people as wildcards of SQL."""

__all__ = ["like_pattern"]


def like_pattern(text: str) -> str:
    r"""Turn ``*`` and ``?`` into SQL's wildcards; SQL's own are taken literally.

    Examples
    --------
    >>> like_pattern("c4d_14*")
    'c4d\\_14%'
    """
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_")
