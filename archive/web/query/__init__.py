# SPDX-License-Identifier: BSD-3-Clause
"""The page where people ask in ADQL, and the pages of their jobs."""

from archive.web.query.views import blueprint

__all__ = ["blueprint"]
