# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of FITS files: a path goes in, PNG comes out, whatever the file is made of."""

from archive.astro.preview.limits import Limits
from archive.astro.preview.making import make_preview
from archive.astro.preview.painting import NoPreview, Preview

__all__ = ["Limits", "NoPreview", "Preview", "make_preview"]
