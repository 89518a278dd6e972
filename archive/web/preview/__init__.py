# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of files."""

from archive.web.preview.views import blueprint

__all__ = ["blueprint"]
